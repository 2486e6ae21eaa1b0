module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<32x3xbf16>, %in1: tensor<32x4xbf16>, %in2: tensor<2xi32>) -> (tensor<2x3x4xbf16>) {
    %groupedOuter0 = stablehlo.constant dense<0> : tensor<i32>
    %groupedOuter4 = "stablehlo.reduce_window"(%in2, %groupedOuter0) <{window_dimensions = array<i64: 2>, window_strides = array<i64: 1>, base_dilations = array<i64: 1>, window_dilations = array<i64: 1>, padding = dense<[[1, 0]]> : tensor<1x2xi64>}> ({
    ^bb0(%groupedOuter1: tensor<i32>, %groupedOuter2: tensor<i32>):
      %groupedOuter3 = stablehlo.add %groupedOuter1, %groupedOuter2 : tensor<i32>
      stablehlo.return %groupedOuter3 : tensor<i32>
    }) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %groupedOuter5 = stablehlo.pad %groupedOuter4, %groupedOuter0, low = [1], high = [-1], interior = [0] : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %groupedOuter6 = stablehlo.iota dim = 1 : tensor<2x24xi32>
    %groupedOuter7 = stablehlo.broadcast_in_dim %groupedOuter0, dims = [] : (tensor<i32>) -> tensor<2x24xi32>
    %groupedOuter8 = stablehlo.add %groupedOuter6, %groupedOuter7 : tensor<2x24xi32>
    %groupedOuter9 = stablehlo.broadcast_in_dim %groupedOuter5, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
    %groupedOuter10 = stablehlo.add %groupedOuter9, %groupedOuter8 : tensor<2x24xi32>
    %groupedOuter11 = stablehlo.constant dense<31> : tensor<i32>
    %groupedOuter12 = stablehlo.clamp %groupedOuter0, %groupedOuter10, %groupedOuter11 : (tensor<i32>, tensor<2x24xi32>, tensor<i32>) -> tensor<2x24xi32>
    %groupedOuter13 = stablehlo.broadcast_in_dim %in2, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
    %groupedOuter14 = stablehlo.compare LT, %groupedOuter8, %groupedOuter13, SIGNED : (tensor<2x24xi32>, tensor<2x24xi32>) -> tensor<2x24xi1>
    %groupedOuter15 = stablehlo.reshape %groupedOuter12 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
    %groupedOuter16 = "stablehlo.gather"(%in0, %groupedOuter15) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<32x3xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x3xbf16>
    %groupedOuter17 = stablehlo.broadcast_in_dim %groupedOuter14, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x3xi1>
    %groupedOuter18 = stablehlo.constant dense<0.0> : tensor<2x24x3xbf16>
    %groupedOuter19 = stablehlo.select %groupedOuter17, %groupedOuter16, %groupedOuter18 : tensor<2x24x3xi1>, tensor<2x24x3xbf16>
    %groupedOuter20 = stablehlo.reshape %groupedOuter12 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
    %groupedOuter21 = "stablehlo.gather"(%in1, %groupedOuter20) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<32x4xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x4xbf16>
    %groupedOuter22 = stablehlo.broadcast_in_dim %groupedOuter14, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x4xi1>
    %groupedOuter23 = stablehlo.constant dense<0.0> : tensor<2x24x4xbf16>
    %groupedOuter24 = stablehlo.select %groupedOuter22, %groupedOuter21, %groupedOuter23 : tensor<2x24x4xi1>, tensor<2x24x4xbf16>
    %groupedOuter25 = stablehlo.dot_general %groupedOuter19, %groupedOuter24, batching_dims = [0] x [0], contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x24x3xbf16>, tensor<2x24x4xbf16>) -> tensor<2x3x4xf32>
    %groupedOuter26 = stablehlo.constant dense<-2147483648> : tensor<i32>
    %groupedOuter27 = stablehlo.reduce(%in2 init: %groupedOuter26) applies stablehlo.maximum across dimensions = [0] : (tensor<2xi32>, tensor<i32>) -> tensor<i32>
    %groupedOuter28 = stablehlo.constant dense<24> : tensor<i32>
    %groupedOuter61:7 = stablehlo.while(%groupedOuter29 = %groupedOuter28, %groupedOuter30 = %groupedOuter25, %groupedOuter31 = %groupedOuter27, %groupedOuter32 = %in0, %groupedOuter33 = %in1, %groupedOuter34 = %in2, %groupedOuter35 = %groupedOuter5) : tensor<i32>, tensor<2x3x4xf32>, tensor<i32>, tensor<32x3xbf16>, tensor<32x4xbf16>, tensor<2xi32>, tensor<2xi32>
    cond {
      %groupedOuter36 = stablehlo.compare LT, %groupedOuter29, %groupedOuter31, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %groupedOuter36 : tensor<i1>
    } do {
      %groupedOuter37 = stablehlo.constant dense<24> : tensor<i32>
      %groupedOuter38 = stablehlo.add %groupedOuter29, %groupedOuter37 : tensor<i32>
      %groupedOuter39 = stablehlo.iota dim = 1 : tensor<2x24xi32>
      %groupedOuter40 = stablehlo.broadcast_in_dim %groupedOuter29, dims = [] : (tensor<i32>) -> tensor<2x24xi32>
      %groupedOuter41 = stablehlo.add %groupedOuter39, %groupedOuter40 : tensor<2x24xi32>
      %groupedOuter42 = stablehlo.broadcast_in_dim %groupedOuter35, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
      %groupedOuter43 = stablehlo.add %groupedOuter42, %groupedOuter41 : tensor<2x24xi32>
      %groupedOuter44 = stablehlo.constant dense<0> : tensor<i32>
      %groupedOuter45 = stablehlo.constant dense<31> : tensor<i32>
      %groupedOuter46 = stablehlo.clamp %groupedOuter44, %groupedOuter43, %groupedOuter45 : (tensor<i32>, tensor<2x24xi32>, tensor<i32>) -> tensor<2x24xi32>
      %groupedOuter47 = stablehlo.broadcast_in_dim %groupedOuter34, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
      %groupedOuter48 = stablehlo.compare LT, %groupedOuter41, %groupedOuter47, SIGNED : (tensor<2x24xi32>, tensor<2x24xi32>) -> tensor<2x24xi1>
      %groupedOuter49 = stablehlo.reshape %groupedOuter46 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
      %groupedOuter50 = "stablehlo.gather"(%groupedOuter32, %groupedOuter49) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<32x3xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x3xbf16>
      %groupedOuter51 = stablehlo.broadcast_in_dim %groupedOuter48, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x3xi1>
      %groupedOuter52 = stablehlo.constant dense<0.0> : tensor<2x24x3xbf16>
      %groupedOuter53 = stablehlo.select %groupedOuter51, %groupedOuter50, %groupedOuter52 : tensor<2x24x3xi1>, tensor<2x24x3xbf16>
      %groupedOuter54 = stablehlo.reshape %groupedOuter46 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
      %groupedOuter55 = "stablehlo.gather"(%groupedOuter33, %groupedOuter54) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<32x4xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x4xbf16>
      %groupedOuter56 = stablehlo.broadcast_in_dim %groupedOuter48, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x4xi1>
      %groupedOuter57 = stablehlo.constant dense<0.0> : tensor<2x24x4xbf16>
      %groupedOuter58 = stablehlo.select %groupedOuter56, %groupedOuter55, %groupedOuter57 : tensor<2x24x4xi1>, tensor<2x24x4xbf16>
      %groupedOuter59 = stablehlo.dot_general %groupedOuter53, %groupedOuter58, batching_dims = [0] x [0], contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x24x3xbf16>, tensor<2x24x4xbf16>) -> tensor<2x3x4xf32>
      %groupedOuter60 = stablehlo.add %groupedOuter30, %groupedOuter59 : tensor<2x3x4xf32>
      stablehlo.return %groupedOuter38, %groupedOuter60, %groupedOuter31, %groupedOuter32, %groupedOuter33, %groupedOuter34, %groupedOuter35 : tensor<i32>, tensor<2x3x4xf32>, tensor<i32>, tensor<32x3xbf16>, tensor<32x4xbf16>, tensor<2xi32>, tensor<2xi32>
    }
    %groupedOuter62 = stablehlo.convert %groupedOuter61#1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xbf16>
    return %groupedOuter62 : tensor<2x3x4xbf16>
  }
}
