module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<3xf32>, %in1: tensor<f32>, %in2: tensor<2xi32>) -> (tensor<3xf32>, tensor<2xi32>) {
    %sin0 = stablehlo.sine %in0 : tensor<3xf32>
    %barrier1:3 = stablehlo.optimization_barrier %sin0, %in1, %in2 : tensor<3xf32>, tensor<f32>, tensor<2xi32>
    %broadcast2 = stablehlo.broadcast_in_dim %barrier1#1, dims = [] : (tensor<f32>) -> tensor<3xf32>
    %mul3 = stablehlo.multiply %barrier1#0, %broadcast2 : tensor<3xf32>
    return %mul3, %barrier1#2 : tensor<3xf32>, tensor<2xi32>
  }
}
