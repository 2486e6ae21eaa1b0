module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main() -> (tensor<1x3xi32>, tensor<1x3xf32>) {
    %iota0 = stablehlo.iota dim = 1 : tensor<1x3xi32>
    %iota1 = stablehlo.iota dim = 1 : tensor<1x3xf32>
    return %iota0, %iota1 : tensor<1x3xi32>, tensor<1x3xf32>
  }
}
