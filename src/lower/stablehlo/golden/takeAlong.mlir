module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<1x5xi32>) -> (tensor<1x5xf32>) {
    %takeAlong0 = stablehlo.reshape %in1 : (tensor<1x5xi32>) -> tensor<1x5x1xi32>
    %takeAlong1 = "stablehlo.gather"(%in0, %takeAlong0) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [1], operand_batching_dims = [0], start_indices_batching_dims = [0], start_index_map = [1], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 1>}> : (tensor<1x3xf32>, tensor<1x5x1xi32>) -> tensor<1x5xf32>
    return %takeAlong1 : tensor<1x5xf32>
  }
}
