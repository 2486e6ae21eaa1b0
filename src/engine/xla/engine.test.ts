import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type DType, type Type, type TypedArray, viewOf } from '../../tensor/types.ts'
import { UserError } from '../../user-error.ts'
import { createXlaEngine, type XlaEngine, type XlaEngineOptions } from './engine.ts'
import {
  buildFakePlugin,
  copyOf,
  type FakePlugin,
  fakeProgram,
  fakeText,
  noCompiler,
  resetFake,
} from './fake-plugin.fixture.ts'
import { liveHandles } from './live-handles.ts'

const f32 = (...shape: number[]): Type => ({ dtype: 'f32', shape })
const floats = (...values: number[]) => new Float32Array(values)

describe.skipIf(noCompiler !== undefined)(`the xla engine on a fake plugin ${noCompiler ?? ''}`, () => {
  let fake: FakePlugin
  let engine: XlaEngine
  beforeAll(() => {
    fake = buildFakePlugin()
  })
  afterAll(() => fake[Symbol.dispose]())
  const start = async (options: XlaEngineOptions = {}) =>
    (engine = await createXlaEngine({ plugin: fake.path, cacheDirectory: null, ...options }))
  afterEach(async () => {
    engine?.[Symbol.dispose]()
    await engine?.closed
    resetFake(fake)
    expect(liveHandles()).toEqual({ clients: 0, executables: 0, buffers: 0, events: 0 })
    expect(fake.leaks()).toEqual({})
  })

  const load = (inputs: readonly Type[], outputs: readonly Type[], donate: number, ...lines: string[]) =>
    engine.load(fakeText(...lines), fakeProgram(inputs, outputs), { donate })

  /** Adds 1 to a donated state. */
  const counter = (...lines: string[]) =>
    load([f32(3)], [f32(3)], 1, copyOf(f32(3), 0, 1), 'donate 1', ...lines)

  const samples: Readonly<Record<DType, readonly number[]>> = {
    f32: [1.5, -2, 1e30],
    i32: [-5, 0, 2 ** 31 - 1],
    u32: [0, 7, 2 ** 32 - 1],
    bool: [1, 0, 1],
    bf16: [0x3f80, 0xc000, 0x7f80],
    f16: [0x3c00, 0xc000, 0x7c00],
  }

  test.each(Object.keys(samples) as DType[])(
    'carries %s vectors, scalars and empty tensors bit for bit',
    async (dtype) => {
      await start()
      const types: Type[] = [[3], [], [2, 0, 3]].map((shape) => ({ dtype, shape }))
      const executable = await load(types, types, 0, ...types.map((type, i) => copyOf(type, i)))
      const data = [samples[dtype], samples[dtype].slice(0, 1), []].map((values, i) => {
        const view = viewOf(types[i]!, new ArrayBuffer(12))
        view.set(values)
        return view
      })
      const outputs = await executable.run(types.map((type, i) => engine.upload(type, data[i])))
      const read: TypedArray[] = []
      for (const output of outputs) read.push(await output.read())
      expect(read).toEqual(data)
    },
  )

  test('small arrays may be filled anew at once, large ones are kept until they are on the device', async () => {
    await start()
    const small = floats(1, 2, 3)
    const buffer = engine.upload(f32(3), small)
    small.fill(9)
    expect(await buffer.read()).toEqual(floats(1, 2, 3))
    const large = f32(1 << 19)
    const data = new Float32Array(1 << 19).map((_, i) => i)
    expect(((await engine.upload(large, data).read()) as Float32Array).every((x, i) => x === i)).toBe(true)
    expect(((await engine.upload(large).read()) as Float32Array).every((x) => x === 0)).toBe(true)
  })

  test('a run resolves before it is over, and at most four are under way', async () => {
    await start()
    const executable = await counter('delay 20')
    let state = engine.upload(f32(3), floats(0, 10, 20))
    const order: string[] = []
    for (let step = 1; step <= 6; step++) {
      const [next] = await executable.run([state])
      order.push(`run ${step}`)
      state = next as typeof state
      if (step === 1)
        void next!.read().then(
          () => order.push('read 1'),
          () => order.push('gone 1'),
        )
    }
    expect(await state.read()).toEqual(floats(6, 16, 26))
    expect(order.slice(0, 4)).toEqual(['run 1', 'run 2', 'run 3', 'run 4'])
    expect(order.indexOf('read 1')).toBeLessThan(order.indexOf('run 6'))
  })

  test('the event loop goes on while data is awaited', async () => {
    await start()
    const executable = await counter('delay 400')
    const [next] = await executable.run([engine.upload(f32(3))])
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    await next!.read()
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(3)
  })

  test('a donated state cannot be used again', async () => {
    await start()
    const executable = await counter()
    const state = engine.upload(f32(3), floats(1, 2, 3))
    const [next] = await executable.run([state])
    await expect(state.read()).rejects.toThrow('The buffer f32[3] was donated; it has no data any more')
    await expect(executable.run([state])).rejects.toThrow('tiny: input 0 (f32[3]): its buffer was donated')
    expect(await next!.read()).toEqual(floats(2, 3, 4))
    expect(fake.get('buffers')).toBe(1)
  })

  test('errors of use name the input', async () => {
    await start()
    const executable = await load([f32(2), f32(2)], [f32(2)], 1, copyOf(f32(2), 1), 'donate 1')
    const [a, b] = [engine.upload(f32(2)), engine.upload(f32(2))]
    await expect(executable.run([a])).rejects.toThrow('tiny: takes 2 inputs, was given 1')
    await expect(executable.run([a, engine.upload(f32(3))])).rejects.toThrow(
      'tiny: input 1 (f32[2]): was given f32[3]',
    )
    const twice = await load([f32(2), f32(2)], [f32(2), f32(2)], 2, copyOf(f32(2), 0), copyOf(f32(2), 1))
    await expect(twice.run([a, a])).rejects.toThrow('the same buffer is donated twice')
    b[Symbol.dispose]()
    await expect(executable.run([a, b])).rejects.toThrow('input 1 (f32[2]): its buffer was disposed')
    await expect(load([f32(2)], [f32(3)], 1)).rejects.toThrow(
      'input 0 cannot be donated: it is f32[2], output 0 is f32[3]',
    )
    await expect(load([f32(2)], [f32(2)], 0, copyOf(f32(2), 0), copyOf(f32(2), 0))).rejects.toThrow(
      'tiny: the module has 2 outputs, the program 1',
    )
    expect(() => engine.upload(f32(2), new Int32Array(2))).toThrow('f32[2]: expected a Float32Array of 2')
  })

  test('what a run waits to read may be disposed', async () => {
    await start()
    const executable = await load([f32(2)], [f32(2)], 0, copyOf(f32(2), 0, 1), 'delay 2')
    const inputs = Array.from({ length: 20 }, (_, i) => engine.upload(f32(2), floats(i, -i)))
    const runs = inputs.map((input) => executable.run([input]))
    for (const input of inputs) input[Symbol.dispose]()
    const results = await Promise.all(runs.map(async (run) => (await run)[0]!.read()))
    expect(results).toEqual(inputs.map((_, i) => floats(i + 1, 1 - i)))
  })

  test('disposing during runs lets them finish and refuses new ones', async () => {
    await start()
    const executable = await counter('delay 5')
    const runs = Array.from({ length: 8 }, () => executable.run([engine.upload(f32(3))]))
    engine[Symbol.dispose]()
    await expect(executable.run([])).rejects.toThrow('tiny: the executable was disposed')
    expect(() => engine.upload(f32(1))).toThrow('The xla engine was disposed')
    const outputs = await Promise.all(runs)
    await engine.closed
    await expect(outputs[0]![0]!.read()).rejects.toThrow('was disposed')
  })

  test('a program that the compiler refuses gives its message', async () => {
    await start()
    await expect(load([f32(3)], [f32(3)], 0, copyOf(f32(3), 0), 'fail compile 13 ptxas')).rejects.toThrow(
      /^tiny: XLA cannot compile it for Fake X1: XLA: ptxas \(Client_Compile: INTERNAL\)\. If a kernel/,
    )
    const text = 'fail compile 3 expected SSA operand'
    await expect(load([f32(3)], [f32(3)], 0, copyOf(f32(3), 0), text)).rejects.toThrow(
      'tiny: XLA cannot compile it for Fake X1: XLA: expected SSA operand (Client_Compile: INVALID_ARGUMENT)',
    )
  })

  test('a launch that fails names the program and leaves donated inputs as they were', async () => {
    await start()
    const executable = await counter('fail execute 3 wrong layout', 'after 2')
    const first = engine.upload(f32(3))
    const [state] = await executable.run([first])
    await expect(executable.run([state!])).rejects.toThrow(
      'tiny: XLA: wrong layout (LoadedExecutable_Execute',
    )
    expect(await state!.read()).toEqual(floats(1, 1, 1))
  })

  test('too little memory says how much was wanted, how much there is, and what to change', async () => {
    await start()
    const executable = await counter('fail execute 8 Out of memory while trying to allocate 123 bytes.')
    const failed = executable.run([engine.upload(f32(3))])
    await expect(failed).rejects.toThrow(UserError)
    await expect(failed).rejects.toThrow(
      /tiny: out of device memory\. The program wants 4\.00 GiB .* 5\.00 GiB for intermediates\. The device has 8\.00 GiB, .*batch\.sequences or data\.sequenceLength, memory\.recompute, or more devices in mesh/,
    )
    fake.set({ upload_fail: 8 })
    expect(() => engine.upload(f32(3))).toThrow(
      /upload of f32\[3\]: out of .* It asked for 1\.00 GiB at once/,
    )
  })

  test('a device lost during a run fails its data and every later run', async () => {
    await start()
    const executable = await counter('fail run 13 CUDA_ERROR_ILLEGAL_ADDRESS', 'after 2')
    const [state] = await executable.run([engine.upload(f32(3))])
    const [lost] = await executable.run([state!])
    const message = /a device failed or was lost.*last checkpoint.*CUDA_ERROR_ILLEGAL_ADDRESS/s
    await expect(lost!.read()).rejects.toThrow(message)
    for (let i = 0; i < 2; i++) await expect(executable.run([engine.upload(f32(3))])).rejects.toThrow(message)
  })

  test('another error during a run is told once, also if nobody reads', async () => {
    await start()
    const executable = await counter('fail run 11 index out of range')
    await executable.run([engine.upload(f32(3))])
    await new Promise((resolve) => setTimeout(resolve, 30))
    await expect(executable.run([engine.upload(f32(3))])).rejects.toThrow('tiny: XLA: index out of range')
    await executable.run([engine.upload(f32(3))])
  })

  test('argument structs take the sizes that a newer plugin asks for', async () => {
    fake.set({ grow: 400 })
    await start()
    const executable = await counter()
    const [state] = await executable.run([engine.upload(f32(3))])
    expect(await state!.read()).toEqual(floats(1, 1, 1))
  })

  test('tells what it computes on', async () => {
    await start({ devices: 1, memoryFraction: 0.5 })
    expect(engine.devices.map(({ id, kind, process }) => ({ id, kind, process }))).toEqual([
      { id: 10, kind: 'Fake X1', process: 0 },
    ])
    expect(engine.versions).toEqual({ plugin: fake.path, api: '0.90', platform: 'fake 1.2' })
    expect(engine.platform).toBe('fake')
    expect(fake.get('firstOption')).toBe(500)
    expect(engine.memory()).toEqual([{ inUse: 0, peak: null, limit: 8 * 2 ** 30 }])
    const executable = await counter()
    expect(executable.memory()).toEqual({ buffers: 4 * 2 ** 30, intermediates: 5 * 2 ** 30 })
    executable[Symbol.dispose]()
    expect(() => executable.memory()).toThrow('tiny: the executable was disposed')
  })

  test('a thousand steps leave nothing behind', async () => {
    await start()
    const type = f32(1 << 10)
    const executable = await load(
      [type, f32()],
      [type, f32()],
      1,
      copyOf(type, 0, 1),
      copyOf(f32(), 1),
      'donate 1',
    )
    let state = engine.upload(type)
    for (let step = 0; step < 1000; step++) {
      const hyper = engine.upload(f32(), floats(step))
      const [next, metric] = await executable.run([state, hyper])
      hyper[Symbol.dispose]()
      if (step % 100 === 0) expect(await metric!.read()).toEqual(floats(step))
      metric![Symbol.dispose]()
      state = next as typeof state
    }
    expect((await state.read())[7]).toBe(1000)
    expect(liveHandles()).toMatchObject({ buffers: 1, executables: 1, clients: 1 })
  })
})
