module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<4x2xi32>, %in1: tensor<2xi32>, %in2: tensor<3xui32>) -> (tensor<4x2xi32>, tensor<3xui32>) {
    %broadcast0 = stablehlo.broadcast_in_dim %in1, dims = [1] : (tensor<2xi32>) -> tensor<4x2xi32>
    %or1 = stablehlo.or %in0, %broadcast0 : tensor<4x2xi32>
    %constant2 = stablehlo.constant dense<2164195583> : tensor<ui32>
    %broadcast3 = stablehlo.broadcast_in_dim %constant2, dims = [] : (tensor<ui32>) -> tensor<3xui32>
    %or4 = stablehlo.or %in2, %broadcast3 : tensor<3xui32>
    return %or1, %or4 : tensor<4x2xi32>, tensor<3xui32>
  }
}
