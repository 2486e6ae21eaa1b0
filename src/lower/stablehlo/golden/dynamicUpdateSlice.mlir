module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<1x3xf32>, %in2: tensor<i32>, %in3: tensor<i32>) -> (tensor<1x3xf32>) {
    %dynamicUpdateSlice0 = stablehlo.dynamic_update_slice %in0, %in1, %in2, %in3 : (tensor<1x3xf32>, tensor<1x3xf32>, tensor<i32>, tensor<i32>) -> tensor<1x3xf32>
    return %dynamicUpdateSlice0 : tensor<1x3xf32>
  }
}
