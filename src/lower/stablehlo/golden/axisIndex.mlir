module @forward attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["data"=2, "expert"=4]>
  func.func public @main() -> (tensor<i32> {sdy.sharding = #sdy.sharding<@mesh, []>}) {
    %whole = sdy.manual_computation() in_shardings=[] out_shardings=[<@mesh, [], replicated={"data", "expert"}>] manual_axes={"data", "expert"} () {
      %axisIndex0 = stablehlo.constant dense<[0, 1, 2, 3, 0, 1, 2, 3]> : tensor<8xi32>
      %axisIndex1 = stablehlo.partition_id : tensor<ui32>
      %axisIndex2 = stablehlo.dynamic_slice %axisIndex0, %axisIndex1, sizes = [1] : (tensor<8xi32>, tensor<ui32>) -> tensor<1xi32>
      %axisIndex3 = stablehlo.reshape %axisIndex2 : (tensor<1xi32>) -> tensor<i32>
      sdy.return %axisIndex3 : tensor<i32>
    } : () -> tensor<i32>
    return %whole : tensor<i32>
  }
}
