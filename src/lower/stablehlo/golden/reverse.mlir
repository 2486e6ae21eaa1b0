module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<4xi32>) -> (tensor<1x3xf32>, tensor<4xi32>) {
    %reverse0 = stablehlo.reverse %in0, dims = [] : tensor<1x3xf32>
    %reverse1 = stablehlo.reverse %in1, dims = [0] : tensor<4xi32>
    return %reverse0, %reverse1 : tensor<1x3xf32>, tensor<4xi32>
  }
}
