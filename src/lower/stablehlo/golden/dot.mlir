module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<3x2x1x1xf32>, %in1: tensor<1x3x1xf32>) -> (tensor<1x2x1x1xf32>) {
    %dot0 = stablehlo.dot_general %in0, %in1, batching_dims = [2] x [2], contracting_dims = [0] x [1], precision = [HIGHEST, HIGHEST] : (tensor<3x2x1x1xf32>, tensor<1x3x1xf32>) -> tensor<1x2x1x1xf32>
    return %dot0 : tensor<1x2x1x1xf32>
  }
}
