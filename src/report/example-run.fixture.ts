import type { RunData, StepRecord, Timing } from './run-data.ts'

/** Uniform in 0 … 1, the same on every machine. */
function uniform(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48271) % 2147483647) / 2147483647
}

export interface ExampleShape {
  readonly steps: number
  readonly layers: number
  readonly heads: number
  /** Layers with experts. */
  readonly moeLayers: number
  readonly experts: number
}

/** A run such as the trainer writes, with curves of the usual forms. */
export function exampleRun(shape: Partial<ExampleShape> = {}, seed = 1): RunData {
  const {
    steps: count,
    layers,
    heads,
    moeLayers,
    experts,
  } = {
    steps: 400,
    layers: 4,
    heads: 4,
    moeLayers: 3,
    experts: 8,
    ...shape,
  }
  const random = uniform(seed)
  const noise = () => random() + random() + random() - 1.5
  const list = <T>(length: number, of: (i: number) => T): T[] => Array.from({ length }, (_, i) => of(i))
  const taste = list(moeLayers, () => list(experts, noise))
  const growth = list(layers, () => list(heads, () => 0.4 + random()))
  const tokensPerStep = 16 * 256
  const tau = 30
  const steps = list(count, (step): StepRecord => {
    const t = (step + 1) / count
    const loss = 3.6 + 4.7 * Math.exp(-9 * t) + 0.5 * (1 - t) + 0.08 * noise()
    const evaluated = step % 25 === 24 || step === count - 1
    const maxLogits = list(layers, (l) =>
      list(heads, (h) => Math.min(tau * 1.08, 4 + 38 * growth[l]![h]! * t ** 0.7 + 1.4 * noise())),
    )
    return {
      step,
      tokens: (step + 1) * tokensPerStep,
      loss,
      learningRate: 0.01 * Math.min(1, (step + 1) / 20, t < 0.7 ? 1 : 1 - (0.9 * (t - 0.7)) / 0.3),
      gradientNorm: 0.5 + 3 * Math.exp(-20 * t) + 0.1 * noise() ** 2,
      muonUpdateRms: 0.2 + 0.004 * noise(),
      adamUpdateRms: 0.3 * Math.exp(-3 * t) + 0.2 + 0.02 * noise(),
      balanceLoss: 1 + 0.4 * Math.exp(-10 * t) + 0.01 * noise(),
      maxLogits,
      headsClipped: maxLogits.map((values) => values.filter((value) => value > tau).length),
      expertLoads: list(moeLayers, (m) =>
        list(experts, (e) =>
          Math.max(0, Math.round(1000 * Math.exp(1.3 * taste[m]![e]! * Math.exp(-6 * t) + 0.05 * noise()))),
        ),
      ),
      ...(evaluated ? { heldOut: { loss: loss + 0.06, bitsPerByte: (loss + 0.06) / Math.LN2 / 3.3 } } : {}),
    }
  })
  const timings = list(count, (step): Timing => {
    const seconds = 0.52 + 0.03 * random() + (step === 0 ? 0.4 : 0)
    return {
      step,
      seconds: {
        data: 0.002,
        step: seconds,
        metrics: 0.001,
        evaluate: step % 25 === 24 ? 1.9 : 0,
        checkpoint: step % 200 === 199 ? 0.3 : 0,
      },
      tokensPerSecond: tokensPerStep / seconds,
      flopsPerSecond: (tokensPerStep * 1.3e7) / seconds,
    }
  })
  const last = steps.findLast(({ heldOut }) => heldOut)?.heldOut ?? {}
  return {
    name: 'example',
    config: {
      preset: 'nano',
      model: {
        vocabSize: 4096,
        hiddenSize: 192,
        numHiddenLayers: layers,
        numAttentionHeads: heads,
        firstKDenseReplace: layers - moeLayers,
        numRoutedExperts: experts,
        numSharedExperts: 1,
        numExpertsPerToken: 2,
      },
      data: { sources: [{ path: 'sotu', weight: 1 }], sequenceLength: 256 },
      batch: { sequences: 16, accumulation: 1 },
      optimizer: { kind: 'muonclip', learningRate: 0.01, tau },
      steps: count,
      seed: 0,
    },
    steps,
    timings,
    summary: {
      preset: 'nano',
      parameters: { total: 4_812_345, activated: 2_204_321 },
      tokens: count * tokensPerStep,
      steps: count,
      trainingSeconds: 238.4,
      heldOut: { ...last, bytes: 491_203, tokens: 131_072 },
      baselines: { xz: 2.256, brotli: 2.168, byte5gram: 1.675 },
      samples: [
        {
          prompt: 'The state of the Union is',
          text: ' one of the most important of the Government, and the people of the United States have been made to the Congress.\n\nThe report of the Secretary of the Treasury will show you the condition of the finances.',
          temperature: 0,
        },
        {
          prompt: 'We must',
          text: ' not be afraid to do what is right. And so tonight I ask you to join me, for the sake of our children, in a new commitment to the work that we began together.',
          temperature: 0.8,
        },
      ],
      machine: {
        cpu: 'Example CPU @ 2.60GHz',
        cores: 2,
        platform: 'linux x64',
        node: 'v24.1.0',
        onnxruntime: '1.23.0',
        memoryGiB: 15.6,
      },
      engine: { name: 'onnx', threads: 2, productRate: 2.31e11 },
      memory: { peakRss: 1.31e9, intermediates: 4.2e8, buffers: 9.6e7 },
      git: { commit: '0123456789abcdef0123456789abcdef01234567', dirty: false },
      version: '0.1.0',
      command: 'tsukimi speedrun --out runs/example',
      startedAt: '2025-07-11T09:30:00.000Z',
      finishedAt: '2025-07-11T09:34:12.000Z',
    },
    tasks: null,
  }
}
