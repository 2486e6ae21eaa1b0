/**
 * A seccomp filter in classic BPF: system calls that reach parts of the kernel which no program of ours needs, or memory
 * that no limit counts, fail with EPERM, and sockets of other families than the usual ones with EAFNOSUPPORT. Numbers
 * are those of Linux's headers (asm/unistd_64.h, asm-generic/unistd.h).
 */

interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number
  readonly clone: number
  readonly socket: number
  readonly socketpair: number
  readonly denied: Readonly<Record<string, number>>
}

/** Equal on all architectures since Linux 5. */
const newCalls = {
  io_uring_setup: 425,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  mount_setattr: 442,
  memfd_secret: 447,
}
/** Its flags are behind a pointer, which a filter cannot follow; libraries fall back on `clone`. */
const clone3 = 435

const architectures: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    socket: 41,
    socketpair: 53,
    denied: {
      ...newCalls,
      shmget: 29,
      semget: 64,
      msgget: 68,
      ptrace: 101,
      syslog: 103,
      pivot_root: 155,
      chroot: 161,
      mount: 165,
      umount2: 166,
      mq_open: 240,
      add_key: 248,
      request_key: 249,
      keyctl: 250,
      unshare: 272,
      perf_event_open: 298,
      open_by_handle_at: 304,
      setns: 308,
      process_vm_readv: 310,
      process_vm_writev: 311,
      memfd_create: 319,
      bpf: 321,
      userfaultfd: 323,
    },
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    socket: 198,
    socketpair: 199,
    denied: {
      ...newCalls,
      umount2: 39,
      mount: 40,
      pivot_root: 41,
      chroot: 51,
      unshare: 97,
      syslog: 116,
      ptrace: 117,
      mq_open: 180,
      msgget: 186,
      semget: 190,
      shmget: 194,
      add_key: 217,
      request_key: 218,
      keyctl: 219,
      perf_event_open: 241,
      open_by_handle_at: 265,
      setns: 268,
      process_vm_readv: 270,
      process_vm_writev: 271,
      memfd_create: 279,
      bpf: 280,
      userfaultfd: 282,
    },
  },
}

const newUserNamespace = 0x10000000
/** Of sockets: those that a network namespace sets apart. AF_VSOCK goes around it, AF_ALG into the kernel. */
const families = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 }
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97]
/** On x64, numbers from here on are those of another calling convention. */
const foreignCalls = 0x40000000

const [load, jumpEqual, jumpNotBelow, jumpAnyBit, give] = [0x20, 0x15, 0x35, 0x45, 0x06]
const [allow, killProcess] = [0x7fff0000, 0x80000000]
const refuse = (error: number): number => 0x00050000 | error
/** Offsets into `struct seccomp_data`. */
const [callNumber, callArchitecture, firstArgument] = [0, 4, 16]

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

/** Ends in an answer where the call makes a socket; else the number of the call stays loaded. */
function socketInstructions({ socket, socketpair }: Architecture): readonly Instruction[] {
  const allowed = Object.values(families)
  return [
    [jumpEqual, 1, 0, socket],
    [jumpEqual, 0, allowed.length + 3, socketpair],
    [load, 0, 0, firstArgument],
    ...allowed.map((family, at): Instruction => [jumpEqual, allowed.length - at, 0, family]),
    [give, 0, 0, refuse(EAFNOSUPPORT)],
    [give, 0, 0, allow],
  ]
}

function instructions(architecture: Architecture): readonly Instruction[] {
  const { audit, clone, denied } = architecture
  const refused = (number: number, error: number): readonly Instruction[] => [
    [jumpEqual, 0, 1, number],
    [give, 0, 0, refuse(error)],
  ]
  return [
    [load, 0, 0, callArchitecture],
    [jumpEqual, 1, 0, audit],
    [give, 0, 0, killProcess],
    [load, 0, 0, callNumber],
    [jumpNotBelow, 0, 1, foreignCalls],
    [give, 0, 0, killProcess],
    ...refused(clone3, ENOSYS),
    ...Object.values(denied).flatMap((number) => refused(number, EPERM)),
    ...socketInstructions(architecture),
    [jumpEqual, 0, 3, clone],
    [load, 0, 0, firstArgument],
    [jumpAnyBit, 0, 1, newUserNamespace],
    [give, 0, 0, refuse(EPERM)],
    [give, 0, 0, allow],
  ]
}

/** The filter as bubblewrap reads it (`struct sock_filter`, 8 bytes each); undefined where the processor has none. */
export function seccompFilter(architecture: string): Buffer | undefined {
  const found = architectures[architecture]
  if (found === undefined) return undefined
  const program = instructions(found)
  const bytes = Buffer.alloc(program.length * 8)
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(ifTrue, index * 8 + 2)
    bytes.writeUInt8(ifFalse, index * 8 + 3)
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4)
  }
  return bytes
}
