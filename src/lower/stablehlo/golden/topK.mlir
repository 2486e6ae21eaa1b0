module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>) -> (tensor<1x3xf32>, tensor<1x3xi32>) {
    %topK0:2 = chlo.top_k(%in0, k = 3) : tensor<1x3xf32> -> (tensor<1x3xf32>, tensor<1x3xi32>)
    return %topK0#0, %topK0#1 : tensor<1x3xf32>, tensor<1x3xi32>
  }
}
