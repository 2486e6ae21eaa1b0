module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<4xf32>, %in1: tensor<4xi32>, %in2: tensor<4xui32>) -> (tensor<4xui32>, tensor<4xi32>, tensor<4xui32>, tensor<4xi32>, tensor<4xf32>) {
    %bitcast0 = stablehlo.bitcast_convert %in0 : (tensor<4xf32>) -> tensor<4xui32>
    %bitcast1 = stablehlo.bitcast_convert %in0 : (tensor<4xf32>) -> tensor<4xi32>
    %bitcast2 = stablehlo.bitcast_convert %in1 : (tensor<4xi32>) -> tensor<4xui32>
    %bitcast3 = stablehlo.bitcast_convert %in2 : (tensor<4xui32>) -> tensor<4xi32>
    %constant4 = stablehlo.constant dense<9> : tensor<ui32>
    %broadcast5 = stablehlo.broadcast_in_dim %constant4, dims = [] : (tensor<ui32>) -> tensor<4xui32>
    %shr6 = stablehlo.shift_right_logical %in2, %broadcast5 : tensor<4xui32>
    %constant7 = stablehlo.constant dense<1065353216> : tensor<ui32>
    %broadcast8 = stablehlo.broadcast_in_dim %constant7, dims = [] : (tensor<ui32>) -> tensor<4xui32>
    %or9 = stablehlo.or %shr6, %broadcast8 : tensor<4xui32>
    %bitcast10 = stablehlo.bitcast_convert %or9 : (tensor<4xui32>) -> tensor<4xf32>
    return %bitcast0, %bitcast1, %bitcast2, %bitcast3, %bitcast10 : tensor<4xui32>, tensor<4xi32>, tensor<4xui32>, tensor<4xi32>, tensor<4xf32>
  }
}
