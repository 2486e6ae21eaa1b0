module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<3xf32>) -> (tensor<1x3x4xf32>) {
    %broadcast0 = stablehlo.broadcast_in_dim %in0, dims = [1] : (tensor<3xf32>) -> tensor<1x3x4xf32>
    return %broadcast0 : tensor<1x3x4xf32>
  }
}
