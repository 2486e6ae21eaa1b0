module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>) {
    %log1p0 = stablehlo.log_plus_one %in0 : tensor<1x3xf32>
    return %log1p0 : tensor<1x3xf32>
  }
}
