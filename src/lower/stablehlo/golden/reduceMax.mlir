module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3x4xf32>) -> (tensor<1x4xf32>, tensor<1x3xf32>) {
    %reduceMax0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %reduceMax1 = stablehlo.reduce(%in0 init: %reduceMax0) applies stablehlo.maximum across dimensions = [1] : (tensor<1x3x4xf32>, tensor<f32>) -> tensor<1x4xf32>
    %reduceMax2 = stablehlo.reduce(%in0 init: %reduceMax0) applies stablehlo.maximum across dimensions = [2] : (tensor<1x3x4xf32>, tensor<f32>) -> tensor<1x3xf32>
    return %reduceMax1, %reduceMax2 : tensor<1x4xf32>, tensor<1x3xf32>
  }
}
