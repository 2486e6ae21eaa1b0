module @forward attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["data"=2, "expert"=4]>
  func.func public @main(%in0: tensor<8x3xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) -> (tensor<8x12xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) {
    %whole = sdy.manual_computation(%in0) in_shardings=[<@mesh, [{"data", "expert"}, {}]>] out_shardings=[<@mesh, [{"data", "expert"}, {}]>] manual_axes={"data", "expert"} (%shard0: tensor<1x3xf32>) {
      %allGather0 = "stablehlo.all_gather"(%shard0) <{all_gather_dim = 1 : i64, replica_groups = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, use_global_device_ids}> : (tensor<1x3xf32>) -> tensor<1x12xf32>
      sdy.return %allGather0 : tensor<1x12xf32>
    } : (tensor<8x3xf32>) -> tensor<8x12xf32>
    return %whole : tensor<8x12xf32>
  }
}
