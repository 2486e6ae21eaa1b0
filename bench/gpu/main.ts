/**
 * `node bench/gpu/main.ts --what product,grouped,attention,fwdbwd,optimizer,step,decode [--json FILE]`: speed on an accelerator.
 * Beside it: torch_reference.py and jax_reference.py, the same figures by others on the same card.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { DeviceBuffer, Executable } from '../../src/engine/engine.ts'
import { createXlaEngine, type XlaEngine } from '../../src/engine/xla/engine.ts'
import { flopsPerToken } from '../../src/nn/counts.ts'
import { parameterSpecs } from '../../src/nn/parameters.ts'
import { acceleratorPlan, type Plan } from '../../src/nn/plan.ts'
import { presetNamed, presets } from '../../src/nn/presets.ts'
import type { Mesh } from '../../src/tensor/mesh.ts'
import type { Program } from '../../src/tensor/program.ts'
import { hyperNames, type StepOptions, trainingStep } from '../../src/train/step.ts'
import { muonClipOptions } from '../training.ts'
import { decodeFigures } from './decode.ts'
import { type Filled, filled } from './fill.ts'
import { type Timing, timed } from './measure.ts'
import {
  attentionProgram,
  forwardBackwardProgram,
  groupedProgram,
  optimizerProgram,
  productProgram,
  weightTypes,
} from './programs.ts'
import type { PeerFigure } from './summary.ts'

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: 'product,grouped,attention,fwdbwd,optimizer,step' },
    preset: { type: 'string', default: 'small' },
    sequences: { type: 'string', default: '4' },
    length: { type: 'string', default: '4096' },
    accumulation: { type: 'string', default: '4' },
    mesh: { type: 'string', default: '' },
    recompute: { type: 'string', default: 'none' },
    json: { type: 'string' },
  },
})

/** In the form of the Python peers' figures. */
function figureFrom(
  name: string,
  timing: Timing,
  facts: Pick<PeerFigure, 'compileSeconds' | 'tokensPerSecond' | 'tflops' | 'peakMemoryGiB'>,
): PeerFigure {
  return {
    name,
    milliseconds: {
      median: timing.medianMilliseconds,
      best: timing.bestMilliseconds,
      count: timing.runs,
    },
    hostShare: timing.hostShare,
    ...facts,
  }
}

const c = presets[presetNamed(values.preset)]
const [sequences, length, accumulation] = [values.sequences, values.length, values.accumulation].map(
  Number,
) as [number, number, number]
const mesh: Mesh = {
  axes: values.mesh
    .split(',')
    .filter((part) => part !== '')
    .map((part) => ({ name: part.split('=')[0]!, size: Number(part.split('=')[1]) })),
}
const plan: Plan = { ...acceleratorPlan, mesh, recompute: values.recompute === 'layers' ? 'layers' : 'none' }

async function figureOf(
  engine: XlaEngine,
  name: string,
  program: Program,
  inputs: readonly Filled[],
  count: { flops?: number; tokens?: number },
  options: { state?: number; runs?: number; layout?: Parameters<XlaEngine['compile']>[1] } = {},
): Promise<PeerFigure> {
  const start = performance.now()
  const executable: Executable = await engine.compile(program, {
    donate: options.state ?? 0,
    ...options.layout,
  })
  const compileSeconds = (performance.now() - start) / 1000
  const onMesh = mesh.axes.length > 0 && options.layout !== undefined
  const buffers: DeviceBuffer[] = await filled(engine, inputs, onMesh ? mesh : undefined)
  const { timing, state } = await timed(executable, buffers, options)
  for (const buffer of [...state, ...buffers.slice(options.state ?? 0)]) buffer[Symbol.dispose]()
  const seconds = timing.medianMilliseconds / 1000
  const { buffers: held, intermediates } = executable.memory()
  const figure = figureFrom(name, timing, {
    compileSeconds,
    peakMemoryGiB: (held + intermediates) / 2 ** 30,
    ...(count.tokens && { tokensPerSecond: count.tokens / seconds }),
    ...(count.flops && { tflops: count.flops / seconds / 1e12 }),
  })
  const rates = [
    figure.tokensPerSecond ? `${Math.round(figure.tokensPerSecond)} tokens/s` : '',
    figure.tflops ? `${figure.tflops.toFixed(1)} TFLOP/s` : '',
  ]
  console.log(
    `${name.padEnd(34)} ${timing.medianMilliseconds.toFixed(3).padStart(10)} ms (best ${timing.bestMilliseconds.toFixed(3)})  ` +
      `${rates.filter(Boolean).join('  ')}  ${figure.peakMemoryGiB!.toFixed(1)} GiB  compiled in ${compileSeconds.toFixed(1)} s`,
  )
  executable[Symbol.dispose]()
  return figure
}

const tensor = (shape: readonly number[], size: number, dtype: Filled['dtype'] = 'bf16'): Filled => ({
  dtype,
  shape,
  size,
})

