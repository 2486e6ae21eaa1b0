module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<5xf32>) -> (tensor<5xi1>) {
    %isFinite0 = stablehlo.is_finite %in0 : (tensor<5xf32>) -> tensor<5xi1>
    return %isFinite0 : tensor<5xi1>
  }
}
