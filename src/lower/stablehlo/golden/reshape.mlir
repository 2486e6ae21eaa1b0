module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>, tensor<3x1xf32>) {
    %reshape0 = stablehlo.reshape %in0 : (tensor<1x3xf32>) -> tensor<3x1xf32>
    return %in0, %reshape0 : tensor<1x3xf32>, tensor<3x1xf32>
  }
}
