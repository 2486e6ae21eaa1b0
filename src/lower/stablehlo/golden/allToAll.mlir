module @forward attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["data"=2, "expert"=4]>
  func.func public @main(%in0: tensor<32x3xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) -> (tensor<8x12xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) {
    %whole = sdy.manual_computation(%in0) in_shardings=[<@mesh, [{"data", "expert"}, {}]>] out_shardings=[<@mesh, [{"data", "expert"}, {}]>] manual_axes={"data", "expert"} (%shard0: tensor<4x3xf32>) {
      %allToAll0 = "stablehlo.all_to_all"(%shard0) <{split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 4 : i64, replica_groups = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>}> : (tensor<4x3xf32>) -> tensor<1x12xf32>
      sdy.return %allToAll0 : tensor<1x12xf32>
    } : (tensor<32x3xf32>) -> tensor<8x12xf32>
    return %whole : tensor<8x12xf32>
  }
}
