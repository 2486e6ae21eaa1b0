module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<3x3xf32>, %in1: tensor<3xf32>, %in2: tensor<5xi32>, %in3: tensor<4xui32>) -> (tensor<3x3xi1>, tensor<5xi1>, tensor<4xi1>) {
    %broadcast0 = stablehlo.broadcast_in_dim %in1, dims = [1] : (tensor<3xf32>) -> tensor<3x3xf32>
    %compare1 = stablehlo.compare EQ, %in0, %broadcast0, FLOAT : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xi1>
    %constant2 = stablehlo.constant dense<1> : tensor<i32>
    %broadcast3 = stablehlo.broadcast_in_dim %constant2, dims = [] : (tensor<i32>) -> tensor<5xi32>
    %compare4 = stablehlo.compare EQ, %in2, %broadcast3, SIGNED : (tensor<5xi32>, tensor<5xi32>) -> tensor<5xi1>
    %constant5 = stablehlo.constant dense<2147483648> : tensor<ui32>
    %broadcast6 = stablehlo.broadcast_in_dim %constant5, dims = [] : (tensor<ui32>) -> tensor<4xui32>
    %compare7 = stablehlo.compare EQ, %in3, %broadcast6, UNSIGNED : (tensor<4xui32>, tensor<4xui32>) -> tensor<4xi1>
    return %compare1, %compare4, %compare7 : tensor<3x3xi1>, tensor<5xi1>, tensor<4xi1>
  }
}
