module @forward attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["data"=2, "expert"=4]>
  func.func public @main(%in0: tensor<8x3xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) -> (tensor<8x3xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}, tensor<8x3xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) {
    %whole:2 = sdy.manual_computation(%in0) in_shardings=[<@mesh, [{"data", "expert"}, {}]>] out_shardings=[<@mesh, [{"data", "expert"}, {}]>, <@mesh, [{"data", "expert"}, {}]>] manual_axes={"data", "expert"} (%shard0: tensor<1x3xf32>) {
      %allReduce3 = "stablehlo.all_reduce"(%shard0) <{replica_groups = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, use_global_device_ids}> ({
      ^bb0(%allReduce0: tensor<f32>, %allReduce1: tensor<f32>):
        %allReduce2 = stablehlo.add %allReduce0, %allReduce1 : tensor<f32>
        stablehlo.return %allReduce2 : tensor<f32>
      }) : (tensor<1x3xf32>) -> tensor<1x3xf32>
      %allReduce7 = "stablehlo.all_reduce"(%shard0) <{replica_groups = dense<[[0, 1, 2, 3, 4, 5, 6, 7]]> : tensor<1x8xi64>, channel_handle = #stablehlo.channel_handle<handle = 2, type = 1>, use_global_device_ids}> ({
      ^bb0(%allReduce4: tensor<f32>, %allReduce5: tensor<f32>):
        %allReduce6 = stablehlo.maximum %allReduce4, %allReduce5 : tensor<f32>
        stablehlo.return %allReduce6 : tensor<f32>
      }) : (tensor<1x3xf32>) -> tensor<1x3xf32>
      sdy.return %allReduce3, %allReduce7 : tensor<1x3xf32>, tensor<1x3xf32>
    } : (tensor<8x3xf32>) -> (tensor<8x3xf32>, tensor<8x3xf32>)
    return %whole#0, %whole#1 : tensor<8x3xf32>, tensor<8x3xf32>
  }
}
