module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<6xf32>, %in1: tensor<4xi32>, %in2: tensor<3xui32>) -> (tensor<6xi32>, tensor<4xf32>, tensor<3xi32>, tensor<3xf32>, tensor<4xui32>) {
    %convert0 = stablehlo.convert %in0 : (tensor<6xf32>) -> tensor<6xi32>
    %convert1 = stablehlo.convert %in1 : (tensor<4xi32>) -> tensor<4xf32>
    %convert2 = stablehlo.convert %in2 : (tensor<3xui32>) -> tensor<3xi32>
    %convert3 = stablehlo.convert %in2 : (tensor<3xui32>) -> tensor<3xf32>
    %convert4 = stablehlo.convert %in1 : (tensor<4xi32>) -> tensor<4xui32>
    return %convert0, %convert1, %convert2, %convert3, %convert4 : tensor<6xi32>, tensor<4xf32>, tensor<3xi32>, tensor<3xf32>, tensor<4xui32>
  }
}
