module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>) {
    %exp0 = stablehlo.exponential %in0 : tensor<1x3xf32>
    return %exp0 : tensor<1x3xf32>
  }
}
