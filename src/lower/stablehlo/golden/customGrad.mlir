module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<4xf32>, %in1: tensor<4xf32>) -> (tensor<4xf32>) {
    %tanh0 = stablehlo.tanh %in0 : tensor<4xf32>
    %mul1 = stablehlo.multiply %tanh0, %in1 : tensor<4xf32>
    %tanh2 = stablehlo.tanh %in0 : tensor<4xf32>
    return %mul1 : tensor<4xf32>
  }
}
