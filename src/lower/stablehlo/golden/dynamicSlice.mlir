module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<i32>, %in2: tensor<i32>) -> (tensor<1x3xf32>, tensor<1x3xi32>) {
    %dynamicSlice0 = stablehlo.dynamic_slice %in0, %in1, %in2, sizes = [1, 3] : (tensor<1x3xf32>, tensor<i32>, tensor<i32>) -> tensor<1x3xf32>
    %convert1 = stablehlo.convert %in0 : (tensor<1x3xf32>) -> tensor<1x3xi32>
    %dynamicSlice2 = stablehlo.dynamic_slice %convert1, %in1, %in2, sizes = [1, 3] : (tensor<1x3xi32>, tensor<i32>, tensor<i32>) -> tensor<1x3xi32>
    return %dynamicSlice0, %dynamicSlice2 : tensor<1x3xf32>, tensor<1x3xi32>
  }
}
