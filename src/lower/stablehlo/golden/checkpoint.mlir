module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<2x3xf32>, %in1: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2xf32>) {
    %broadcast0 = stablehlo.broadcast_in_dim %in1, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
    %mul1 = stablehlo.multiply %in0, %broadcast0 : tensor<2x3xf32>
    %sin2 = stablehlo.sine %mul1 : tensor<2x3xf32>
    %broadcast3 = stablehlo.broadcast_in_dim %in1, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
    %mul4 = stablehlo.multiply %sin2, %broadcast3 : tensor<2x3xf32>
    %tanh5 = stablehlo.tanh %mul4 : tensor<2x3xf32>
    %mul6 = stablehlo.multiply %sin2, %tanh5 : tensor<2x3xf32>
    %reduceSum7 = stablehlo.constant dense<0.0> : tensor<f32>
    %reduceSum8 = stablehlo.reduce(%mul6 init: %reduceSum7) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
    return %tanh5, %reduceSum8 : tensor<2x3xf32>, tensor<2xf32>
  }
}
