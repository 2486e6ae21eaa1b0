module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<2xf32>, %in1: tensor<3x2xf32>, %in2: tensor<2xf32>) -> (tensor<2xf32>, tensor<3xf32>, tensor<3x2xf32>) {
    %loop0 = stablehlo.constant dense<0.0> : tensor<3xf32>
    %loop1 = stablehlo.constant dense<0.0> : tensor<3x2xf32>
    %loop2 = stablehlo.constant dense<0> : tensor<i32>
    %loop31:6 = stablehlo.while(%loop3 = %loop2, %loop4 = %in0, %loop5 = %loop0, %loop6 = %loop1, %loop7 = %in1, %loop8 = %in2) : tensor<i32>, tensor<2xf32>, tensor<3xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>
    cond {
      %loop9 = stablehlo.constant dense<3> : tensor<i32>
      %loop10 = stablehlo.compare LT, %loop3, %loop9, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %loop10 : tensor<i1>
    } do {
      %loop11 = stablehlo.constant dense<0> : tensor<i32>
      %loop12 = stablehlo.dynamic_slice %loop7, %loop3, %loop11, sizes = [1, 2] : (tensor<3x2xf32>, tensor<i32>, tensor<i32>) -> tensor<1x2xf32>
      %loop13 = stablehlo.reshape %loop12 : (tensor<1x2xf32>) -> tensor<2xf32>
      %mul14 = stablehlo.multiply %loop4, %loop8 : tensor<2xf32>
      %convert15 = stablehlo.convert %loop3 : (tensor<i32>) -> tensor<f32>
      %constant16 = stablehlo.constant dense<1.0> : tensor<f32>
      %add17 = stablehlo.add %convert15, %constant16 : tensor<f32>
      %broadcast18 = stablehlo.broadcast_in_dim %add17, dims = [] : (tensor<f32>) -> tensor<2xf32>
      %mul19 = stablehlo.multiply %loop13, %broadcast18 : tensor<2xf32>
      %add20 = stablehlo.add %mul14, %mul19 : tensor<2xf32>
      %tanh21 = stablehlo.tanh %add20 : tensor<2xf32>
      %mul22 = stablehlo.multiply %tanh21, %loop13 : tensor<2xf32>
      %reduceSum23 = stablehlo.constant dense<0.0> : tensor<f32>
      %reduceSum24 = stablehlo.reduce(%mul22 init: %reduceSum23) applies stablehlo.add across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32>
      %loop25 = stablehlo.constant dense<1> : tensor<i32>
      %loop26 = stablehlo.add %loop3, %loop25 : tensor<i32>
      %loop27 = stablehlo.reshape %reduceSum24 : (tensor<f32>) -> tensor<1xf32>
      %loop28 = stablehlo.dynamic_update_slice %loop5, %loop27, %loop3 : (tensor<3xf32>, tensor<1xf32>, tensor<i32>) -> tensor<3xf32>
      %loop29 = stablehlo.reshape %loop4 : (tensor<2xf32>) -> tensor<1x2xf32>
      %loop30 = stablehlo.dynamic_update_slice %loop6, %loop29, %loop3, %loop11 : (tensor<3x2xf32>, tensor<1x2xf32>, tensor<i32>, tensor<i32>) -> tensor<3x2xf32>
      stablehlo.return %loop26, %tanh21, %loop28, %loop30, %loop7, %loop8 : tensor<i32>, tensor<2xf32>, tensor<3xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>
    }
    return %loop31#1, %loop31#2, %loop31#3 : tensor<2xf32>, tensor<3xf32>, tensor<3x2xf32>
  }
}
