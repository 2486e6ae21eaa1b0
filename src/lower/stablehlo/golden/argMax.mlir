module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<1x3xf32>, %in1: tensor<3x6xf32>) -> (tensor<1xi32>, tensor<3xi32>, tensor<6xi32>) {
    %argMax0 = stablehlo.iota dim = 1 : tensor<1x3xi32>
    %argMax1 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %argMax2 = stablehlo.constant dense<0> : tensor<i32>
    %argMax14:2 = "stablehlo.reduce"(%in0, %argMax0, %argMax1, %argMax2) <{dimensions = array<i64: 1>}> ({
    ^bb0(%argMax3: tensor<f32>, %argMax4: tensor<i32>, %argMax5: tensor<f32>, %argMax6: tensor<i32>):
      %argMax7 = stablehlo.compare EQ, %argMax3, %argMax5, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %argMax8 = stablehlo.compare LT, %argMax4, %argMax6, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %argMax9 = stablehlo.and %argMax7, %argMax8 : tensor<i1>
      %argMax10 = stablehlo.compare GT, %argMax3, %argMax5, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %argMax11 = stablehlo.or %argMax10, %argMax9 : tensor<i1>
      %argMax12 = stablehlo.select %argMax11, %argMax3, %argMax5 : tensor<i1>, tensor<f32>
      %argMax13 = stablehlo.select %argMax11, %argMax4, %argMax6 : tensor<i1>, tensor<i32>
      stablehlo.return %argMax12, %argMax13 : tensor<f32>, tensor<i32>
    }) : (tensor<1x3xf32>, tensor<1x3xi32>, tensor<f32>, tensor<i32>) -> (tensor<1xf32>, tensor<1xi32>)
    %argMax15 = stablehlo.iota dim = 1 : tensor<3x6xi32>
    %argMax27:2 = "stablehlo.reduce"(%in1, %argMax15, %argMax1, %argMax2) <{dimensions = array<i64: 1>}> ({
    ^bb0(%argMax16: tensor<f32>, %argMax17: tensor<i32>, %argMax18: tensor<f32>, %argMax19: tensor<i32>):
      %argMax20 = stablehlo.compare EQ, %argMax16, %argMax18, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %argMax21 = stablehlo.compare LT, %argMax17, %argMax19, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %argMax22 = stablehlo.and %argMax20, %argMax21 : tensor<i1>
      %argMax23 = stablehlo.compare GT, %argMax16, %argMax18, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %argMax24 = stablehlo.or %argMax23, %argMax22 : tensor<i1>
      %argMax25 = stablehlo.select %argMax24, %argMax16, %argMax18 : tensor<i1>, tensor<f32>
      %argMax26 = stablehlo.select %argMax24, %argMax17, %argMax19 : tensor<i1>, tensor<i32>
      stablehlo.return %argMax25, %argMax26 : tensor<f32>, tensor<i32>
    }) : (tensor<3x6xf32>, tensor<3x6xi32>, tensor<f32>, tensor<i32>) -> (tensor<3xf32>, tensor<3xi32>)
    %argMax28 = stablehlo.iota dim = 0 : tensor<3x6xi32>
    %argMax40:2 = "stablehlo.reduce"(%in1, %argMax28, %argMax1, %argMax2) <{dimensions = array<i64: 0>}> ({
    ^bb0(%argMax29: tensor<f32>, %argMax30: tensor<i32>, %argMax31: tensor<f32>, %argMax32: tensor<i32>):
      %argMax33 = stablehlo.compare EQ, %argMax29, %argMax31, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %argMax34 = stablehlo.compare LT, %argMax30, %argMax32, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %argMax35 = stablehlo.and %argMax33, %argMax34 : tensor<i1>
      %argMax36 = stablehlo.compare GT, %argMax29, %argMax31, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %argMax37 = stablehlo.or %argMax36, %argMax35 : tensor<i1>
      %argMax38 = stablehlo.select %argMax37, %argMax29, %argMax31 : tensor<i1>, tensor<f32>
      %argMax39 = stablehlo.select %argMax37, %argMax30, %argMax32 : tensor<i1>, tensor<i32>
      stablehlo.return %argMax38, %argMax39 : tensor<f32>, tensor<i32>
    }) : (tensor<3x6xf32>, tensor<3x6xi32>, tensor<f32>, tensor<i32>) -> (tensor<6xf32>, tensor<6xi32>)
    return %argMax14#1, %argMax27#1, %argMax40#1 : tensor<1xi32>, tensor<3xi32>, tensor<6xi32>
  }
}
