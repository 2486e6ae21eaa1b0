module @forward attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%in0: tensor<32x3xbf16>, %in1: tensor<2x4x3xbf16>, %in2: tensor<2xi32>) -> (tensor<32x4xbf16>) {
    %groupedDot0 = stablehlo.constant dense<0> : tensor<i32>
    %groupedDot4 = "stablehlo.reduce_window"(%in2, %groupedDot0) <{window_dimensions = array<i64: 2>, window_strides = array<i64: 1>, base_dilations = array<i64: 1>, window_dilations = array<i64: 1>, padding = dense<[[1, 0]]> : tensor<1x2xi64>}> ({
    ^bb0(%groupedDot1: tensor<i32>, %groupedDot2: tensor<i32>):
      %groupedDot3 = stablehlo.add %groupedDot1, %groupedDot2 : tensor<i32>
      stablehlo.return %groupedDot3 : tensor<i32>
    }) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %groupedDot5 = stablehlo.pad %groupedDot4, %groupedDot0, low = [1], high = [-1], interior = [0] : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %groupedDot6 = stablehlo.add %groupedDot5, %in2 : tensor<2xi32>
    %groupedDot7 = stablehlo.iota dim = 0 : tensor<32xi32>
    %groupedDot8 = stablehlo.broadcast_in_dim %groupedDot7, dims = [0] : (tensor<32xi32>) -> tensor<32x2xi32>
    %groupedDot9 = stablehlo.broadcast_in_dim %groupedDot6, dims = [1] : (tensor<2xi32>) -> tensor<32x2xi32>
    %groupedDot10 = stablehlo.compare GE, %groupedDot8, %groupedDot9, SIGNED : (tensor<32x2xi32>, tensor<32x2xi32>) -> tensor<32x2xi1>
    %groupedDot11 = stablehlo.convert %groupedDot10 : (tensor<32x2xi1>) -> tensor<32x2xi32>
    %groupedDot12 = stablehlo.reduce(%groupedDot11 init: %groupedDot0) applies stablehlo.add across dimensions = [1] : (tensor<32x2xi32>, tensor<i32>) -> tensor<32xi32>
    %groupedDot13 = stablehlo.constant dense<1> : tensor<i32>
    %groupedDot14 = stablehlo.clamp %groupedDot0, %groupedDot12, %groupedDot13 : (tensor<i32>, tensor<32xi32>, tensor<i32>) -> tensor<32xi32>
    %groupedDot15 = stablehlo.reshape %groupedDot14 : (tensor<32xi32>) -> tensor<32x1xi32>
    %groupedDot16 = "stablehlo.gather"(%groupedDot5, %groupedDot15) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1>}> : (tensor<2xi32>, tensor<32x1xi32>) -> tensor<32xi32>
    %groupedDot17 = stablehlo.subtract %groupedDot7, %groupedDot16 : tensor<32xi32>
    %groupedDot18 = stablehlo.iota dim = 1 : tensor<2x24xi32>
    %groupedDot19 = stablehlo.broadcast_in_dim %groupedDot0, dims = [] : (tensor<i32>) -> tensor<2x24xi32>
    %groupedDot20 = stablehlo.add %groupedDot18, %groupedDot19 : tensor<2x24xi32>
    %groupedDot21 = stablehlo.broadcast_in_dim %groupedDot5, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
    %groupedDot22 = stablehlo.add %groupedDot21, %groupedDot20 : tensor<2x24xi32>
    %groupedDot23 = stablehlo.constant dense<31> : tensor<i32>
    %groupedDot24 = stablehlo.clamp %groupedDot0, %groupedDot22, %groupedDot23 : (tensor<i32>, tensor<2x24xi32>, tensor<i32>) -> tensor<2x24xi32>
    %groupedDot25 = stablehlo.reshape %groupedDot24 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
    %groupedDot26 = "stablehlo.gather"(%in0, %groupedDot25) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<32x3xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x3xbf16>
    %groupedDot27 = stablehlo.dot_general %groupedDot26, %in1, batching_dims = [0] x [0], contracting_dims = [2] x [2], precision = [DEFAULT, DEFAULT] : (tensor<2x24x3xbf16>, tensor<2x4x3xbf16>) -> tensor<2x24x4xbf16>
    %groupedDot28 = stablehlo.broadcast_in_dim %groupedDot0, dims = [] : (tensor<i32>) -> tensor<32xi32>
    %groupedDot29 = stablehlo.subtract %groupedDot17, %groupedDot28 : tensor<32xi32>
    %groupedDot30 = stablehlo.constant dense<24> : tensor<32xi32>
    %groupedDot31 = stablehlo.multiply %groupedDot14, %groupedDot30 : tensor<32xi32>
    %groupedDot32 = stablehlo.add %groupedDot31, %groupedDot29 : tensor<32xi32>
    %groupedDot33 = stablehlo.constant dense<47> : tensor<i32>
    %groupedDot34 = stablehlo.clamp %groupedDot0, %groupedDot32, %groupedDot33 : (tensor<i32>, tensor<32xi32>, tensor<i32>) -> tensor<32xi32>
    %groupedDot35 = stablehlo.reshape %groupedDot27 : (tensor<2x24x4xbf16>) -> tensor<48x4xbf16>
    %groupedDot36 = stablehlo.reshape %groupedDot34 : (tensor<32xi32>) -> tensor<32x1xi32>
    %groupedDot37 = "stablehlo.gather"(%groupedDot35, %groupedDot36) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<48x4xbf16>, tensor<32x1xi32>) -> tensor<32x4xbf16>
    %groupedDot38 = stablehlo.constant dense<-2147483648> : tensor<i32>
    %groupedDot39 = stablehlo.reduce(%in2 init: %groupedDot38) applies stablehlo.maximum across dimensions = [0] : (tensor<2xi32>, tensor<i32>) -> tensor<i32>
    %groupedDot40 = stablehlo.constant dense<24> : tensor<i32>
    %groupedDot79:8 = stablehlo.while(%groupedDot41 = %groupedDot40, %groupedDot42 = %groupedDot37, %groupedDot43 = %groupedDot39, %groupedDot44 = %in0, %groupedDot45 = %in1, %groupedDot46 = %groupedDot5, %groupedDot47 = %groupedDot14, %groupedDot48 = %groupedDot17) : tensor<i32>, tensor<32x4xbf16>, tensor<i32>, tensor<32x3xbf16>, tensor<2x4x3xbf16>, tensor<2xi32>, tensor<32xi32>, tensor<32xi32>
    cond {
      %groupedDot49 = stablehlo.compare LT, %groupedDot41, %groupedDot43, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %groupedDot49 : tensor<i1>
    } do {
      %groupedDot50 = stablehlo.constant dense<24> : tensor<i32>
      %groupedDot51 = stablehlo.add %groupedDot41, %groupedDot50 : tensor<i32>
      %groupedDot52 = stablehlo.iota dim = 1 : tensor<2x24xi32>
      %groupedDot53 = stablehlo.broadcast_in_dim %groupedDot41, dims = [] : (tensor<i32>) -> tensor<2x24xi32>
      %groupedDot54 = stablehlo.add %groupedDot52, %groupedDot53 : tensor<2x24xi32>
      %groupedDot55 = stablehlo.broadcast_in_dim %groupedDot46, dims = [0] : (tensor<2xi32>) -> tensor<2x24xi32>
      %groupedDot56 = stablehlo.add %groupedDot55, %groupedDot54 : tensor<2x24xi32>
      %groupedDot57 = stablehlo.constant dense<0> : tensor<i32>
      %groupedDot58 = stablehlo.constant dense<31> : tensor<i32>
      %groupedDot59 = stablehlo.clamp %groupedDot57, %groupedDot56, %groupedDot58 : (tensor<i32>, tensor<2x24xi32>, tensor<i32>) -> tensor<2x24xi32>
      %groupedDot60 = stablehlo.reshape %groupedDot59 : (tensor<2x24xi32>) -> tensor<2x24x1xi32>
      %groupedDot61 = "stablehlo.gather"(%groupedDot44, %groupedDot60) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<32x3xbf16>, tensor<2x24x1xi32>) -> tensor<2x24x3xbf16>
      %groupedDot62 = stablehlo.dot_general %groupedDot61, %groupedDot45, batching_dims = [0] x [0], contracting_dims = [2] x [2], precision = [DEFAULT, DEFAULT] : (tensor<2x24x3xbf16>, tensor<2x4x3xbf16>) -> tensor<2x24x4xbf16>
      %groupedDot63 = stablehlo.broadcast_in_dim %groupedDot41, dims = [] : (tensor<i32>) -> tensor<32xi32>
      %groupedDot64 = stablehlo.subtract %groupedDot48, %groupedDot63 : tensor<32xi32>
      %groupedDot65 = stablehlo.constant dense<24> : tensor<32xi32>
      %groupedDot66 = stablehlo.multiply %groupedDot47, %groupedDot65 : tensor<32xi32>
      %groupedDot67 = stablehlo.add %groupedDot66, %groupedDot64 : tensor<32xi32>
      %groupedDot68 = stablehlo.constant dense<47> : tensor<i32>
      %groupedDot69 = stablehlo.clamp %groupedDot57, %groupedDot67, %groupedDot68 : (tensor<i32>, tensor<32xi32>, tensor<i32>) -> tensor<32xi32>
      %groupedDot70 = stablehlo.reshape %groupedDot62 : (tensor<2x24x4xbf16>) -> tensor<48x4xbf16>
      %groupedDot71 = stablehlo.reshape %groupedDot69 : (tensor<32xi32>) -> tensor<32x1xi32>
      %groupedDot72 = "stablehlo.gather"(%groupedDot70, %groupedDot71) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<48x4xbf16>, tensor<32x1xi32>) -> tensor<32x4xbf16>
      %groupedDot73 = stablehlo.constant dense<0> : tensor<32xi32>
      %groupedDot74 = stablehlo.compare GE, %groupedDot64, %groupedDot73, SIGNED : (tensor<32xi32>, tensor<32xi32>) -> tensor<32xi1>
      %groupedDot75 = stablehlo.compare LT, %groupedDot64, %groupedDot65, SIGNED : (tensor<32xi32>, tensor<32xi32>) -> tensor<32xi1>
      %groupedDot76 = stablehlo.and %groupedDot74, %groupedDot75 : tensor<32xi1>
      %groupedDot77 = stablehlo.broadcast_in_dim %groupedDot76, dims = [0] : (tensor<32xi1>) -> tensor<32x4xi1>
      %groupedDot78 = stablehlo.select %groupedDot77, %groupedDot72, %groupedDot42 : tensor<32x4xi1>, tensor<32x4xbf16>
      stablehlo.return %groupedDot51, %groupedDot78, %groupedDot43, %groupedDot44, %groupedDot45, %groupedDot46, %groupedDot47, %groupedDot48 : tensor<i32>, tensor<32x4xbf16>, tensor<i32>, tensor<32x3xbf16>, tensor<2x4x3xbf16>, tensor<2xi32>, tensor<32xi32>, tensor<32xi32>
    }
    return %groupedDot79#1 : tensor<32x4xbf16>
  }
}
