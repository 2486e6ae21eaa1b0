module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<1x5xi32>, %in2: tensor<1x5xf32>) -> (tensor<1x3xf32>) {
    %scatterAlong0 = stablehlo.reshape %in1 : (tensor<1x5xi32>) -> tensor<1x5x1xi32>
    %scatterAlong4 = "stablehlo.scatter"(%in0, %scatterAlong0, %in2) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [1], input_batching_dims = [0], scatter_indices_batching_dims = [0], scatter_dims_to_operand_dims = [1], index_vector_dim = 2>, unique_indices = false}> ({
    ^bb0(%scatterAlong1: tensor<f32>, %scatterAlong2: tensor<f32>):
      %scatterAlong3 = stablehlo.add %scatterAlong1, %scatterAlong2 : tensor<f32>
      stablehlo.return %scatterAlong3 : tensor<f32>
    }) : (tensor<1x3xf32>, tensor<1x5x1xi32>, tensor<1x5xf32>) -> tensor<1x3xf32>
    return %scatterAlong4 : tensor<1x3xf32>
  }
}
