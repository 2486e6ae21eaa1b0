module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3x4xf32>) -> (tensor<1x4xf32>, tensor<1x3xf32>) {
    %reduceSum0 = stablehlo.constant dense<0.0> : tensor<f32>
    %reduceSum1 = stablehlo.reduce(%in0 init: %reduceSum0) applies stablehlo.add across dimensions = [1] : (tensor<1x3x4xf32>, tensor<f32>) -> tensor<1x4xf32>
    %reduceSum2 = stablehlo.reduce(%in0 init: %reduceSum0) applies stablehlo.add across dimensions = [2] : (tensor<1x3x4xf32>, tensor<f32>) -> tensor<1x3xf32>
    return %reduceSum1, %reduceSum2 : tensor<1x4xf32>, tensor<1x3xf32>
  }
}
