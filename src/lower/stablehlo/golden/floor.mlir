module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>) {
    %floor0 = stablehlo.floor %in0 : tensor<1x3xf32>
    return %floor0 : tensor<1x3xf32>
  }
}
