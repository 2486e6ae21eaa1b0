module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
    %constant0 = stablehlo.constant dense<[[1.0, -2.0, 3.0], [0.5, 0.0, 6.0]]> : tensor<2x3xf32>
    %mul1 = stablehlo.multiply %in0, %constant0 : tensor<2x3xf32>
    return %mul1 : tensor<2x3xf32>
  }
}
