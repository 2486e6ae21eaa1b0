module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3x4xf32>) -> (tensor<1x4xf32>, tensor<1x3xf32>) {
    %reduceMin0 = stablehlo.constant dense<0x7F800000> : tensor<f32>
    %reduceMin1 = stablehlo.reduce(%in0 init: %reduceMin0) applies stablehlo.minimum across dimensions = [1] : (tensor<1x3x4xf32>, tensor<f32>) -> tensor<1x4xf32>
    %reduceMin2 = stablehlo.reduce(%in0 init: %reduceMin0) applies stablehlo.minimum across dimensions = [2] : (tensor<1x3x4xf32>, tensor<f32>) -> tensor<1x3xf32>
    return %reduceMin1, %reduceMin2 : tensor<1x4xf32>, tensor<1x3xf32>
  }
}
