module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3x4xf32>) -> (tensor<3x4x1xf32>, tensor<1x4x3xf32>) {
    %transpose0 = stablehlo.transpose %in0, dims = [1, 2, 0] : (tensor<1x3x4xf32>) -> tensor<3x4x1xf32>
    %transpose1 = stablehlo.transpose %in0, dims = [0, 2, 1] : (tensor<1x3x4xf32>) -> tensor<1x4x3xf32>
    return %transpose0, %transpose1 : tensor<3x4x1xf32>, tensor<1x4x3xf32>
  }
}
