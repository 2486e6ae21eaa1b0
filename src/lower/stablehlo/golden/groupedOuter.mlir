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
    %groupedOuter13 = stablehlo.reshape %groupedOuter12 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
    %groupedOuter14 = "stablehlo.gather"(%in0, %groupedOuter13) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<32x3xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x3xbf16>
    %groupedOuter15 = stablehlo.broadcast_in_dim %in2, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
    %groupedOuter16 = stablehlo.compare LT, %groupedOuter8, %groupedOuter15, SIGNED : (tensor<2x24xi32>, tensor<2x24xi32>) -> tensor<2x24xi1>
    %groupedOuter17 = stablehlo.broadcast_in_dim %groupedOuter16, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x3xi1>
    %groupedOuter18 = stablehlo.constant dense<0.0> : tensor<2x24x3xbf16>
    %groupedOuter19 = stablehlo.select %groupedOuter17, %groupedOuter14, %groupedOuter18 : tensor<2x24x3xi1>, tensor<2x24x3xbf16>
    %groupedOuter20 = stablehlo.iota dim = 1 : tensor<2x24xi32>
    %groupedOuter21 = stablehlo.broadcast_in_dim %groupedOuter0, dims = [] : (tensor<i32>) -> tensor<2x24xi32>
    %groupedOuter22 = stablehlo.add %groupedOuter20, %groupedOuter21 : tensor<2x24xi32>
    %groupedOuter23 = stablehlo.broadcast_in_dim %groupedOuter5, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
    %groupedOuter24 = stablehlo.add %groupedOuter23, %groupedOuter22 : tensor<2x24xi32>
    %groupedOuter25 = stablehlo.clamp %groupedOuter0, %groupedOuter24, %groupedOuter11 : (tensor<i32>, tensor<2x24xi32>, tensor<i32>) -> tensor<2x24xi32>
    %groupedOuter26 = stablehlo.reshape %groupedOuter25 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
    %groupedOuter27 = "stablehlo.gather"(%in1, %groupedOuter26) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<32x4xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x4xbf16>
    %groupedOuter28 = stablehlo.broadcast_in_dim %in2, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
    %groupedOuter29 = stablehlo.compare LT, %groupedOuter22, %groupedOuter28, SIGNED : (tensor<2x24xi32>, tensor<2x24xi32>) -> tensor<2x24xi1>
    %groupedOuter30 = stablehlo.broadcast_in_dim %groupedOuter29, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x4xi1>
    %groupedOuter31 = stablehlo.constant dense<0.0> : tensor<2x24x4xbf16>
    %groupedOuter32 = stablehlo.select %groupedOuter30, %groupedOuter27, %groupedOuter31 : tensor<2x24x4xi1>, tensor<2x24x4xbf16>
    %groupedOuter33 = stablehlo.dot_general %groupedOuter19, %groupedOuter32, batching_dims = [0] x [0], contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x24x3xbf16>, tensor<2x24x4xbf16>) -> tensor<2x3x4xf32>
    %groupedOuter34 = stablehlo.constant dense<-2147483648> : tensor<i32>
    %groupedOuter35 = stablehlo.reduce(%in2 init: %groupedOuter34) applies stablehlo.maximum across dimensions = [0] : (tensor<2xi32>, tensor<i32>) -> tensor<i32>
    %groupedOuter36 = stablehlo.constant dense<24> : tensor<i32>
    %groupedOuter77:7 = stablehlo.while(%groupedOuter37 = %groupedOuter36, %groupedOuter38 = %groupedOuter33, %groupedOuter39 = %groupedOuter35, %groupedOuter40 = %in0, %groupedOuter41 = %in1, %groupedOuter42 = %in2, %groupedOuter43 = %groupedOuter5) : tensor<i32>, tensor<2x3x4xf32>, tensor<i32>, tensor<32x3xbf16>, tensor<32x4xbf16>, tensor<2xi32>, tensor<2xi32>
    cond {
      %groupedOuter44 = stablehlo.compare LT, %groupedOuter37, %groupedOuter39, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %groupedOuter44 : tensor<i1>
    } do {
      %groupedOuter45 = stablehlo.constant dense<24> : tensor<i32>
      %groupedOuter46 = stablehlo.add %groupedOuter37, %groupedOuter45 : tensor<i32>
      %groupedOuter47 = stablehlo.iota dim = 1 : tensor<2x24xi32>
      %groupedOuter48 = stablehlo.broadcast_in_dim %groupedOuter37, dims = [] : (tensor<i32>) -> tensor<2x24xi32>
      %groupedOuter49 = stablehlo.add %groupedOuter47, %groupedOuter48 : tensor<2x24xi32>
      %groupedOuter50 = stablehlo.broadcast_in_dim %groupedOuter43, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
      %groupedOuter51 = stablehlo.add %groupedOuter50, %groupedOuter49 : tensor<2x24xi32>
      %groupedOuter52 = stablehlo.constant dense<0> : tensor<i32>
      %groupedOuter53 = stablehlo.constant dense<31> : tensor<i32>
      %groupedOuter54 = stablehlo.clamp %groupedOuter52, %groupedOuter51, %groupedOuter53 : (tensor<i32>, tensor<2x24xi32>, tensor<i32>) -> tensor<2x24xi32>
      %groupedOuter55 = stablehlo.reshape %groupedOuter54 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
      %groupedOuter56 = "stablehlo.gather"(%groupedOuter40, %groupedOuter55) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<32x3xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x3xbf16>
      %groupedOuter57 = stablehlo.broadcast_in_dim %groupedOuter42, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
      %groupedOuter58 = stablehlo.compare LT, %groupedOuter49, %groupedOuter57, SIGNED : (tensor<2x24xi32>, tensor<2x24xi32>) -> tensor<2x24xi1>
      %groupedOuter59 = stablehlo.broadcast_in_dim %groupedOuter58, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x3xi1>
      %groupedOuter60 = stablehlo.constant dense<0.0> : tensor<2x24x3xbf16>
      %groupedOuter61 = stablehlo.select %groupedOuter59, %groupedOuter56, %groupedOuter60 : tensor<2x24x3xi1>, tensor<2x24x3xbf16>
      %groupedOuter62 = stablehlo.iota dim = 1 : tensor<2x24xi32>
      %groupedOuter63 = stablehlo.broadcast_in_dim %groupedOuter37, dims = [] : (tensor<i32>) -> tensor<2x24xi32>
      %groupedOuter64 = stablehlo.add %groupedOuter62, %groupedOuter63 : tensor<2x24xi32>
      %groupedOuter65 = stablehlo.broadcast_in_dim %groupedOuter43, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
      %groupedOuter66 = stablehlo.add %groupedOuter65, %groupedOuter64 : tensor<2x24xi32>
      %groupedOuter67 = stablehlo.clamp %groupedOuter52, %groupedOuter66, %groupedOuter53 : (tensor<i32>, tensor<2x24xi32>, tensor<i32>) -> tensor<2x24xi32>
      %groupedOuter68 = stablehlo.reshape %groupedOuter67 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
      %groupedOuter69 = "stablehlo.gather"(%groupedOuter41, %groupedOuter68) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<32x4xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x4xbf16>
      %groupedOuter70 = stablehlo.broadcast_in_dim %groupedOuter42, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
      %groupedOuter71 = stablehlo.compare LT, %groupedOuter64, %groupedOuter70, SIGNED : (tensor<2x24xi32>, tensor<2x24xi32>) -> tensor<2x24xi1>
      %groupedOuter72 = stablehlo.broadcast_in_dim %groupedOuter71, dims = [0, 1] : (tensor<2x24xi1>) -> tensor<2x24x4xi1>
      %groupedOuter73 = stablehlo.constant dense<0.0> : tensor<2x24x4xbf16>
      %groupedOuter74 = stablehlo.select %groupedOuter72, %groupedOuter69, %groupedOuter73 : tensor<2x24x4xi1>, tensor<2x24x4xbf16>
      %groupedOuter75 = stablehlo.dot_general %groupedOuter61, %groupedOuter74, batching_dims = [0] x [0], contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x24x3xbf16>, tensor<2x24x4xbf16>) -> tensor<2x3x4xf32>
      %groupedOuter76 = stablehlo.add %groupedOuter38, %groupedOuter75 : tensor<2x3x4xf32>
      stablehlo.return %groupedOuter46, %groupedOuter76, %groupedOuter39, %groupedOuter40, %groupedOuter41, %groupedOuter42, %groupedOuter43 : tensor<i32>, tensor<2x3x4xf32>, tensor<i32>, tensor<32x3xbf16>, tensor<32x4xbf16>, tensor<2xi32>, tensor<2xi32>
    }
    %groupedOuter78 = stablehlo.convert %groupedOuter77#1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xbf16>
    return %groupedOuter78 : tensor<2x3x4xbf16>
  }
}
