module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x0xf32>, %in1: tensor<1x1xf32>, %in2: tensor<1x2xf32>) -> (tensor<1x3xf32>, tensor<1x2xf32>) {
    %concat0 = stablehlo.concatenate %in0, %in1, %in2, dim = 1 : (tensor<1x0xf32>, tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x3xf32>
    %concat1 = stablehlo.concatenate %in1, %in1, dim = 1 : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
    return %concat0, %concat1 : tensor<1x3xf32>, tensor<1x2xf32>
  }
}