const tables: Record<string, (engine: XlaEngine) => Promise<PeerFigure[]>> = {
  decode: (engine) => decodeFigures(engine, c),
  async product(engine) {
    const n = 8192
    const flops = 2 * n ** 3
    return [
      await figureOf(
        engine,
        'product 8192³',
        productProgram(n),
        [tensor([n, n], 1), tensor([n, n], 1)],
        { flops },
        {
          runs: 40,
        },
      ),
    ]
  },
  async grouped(engine) {
    const cases = [
      [16_384, 64, 2048, 1024],
      [98_304, 64, 1024, 1024],
      [98_304, 64, 512, 1024],
    ] as const
    const figures: PeerFigure[] = []
    for (const [rows, groups, into, out] of cases) {
      const flops = 2 * rows * into * out
      // A single number fills the sizes: every group has the same.
      for (const backward of [false, true]) {
        const start = performance.now()
        const executable = await engine.compile(groupedProgram(rows, groups, into, out, backward))
        const compileSeconds = (performance.now() - start) / 1000
        const [x, w] = await filled(engine, [tensor([rows, into], 1), tensor([groups, out, into], 1)])
        const sizes = engine.upload(
          { dtype: 'i32', shape: [groups] },
          Int32Array.from({ length: groups }, (_, i) => rows / groups + (i % 2 === 0 ? 37 : -37)),
        )
        const { timing } = await timed(executable, [x!, w!, sizes], { runs: 20 })
        const name = `grouped ${rows}×${into} by ${groups}×${out} ${backward ? 'gradients' : 'forward'}`
        const teraflops = ((backward ? 2 : 1) * flops) / timing.medianMilliseconds / 1e9
        console.log(
          `${name.padEnd(46)} ${timing.medianMilliseconds.toFixed(3)} ms ${teraflops.toFixed(1)} TFLOP/s`,
        )
        figures.push(figureFrom(name, timing, { compileSeconds, tflops: teraflops }))
        for (const buffer of [x!, w!, sizes]) buffer[Symbol.dispose]()
        executable[Symbol.dispose]()
      }
    }
    return figures
  },
  async attention(engine) {
    const [H, K, V] = [c.numAttentionHeads, c.qkNopeHeadDim + c.qkRopeHeadDim, c.vHeadDim]
    const flops = sequences * H * length * length * (K + V)
    const inputs = [K, K, V].map((width) => tensor([sequences, length, H, width], 1))
    const forward = attentionProgram(c, sequences, length, false)
    const backward = attentionProgram(c, sequences, length, true)
    return [
      await figureOf(engine, 'attention forward', forward, inputs, { flops }),
      await figureOf(engine, 'attention forward + backward', backward, inputs, { flops: 3.5 * flops }),
    ]
  },
  async fwdbwd(engine) {
    const program = forwardBackwardProgram(c, sequences, length, plan)
    const ids = tensor([sequences, length], c.vocabSize - 1, 'i32')
    const inputs = [...weightTypes(c, plan).values()].map(({ dtype, shape }) =>
      tensor(shape, shape.length === 1 ? 1 : 0.03, dtype),
    )
    const tokens = sequences * length
    const flops = tokens * flopsPerToken(c, length).training
    return [
      await figureOf(
        engine,
        'forward + backward',
        program,
        [...inputs, ids, ids],
        { tokens, flops },
        { runs: 6 },
      ),
    ]
  },
  async optimizer(engine) {
    const specs = parameterSpecs(c)
    const program = optimizerProgram(c, plan)
    const inputs = program.inputs.map(({ shape }) => tensor(shape, 0.02, 'f32'))
    const flops = specs
      .filter(({ kind }) => kind === 'matrix')
      .reduce((total, { shape }) => {
        const [count, rows, columns] = shape.length === 3 ? shape : [1, ...shape]
        const [m, n] = [Math.min(rows!, columns!), Math.max(rows!, columns!)]
        return total + count! * 5 * (4 * m * m * n + 2 * m ** 3)
      }, 0)
    const state = program.outputs.length - 1
    return [await figureOf(engine, 'MuonClip', program, inputs, { flops }, { state, runs: 4 })]
  },
  async step(engine) {
    const options: StepOptions = {
      accumulation,
      sequences,
      sequenceLength: length,
      separateDocuments: false,
      optimizer: muonClipOptions,
      biasRule: 'deepseek',
      balanceLoss: 0,
      plan,
    }
    const step = trainingStep(c, options)
    const batches = step.batchInputs.length - hyperNames.length
    const ids = [accumulation, sequences, length]
    const inputs: Filled[] = [
      ...step.state.map(({ name, shape, sharding }) => ({
        ...tensor(shape, name.startsWith('model') || name.startsWith('lm') ? 0.03 : 0, 'f32'),
        sharding,
      })),
      ...Array.from({ length: batches }, () => ({
        ...tensor(ids, c.vocabSize - 1, 'i32'),
        sharding: step.batchSharding,
      })),
      ...hyperNames.map((name) => ({ ...tensor([], name === 'tau' ? 100 : 1e-3, 'f32'), sharding: [] })),
    ]
    const tokens = sequences * length * accumulation
    const flops = tokens * flopsPerToken(c, length).training
    const name = `step, ${tokens} tokens`
    const layout = step.layout ? { layout: { layout: step.layout } } : {}
    return [
      await figureOf(
        engine,
        name,
        step.program,
        inputs,
        { tokens, flops },
        { state: step.state.length, runs: 3, ...layout },
      ),
    ]
  },
}

const engine = await createXlaEngine()
const devices = engine.devices.map(({ kind }) => kind)
console.log(engine.platform, JSON.stringify(engine.versions), devices.join(', '))
const figures: PeerFigure[] = []
for (const what of values.what.split(',')) {
  try {
    figures.push(...(await tables[what]!(engine)))
  } catch (error) {
    console.log(`${what}: ${error instanceof Error ? error.stack : error}`)
  }
}
if (values.json)
  await writeFile(
    values.json,
    `${JSON.stringify({ versions: engine.versions, devices, figures }, null, 2)}\n`,
  )
engine[Symbol.dispose]()
await engine.closed
