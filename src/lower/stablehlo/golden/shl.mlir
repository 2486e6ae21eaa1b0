module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<8xui32>, %in1: tensor<8xui32>) -> (tensor<8xui32>, tensor<8xui32>) {
    %shl0 = stablehlo.shift_left %in0, %in1 : tensor<8xui32>
    %constant1 = stablehlo.constant dense<15> : tensor<ui32>
    %broadcast2 = stablehlo.broadcast_in_dim %constant1, dims = [] : (tensor<ui32>) -> tensor<8xui32>
    %shl3 = stablehlo.shift_left %in0, %broadcast2 : tensor<8xui32>
    return %shl0, %shl3 : tensor<8xui32>, tensor<8xui32>
  }
}
