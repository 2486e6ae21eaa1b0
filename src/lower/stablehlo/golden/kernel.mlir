module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<2x3xf32>, %in1: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2xf32>) {
    %broadcast0 = stablehlo.broadcast_in_dim %in1, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
    %mul1 = stablehlo.multiply %in0, %broadcast0 : tensor<2x3xf32>
    %sin2 = stablehlo.sine %mul1 : tensor<2x3xf32>
    %tanh3 = stablehlo.tanh %sin2 : tensor<2x3xf32>
    %broadcast4 = stablehlo.broadcast_in_dim %in1, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
    %mul5 = stablehlo.multiply %sin2, %broadcast4 : tensor<2x3xf32>
    %reduceSum6 = stablehlo.constant dense<0.0> : tensor<f32>
    %reduceSum7 = stablehlo.reduce(%mul5 init: %reduceSum6) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
    return %tanh3, %reduceSum7 : tensor<2x3xf32>, tensor<2xf32>
  }
}
