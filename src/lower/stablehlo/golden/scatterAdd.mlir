module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<6xi32>, %in2: tensor<6x3xf32>) -> (tensor<1x3xf32>) {
    %scatterAdd0 = stablehlo.reshape %in1 : (tensor<6xi32>) -> tensor<6x1xi32>
    %scatterAdd4 = "stablehlo.scatter"(%in0, %scatterAdd0, %in2) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
    ^bb0(%scatterAdd1: tensor<f32>, %scatterAdd2: tensor<f32>):
      %scatterAdd3 = stablehlo.add %scatterAdd1, %scatterAdd2 : tensor<f32>
      stablehlo.return %scatterAdd3 : tensor<f32>
    }) : (tensor<1x3xf32>, tensor<6x1xi32>, tensor<6x3xf32>) -> tensor<1x3xf32>
    return %scatterAdd4 : tensor<1x3xf32>
  }
}
