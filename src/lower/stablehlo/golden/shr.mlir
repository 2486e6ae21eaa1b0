module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<8xui32>, %in1: tensor<8xui32>) -> (tensor<8xui32>, tensor<8xui32>) {
    %shr0 = stablehlo.shift_right_logical %in0, %in1 : tensor<8xui32>
    %constant1 = stablehlo.constant dense<15> : tensor<ui32>
    %broadcast2 = stablehlo.broadcast_in_dim %constant1, dims = [] : (tensor<ui32>) -> tensor<8xui32>
    %shr3 = stablehlo.shift_right_logical %in0, %broadcast2 : tensor<8xui32>
    return %shr0, %shr3 : tensor<8xui32>, tensor<8xui32>
  }
}
