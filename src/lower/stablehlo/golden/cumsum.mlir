module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>, tensor<1x3xf32>) {
    %cumsum0 = stablehlo.constant dense<0.0> : tensor<f32>
    %cumsum4 = "stablehlo.reduce_window"(%in0, %cumsum0) <{window_dimensions = array<i64: 1, 3>, window_strides = array<i64: 1, 1>, base_dilations = array<i64: 1, 1>, window_dilations = array<i64: 1, 1>, padding = dense<[[0, 0], [2, 0]]> : tensor<2x2xi64>}> ({
    ^bb0(%cumsum1: tensor<f32>, %cumsum2: tensor<f32>):
      %cumsum3 = stablehlo.add %cumsum1, %cumsum2 : tensor<f32>
      stablehlo.return %cumsum3 : tensor<f32>
    }) : (tensor<1x3xf32>, tensor<f32>) -> tensor<1x3xf32>
    %cumsum8 = "stablehlo.reduce_window"(%in0, %cumsum0) <{window_dimensions = array<i64: 1, 3>, window_strides = array<i64: 1, 1>, base_dilations = array<i64: 1, 1>, window_dilations = array<i64: 1, 1>, padding = dense<[[0, 0], [2, 0]]> : tensor<2x2xi64>}> ({
    ^bb0(%cumsum5: tensor<f32>, %cumsum6: tensor<f32>):
      %cumsum7 = stablehlo.add %cumsum5, %cumsum6 : tensor<f32>
      stablehlo.return %cumsum7 : tensor<f32>
    }) : (tensor<1x3xf32>, tensor<f32>) -> tensor<1x3xf32>
    %cumsum9 = stablehlo.pad %cumsum8, %cumsum0, low = [0, 1], high = [0, -1], interior = [0, 0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<1x3xf32>
    return %cumsum4, %cumsum9 : tensor<1x3xf32>, tensor<1x3xf32>
  }
}
