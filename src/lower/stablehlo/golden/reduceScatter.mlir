module @forward attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["data"=2, "expert"=4]>
  func.func public @main(%in0: tensor<32x3xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) -> (tensor<16x3xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data", "expert"}, {}]>}) {
    %whole = sdy.manual_computation(%in0) in_shardings=[<@mesh, [{"data", "expert"}, {}]>] out_shardings=[<@mesh, [{"data", "expert"}, {}]>] manual_axes={"data", "expert"} (%shard0: tensor<4x3xf32>) {
      %reduceScatter3 = "stablehlo.reduce_scatter"(%shard0) <{scatter_dimension = 0 : i64, replica_groups = dense<[[0, 4], [1, 5], [2, 6], [3, 7]]> : tensor<4x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, use_global_device_ids}> ({
      ^bb0(%reduceScatter0: tensor<f32>, %reduceScatter1: tensor<f32>):
        %reduceScatter2 = stablehlo.add %reduceScatter0, %reduceScatter1 : tensor<f32>
        stablehlo.return %reduceScatter2 : tensor<f32>
      }) : (tensor<4x3xf32>) -> tensor<2x3xf32>
      sdy.return %reduceScatter3 : tensor<2x3xf32>
    } : (tensor<32x3xf32>) -> tensor<16x3xf32>
    return %whole : tensor<16x3xf32>
  }
}
