module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x1xf32>) {
    %slice0 = stablehlo.slice %in0 [0:1, 1:3:2] : (tensor<1x3xf32>) -> tensor<1x1xf32>
    return %slice0 : tensor<1x1xf32>
  }
}
