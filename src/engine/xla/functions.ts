/**
 * The functions of `xla/pjrt/c/pjrt_c_api.h` that the engine uses: their place in `struct PJRT_Api`, counted from
 * the first function pointer (append-only within major version 0), and the fields of their argument structs after
 * `struct_size` and `extension_start`. Every field takes one slot of 8 bytes, whatever its C type.
 */
export const functions = {
  Error_Destroy: [0, ['error']],
  Error_Message: [1, ['error', 'message', 'messageSize']],
  Error_GetCode: [2, ['error', 'code']],
  Plugin_Initialize: [3, []],
  Plugin_Attributes: [4, ['attributes', 'count']],
  Event_Destroy: [5, ['event']],
  Event_IsReady: [6, ['event', 'ready']],
  Event_Await: [8, ['event']],
  Client_Create: [
    10,
    [
      'options',
      'optionCount',
      'get',
      'getArgument',
      'put',
      'putArgument',
      'client',
      'tryGet',
      'tryGetArgument',
    ],
  ],
  Client_Destroy: [11, ['client']],
  Client_PlatformName: [12, ['client', 'text', 'textSize']],
  Client_ProcessIndex: [13, ['client', 'index']],
  Client_PlatformVersion: [14, ['client', 'text', 'textSize']],
  Client_Devices: [15, ['client', 'devices', 'count']],
  Client_Compile: [20, ['client', 'program', 'options', 'optionsSize', 'executable']],
  Client_BufferFromHostBuffer: [
    22,
    [
      'client',
      'data',
      'type',
      'dims',
      'dimCount',
      'byteStrides',
      'byteStrideCount',
      'semantics',
      'device',
      'memory',
      'layout',
      'done',
      'buffer',
    ],
  ],
  DeviceDescription_Id: [23, ['description', 'id']],
  DeviceDescription_ProcessIndex: [24, ['description', 'index']],
  DeviceDescription_Kind: [26, ['description', 'text', 'textSize']],
  Device_GetDescription: [29, ['device', 'description']],
  Device_IsAddressable: [30, ['device', 'addressable']],
  Device_MemoryStats: [
    34,
    [
      'device',
      'inUse',
      'peak',
      'peakIsSet',
      'allocations',
      'allocationsIsSet',
      'largest',
      'largestIsSet',
      'limit',
      'limitIsSet',
    ],
  ],
  Executable_Destroy: [40, ['executable']],
  Executable_NumOutputs: [44, ['executable', 'count']],
  Executable_Serialize: [49, ['executable', 'bytes', 'size', 'owner', 'deleter']],
  LoadedExecutable_Destroy: [50, ['executable']],
  LoadedExecutable_GetExecutable: [51, ['loaded', 'executable']],
  LoadedExecutable_AddressableDevices: [52, ['executable', 'devices', 'count']],
  LoadedExecutable_Execute: [
    55,
    ['executable', 'options', 'inputs', 'deviceCount', 'inputCount', 'outputs', 'events', 'device'],
  ],
  Executable_DeserializeAndLoad: [
    56,
    ['client', 'bytes', 'size', 'executable', 'compileOptions', 'compileOptionsSize'],
  ],
  Buffer_Destroy: [58, ['buffer']],
  Buffer_IsDeleted: [68, ['buffer', 'deleted']],
  Buffer_ToHostBuffer: [70, ['buffer', 'layout', 'target', 'targetSize', 'event']],
  Executable_GetCompiledMemoryStats: [96, ['executable', 'code', 'inputs', 'outputs', 'alias', 'temporary']],
} as const satisfies Record<string, readonly [index: number, fields: readonly string[]]>

export type FunctionName = keyof typeof functions
export type FieldOf<N extends FunctionName> = (typeof functions)[N][1][number]
