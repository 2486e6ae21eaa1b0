module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>) {
    %softmax0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %softmax1 = stablehlo.reduce(%in0 init: %softmax0) applies stablehlo.maximum across dimensions = [1] : (tensor<1x3xf32>, tensor<f32>) -> tensor<1xf32>
    %softmax2 = stablehlo.broadcast_in_dim %softmax1, dims = [0] : (tensor<1xf32>) -> tensor<1x3xf32>
    %softmax3 = stablehlo.subtract %in0, %softmax2 : tensor<1x3xf32>
    %softmax4 = stablehlo.exponential %softmax3 : tensor<1x3xf32>
    %softmax5 = stablehlo.constant dense<0.0> : tensor<f32>
    %softmax6 = stablehlo.reduce(%softmax4 init: %softmax5) applies stablehlo.add across dimensions = [1] : (tensor<1x3xf32>, tensor<f32>) -> tensor<1xf32>
    %softmax7 = stablehlo.broadcast_in_dim %softmax6, dims = [0] : (tensor<1xf32>) -> tensor<1x3xf32>
    %softmax8 = stablehlo.divide %softmax4, %softmax7 : tensor<1x3xf32>
    return %softmax8 : tensor<1x3xf32>
  }
}
