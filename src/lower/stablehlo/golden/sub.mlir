module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<1x3xf32>) -> (tensor<1x3xf32>) {
    %sub0 = stablehlo.subtract %in0, %in1 : tensor<1x3xf32>
    return %sub0 : tensor<1x3xf32>
  }
}
