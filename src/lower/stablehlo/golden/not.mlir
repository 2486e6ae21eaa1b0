module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xi1>) -> (tensor<1x3xi1>) {
    %not0 = stablehlo.not %in0 : tensor<1x3xi1>
    return %not0 : tensor<1x3xi1>
  }
}
