module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<2x4xi32>) -> (tensor<1x2x4xf32>) {
    %gather0 = stablehlo.reshape %in1 : (tensor<2x4xi32>) -> tensor<2x4x1xi32>
    %gather1 = "stablehlo.gather"(%in0, %gather0) <{dimension_numbers = #stablehlo.gather<offset_dims = [0], collapsed_slice_dims = [1], start_index_map = [1], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 1>}> : (tensor<1x3xf32>, tensor<2x4x1xi32>) -> tensor<1x2x4xf32>
    return %gather1 : tensor<1x2x4xf32>
  }
}
