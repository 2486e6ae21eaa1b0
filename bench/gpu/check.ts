/**
 * `node bench/gpu/check.ts`: every op of the IR on the accelerator against the interpreter, over random shapes, and the
 * kernels in bf16. The same as the conformance test, for machines without the test runner.
 */
import { forwardProgram, gradientProgram } from '../../src/engine/conformance/case.ts'
import { newRandom } from '../../src/engine/conformance/random.ts'
import { conformanceCases } from '../../src/engine/conformance-cases.ts'
import type { DeviceBuffer } from '../../src/engine/engine.ts'
import { fromHost } from '../../src/engine/reference/host.ts'
import { interpret } from '../../src/engine/reference/interpret.ts'
import { createXlaEngine } from '../../src/engine/xla/engine.ts'
import { fusedCausalAttention } from '../../src/nn/fused-attention.ts'
import { rotate } from '../../src/nn/rope.ts'
import { f32ToBf16 } from '../../src/tensor/float-formats.ts'
import { grad } from '../../src/tensor/grad.ts'
import { groupedLinear } from '../../src/tensor/ops/contraction.ts'
import { convert, mul } from '../../src/tensor/ops/elementwise.ts'
import { sum } from '../../src/tensor/ops/reduction.ts'
import type { Program } from '../../src/tensor/program.ts'
import { type Tensor, trace } from '../../src/tensor/trace.ts'
import { type HostTensor, isFloat } from '../../src/tensor/types.ts'

const engine = await createXlaEngine({ cacheDirectory: null })
console.log(engine.platform, JSON.stringify(engine.versions), engine.devices.length)

async function run(program: Program, inputs: readonly HostTensor[]): Promise<ArrayLike<number>[]> {
  using executable = await engine.compile(program)
  const given = inputs.map((x) => engine.upload(x, x.data))
  let outputs: DeviceBuffer[] = []
  try {
    outputs = await executable.run(given)
    const values: ArrayLike<number>[] = []
    for (const output of outputs)
      values.push(
        fromHost({ dtype: output.dtype, shape: output.shape, data: (await output.read()).slice() }).data,
      )
    return values
  } finally {
    for (const buffer of [...given, ...outputs]) buffer[Symbol.dispose]()
  }
}

/** Largest difference, relative to the largest element. */
function apart(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const finite = Array.from(wanted).filter(Number.isFinite).map(Math.abs)
  const size = finite.reduce((a, b) => Math.max(a, b), 1e-30)
  return Array.from(wanted).reduce(
    (worst, w, i) => (Object.is(w, got[i]) ? worst : Math.max(worst, Math.abs(w - got[i]!) / size)),
    0,
  )
}

let failures = 0
async function check(
  name: string,
  program: Program,
  inputs: readonly HostTensor[],
  bound: number,
): Promise<void> {
  if (process.env.VERBOSE) process.stderr.write(`${name}\n`)
  try {
    const wanted = interpret(
      program,
      inputs.map((x) => fromHost(x)),
    )
    const got = await run(program, inputs)
    const bad = wanted.flatMap((w, i) => {
      const d = apart(got[i]!, w.data)
      const allowed = isFloat(w.dtype) ? bound : 0
      return d <= allowed ? [] : [`output ${i} is off by ${d}`]
    })
    if (bad.length > 0) {
      failures++
      console.log(`FAIL ${name}: ${bad.join(', ')}`)
    }
  } catch (error) {
    failures++
    console.log(`FAIL ${name}: ${String(error).slice(0, 600)}`)
  }
}

const jobs: (() => Promise<void>)[] = conformanceCases.flatMap(({ name, make }) => {
  const instance = make(newRandom(1))
  return [
    () => check(name, forwardProgram(instance), instance.inputs, 2e-4),
    ...(instance.differentiable.length > 0
      ? [() => check(`${name}, gradient`, gradientProgram(instance), instance.inputs, 2e-4)]
      : []),
  ]
})

const narrow = ({ shape, data }: HostTensor): HostTensor => ({
  dtype: 'bf16',
  shape,
  data: f32ToBf16(Float32Array.from(data)),
})
const random = newRandom(7)
const floats = (...shape: number[]): HostTensor => narrow(random.floats(shape, -2, 2))
const weighted = (y: Tensor, by: Tensor): Tensor => sum(mul(convert(y, 'f32'), convert(by, 'f32')))

const qkv = [floats(1, 128, 2, 192), floats(1, 128, 2, 192), floats(1, 128, 2, 128), floats(1, 128, 2, 128)]
jobs.push(() =>
  check(
    'attention in bf16: output, log-sum-exp, gradients',
    trace('attention', qkv, (q, k, v, by) => {
      const { output_BTHV, maxLogits_H } = fusedCausalAttention(q!, k!, v!, 192 ** -0.5, null)
      return [output_BTHV, maxLogits_H, ...grad(weighted(output_BTHV, by!), [q!, k!, v!])]
    }),
    qkv,
    2e-2,
  ),
)
for (const [rows, into, out] of [
  [300, 64, 80],
  [700, 256, 512],
] as const) {
  const sizes = [0, 130, 1, rows - 131 - 17, 17]
  const inputs = [
    floats(rows, into),
    floats(sizes.length, out, into),
    floats(rows, out),
    { dtype: 'i32', shape: [sizes.length], data: Int32Array.from(sizes) } as const,
  ]
  jobs.push(() =>
    check(
      `grouped products in bf16, ${rows}×${into}×${out}`,
      trace('grouped', inputs, (x, w, by, sizes) => {
        const y = groupedLinear(x!, w!, sizes!)
        const [dx, dw] = grad(weighted(y, by!), [x!, w!])
        return [y, dx!, dw!, convert(dw!, 'f32')]
      }),
      inputs,
      2e-2,
    ),
  )
}
const rotated = [random.floats([3, 2, 8]), random.floats([3, 1, 8]), random.floats([3, 1, 8])]
jobs.push(() =>
  check(
    'rotation and its gradient',
    trace('rotate', rotated, (x, cos, sin) => {
      const y = rotate(x!, cos!, sin!)
      return [y, ...grad(sum(mul(y, y)), [x!])]
    }),
    rotated,
    2e-4,
  ),
)

const started = performance.now()
const queue = jobs.values()
await Promise.all(
  Array.from({ length: Number(process.env.JOBS ?? 4) }, async () => {
    for (const job of queue) await job()
  }),
)
const seconds = (performance.now() - started) / 1000
console.log(`${jobs.length - failures} of ${jobs.length} checks passed in ${seconds.toFixed(0)} s`)
engine[Symbol.dispose]()
await engine.closed
process.exitCode = failures === 0 ? 0 : 1
