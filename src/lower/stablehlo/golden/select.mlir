module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xi1>, %in1: tensor<1x3xf32>, %in2: tensor<1x3xf32>) -> (tensor<1x3xf32>) {
    %select0 = stablehlo.select %in0, %in1, %in2 : tensor<1x3xi1>, tensor<1x3xf32>
    return %select0 : tensor<1x3xf32>
  }
}
