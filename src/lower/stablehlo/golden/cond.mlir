module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<i1>, %in1: tensor<3xf32>, %in2: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
    %cond5:2 = "stablehlo.if"(%in0) ({
      %mul0 = stablehlo.multiply %in1, %in2 : tensor<3xf32>
      stablehlo.return %mul0, %in1 : tensor<3xf32>, tensor<3xf32>
    }, {
      %sin1 = stablehlo.sine %in2 : tensor<3xf32>
      %constant2 = stablehlo.constant dense<1.0> : tensor<f32>
      %broadcast3 = stablehlo.broadcast_in_dim %constant2, dims = [] : (tensor<f32>) -> tensor<3xf32>
      %sub4 = stablehlo.subtract %sin1, %broadcast3 : tensor<3xf32>
      stablehlo.return %sub4, %in2 : tensor<3xf32>, tensor<3xf32>
    }) : (tensor<i1>) -> (tensor<3xf32>, tensor<3xf32>)
    return %cond5#0, %cond5#1 : tensor<3xf32>, tensor<3xf32>
  }
}
