module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<3x8xf32>) -> (tensor<1x3xi32>, tensor<3x8xi32>) {
    %argsort0 = stablehlo.iota dim = 1 : tensor<1x3xi32>
    %argsort6:2 = "stablehlo.sort"(%in0, %argsort0) <{dimension = 1 : i64, is_stable = true}> ({
    ^bb0(%argsort1: tensor<f32>, %argsort2: tensor<f32>, %argsort3: tensor<i32>, %argsort4: tensor<i32>):
      %argsort5 = stablehlo.compare LT, %argsort1, %argsort2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %argsort5 : tensor<i1>
    }) : (tensor<1x3xf32>, tensor<1x3xi32>) -> (tensor<1x3xf32>, tensor<1x3xi32>)
    %argsort7 = stablehlo.iota dim = 1 : tensor<3x8xi32>
    %argsort13:2 = "stablehlo.sort"(%in1, %argsort7) <{dimension = 1 : i64, is_stable = true}> ({
    ^bb0(%argsort8: tensor<f32>, %argsort9: tensor<f32>, %argsort10: tensor<i32>, %argsort11: tensor<i32>):
      %argsort12 = stablehlo.compare LT, %argsort8, %argsort9, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %argsort12 : tensor<i1>
    }) : (tensor<3x8xf32>, tensor<3x8xi32>) -> (tensor<3x8xf32>, tensor<3x8xi32>)
    return %argsort6#1, %argsort13#1 : tensor<1x3xi32>, tensor<3x8xi32>
  }
}
