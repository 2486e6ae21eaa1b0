module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<3xf32>, %in1: tensor<3xf32>) -> (tensor<3xf32>) {
    %sin0 = stablehlo.sine %in1 : tensor<3xf32>
    %mul1 = stablehlo.multiply %in0, %sin0 : tensor<3xf32>
    return %mul1 : tensor<3xf32>
  }
}
