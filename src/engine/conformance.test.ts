import { existsSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { opDefs } from '../tensor/ops/table.ts'
import { type OpName, type Program, regionsOf } from '../tensor/program.ts'
import { isFloat } from '../tensor/types.ts'
import { type CaseInstance, forwardProgram, gradientProgram } from './conformance/case.ts'
import { newRandom } from './conformance/random.ts'
import { conformanceCases } from './conformance-cases.ts'
import type { Engine } from './engine.ts'
import type { NdArray } from './reference/array.ts'
import { createReferenceEngine } from './reference/engine.ts'
import { fromHost } from './reference/host.ts'
import { interpret } from './reference/interpret.ts'

interface EngineModule {
  createOnnxEngine(): Engine
}

const engines: (() => Engine | Promise<Engine>)[] = [createReferenceEngine]
if (existsSync(new URL('./onnx/engine.ts', import.meta.url))) {
  const { createOnnxEngine }: EngineModule = await import('./onnx/engine.ts')
  engines.push(() => createOnnxEngine())
}
const python = process.env.TSUKIMI_JAXLIB_PYTHON
if (python !== undefined) {
  const { createJaxlibEngine } = await import('./xla/jaxlib.fixture.ts')
  engines.push(() => createJaxlibEngine(python))
}
if (process.env.TSUKIMI_PJRT_PLUGIN !== undefined) {
  const { createXlaEngine } = await import('./xla/engine.ts')
  engines.push(() => createXlaEngine())
}

const seeds = [1, 2]
/** Of the largest element; f32 sums of a few dozen terms stay well below. */
const tolerance = 1e-4

async function runOn(engine: Engine, program: Program, { inputs }: CaseInstance): Promise<NdArray[]> {
  using executable = await engine.compile(program)
  const given = inputs.map((input) => engine.upload(input, input.data))
  const outputs = await executable.run(given)
  const values: NdArray[] = []
  for (const output of outputs) {
    const { dtype, shape } = output
    values.push(fromHost({ dtype, shape, data: (await output.read()).slice() }))
  }
  for (const buffer of [...given, ...outputs]) buffer[Symbol.dispose]()
  return values
}

function expectClose(got: NdArray, wanted: NdArray): void {
  expect([got.dtype, got.shape]).toEqual([wanted.dtype, wanted.shape])
  if (!isFloat(wanted.dtype)) {
    expect([...got.data]).toEqual([...wanted.data])
    return
  }
  const finite = [...wanted.data].filter(Number.isFinite).map(Math.abs)
  const allowed = tolerance * Math.max(1, ...finite)
  const same = [...wanted.data].every(
    (w, i) => Object.is(w, got.data[i]) || Math.abs(w - got.data[i]!) <= allowed,
  )
  if (!same) expect([...got.data]).toEqual([...wanted.data])
}

async function expectAgreement(engine: Engine, program: Program, instance: CaseInstance): Promise<void> {
  const wanted = interpret(
    program,
    instance.inputs.map((input) => fromHost(input)),
  )
  const got = await runOn(engine, program, instance)
  expect(got.length).toBe(wanted.length)
  wanted.forEach((x, i) => {
    expectClose(got[i]!, x)
  })
}

/** Ops of a program and of its regions. */
const opsIn = ({ equations }: Program): Set<OpName> =>
  new Set(
    equations.flatMap((equation) => [equation.op, ...regionsOf(equation).flatMap((r) => [...opsIn(r)])]),
  )

test('every op has a case', () => {
  const covered = new Set<string>(conformanceCases.map(({ op }) => op))
  expect(Object.keys(opDefs).filter((op) => !covered.has(op))).toEqual([])
})

test('every case uses its op', () => {
  const unused = conformanceCases.filter(({ op, make }) => {
    return !seeds.some((seed) => opsIn(forwardProgram(make(newRandom(seed)))).has(op))
  })
  expect(unused.map(({ name }) => name)).toEqual([])
})

for (const newEngine of engines) {
  const engine = await newEngine()
  describe(`the ${engine.name} engine agrees with the interpreter`, () => {
    afterAll(() => engine[Symbol.dispose]())
    test.each(conformanceCases)('$name', async ({ make }) => {
      for (const seed of seeds) {
        const instance = make(newRandom(seed))
        await expectAgreement(engine, forwardProgram(instance), instance)
        if (instance.differentiable.length > 0)
          await expectAgreement(engine, gradientProgram(instance), instance)
      }
    })
  })
}
