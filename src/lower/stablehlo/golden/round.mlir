module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>) {
    %round0 = stablehlo.round_nearest_even %in0 : tensor<1x3xf32>
    return %round0 : tensor<1x3xf32>
  }
}
