module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<3x6xf32>) {
    %pad0 = stablehlo.constant dense<1.0> : tensor<f32>
    %pad1 = stablehlo.pad %in0, %pad0, low = [2, 2], high = [0, 1], interior = [0, 0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3x6xf32>
    return %pad1 : tensor<3x6xf32>
  }
}
