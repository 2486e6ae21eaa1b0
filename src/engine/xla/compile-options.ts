import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { XlaFlag, XlaFlags } from './xla-flags.ts'

/** The part of xla/pjrt/proto/compile_options.proto that we set. */
export interface XlaCompileOptions {
  /** Ids of the devices that run the program's partitions, in the order of the mesh. */
  readonly devices: readonly number[]
  readonly flags: XlaFlags
}

type Write = (writer: BinaryWriter) => void

const message = (writer: BinaryWriter, field: number, write: Write): void => {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}

const int = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Varint).int64(value)
}

/** ExecutableBuildOptionsProto: one replica, and a partition for each device. */
function writeBuildOptions(writer: BinaryWriter, devices: readonly number[]): void {
  int(writer, 1, -1) // device_ordinal: the assignment decides
  int(writer, 4, 1) // num_replicas
  int(writer, 5, devices.length) // num_partitions
  if (devices.length > 1) int(writer, 6, 1) // use_spmd_partitioning
  message(writer, 9, (assignment) => {
    int(assignment, 1, 1) // replica_count
    int(assignment, 2, devices.length) // computation_count
    for (const id of devices) message(assignment, 3, (computation) => int(computation, 1, id))
  })
  if (devices.length > 1) int(writer, 19, 1) // use_shardy_partitioner
}

/** OptionOverrideProto: a flag keeps its type. */
function writeFlag(writer: BinaryWriter, value: XlaFlag): void {
  if (typeof value === 'string') writer.tag(1, WireType.LengthDelimited).string(value)
  else if (typeof value === 'boolean') writer.tag(2, WireType.Varint).bool(value)
  else if (Number.isInteger(value)) int(writer, 3, value)
  else writer.tag(4, WireType.Bit64).double(value)
}

/** A serialized CompileOptionsProto. Equal options give equal bytes. */
export function serializeCompileOptions({ devices, flags }: XlaCompileOptions): Uint8Array {
  const writer = new BinaryWriter()
  message(writer, 3, (options) => writeBuildOptions(options, devices))
  for (const name of Object.keys(flags).sort())
    message(writer, 7, (entry) => {
      entry.tag(1, WireType.LengthDelimited).string(name)
      message(entry, 2, (value) => writeFlag(value, flags[name]!))
    })
  return writer.finish()
}
