import {
  type DrawnToken,
  type FinishReason,
  type GeneratedToken,
  type Generation,
  type GenerationRequest,
  OverloadedError,
  type Scheduler,
} from '../generate/scheduler.ts'
import { UserError } from '../user-error.ts'

export interface Script {
  /** Ids to give for a request; where it gives undefined, or ends, tokens that the constraint allows are drawn. */
  readonly ids?: (request: GenerationRequest) => readonly number[] | undefined
  /** Ids that are drawn from, where nothing is written. Default all. */
  readonly alphabet?: readonly number[]
  readonly vocabSize: number
  readonly maxTokens?: number
  /** Milliseconds between tokens; null is none at all: everything is there at once. Default null. */
  readonly tokenMs?: number | null
  readonly maxRunning?: number
  readonly maxQueue?: number
}

export interface ScriptedScheduler extends Scheduler {
  /** What was asked for, in order. */
  readonly requests: readonly GenerationRequest[]
}

const isAllowed = (mask: Uint32Array | undefined, id: number): boolean =>
  mask === undefined || ((mask[id >>> 5]! >>> (id & 31)) & 1) === 1

/** Numbers from 0 to 1 that a seed decides (a linear congruence: good enough to draw tests from). */
function randomFrom(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Behaves as the real scheduler does, except that a script says which tokens come. */
export function createScriptedScheduler(script: Script): ScriptedScheduler {
  const { vocabSize, maxTokens = 4096, tokenMs = null, maxRunning = 64, maxQueue = 256 } = script
  const requests: GenerationRequest[] = []
  const queue: (() => void)[] = []
  const underWay = new Set<Generation>()
  let running = 0
  let promptTokens = 0
  let generatedTokens = 0
  let isPaused = false
  let weightVersion = 0
  const seen = new Set<string>()
  let resumed: (() => void)[] = []

  const all = Array.from({ length: vocabSize }, (_, id) => id)
  const alphabet = script.alphabet ?? all
  const among = (ids: readonly number[], mask: Uint32Array | undefined): readonly number[] =>
    mask === undefined ? ids : ids.filter((id) => isAllowed(mask, id))
  const drawn = (request: GenerationRequest, mask: Uint32Array | undefined, random: () => number) => {
    const wanted = among(alphabet, mask)
    const from = wanted.length > 0 ? wanted : among(all, mask)
    return from[Math.floor(random() * from.length)] ?? request.stop?.[0]
  }

  function generate(request: GenerationRequest): Generation {
    const tokens: GeneratedToken[] = []
    const controller = new AbortController()
    let finishReason: FinishReason | undefined
    let stopToken: DrawnToken | undefined
    let cachedTokens = 0
    let wake = (): void => undefined
    const finish = (reason: FinishReason): void => {
      finishReason ??= reason
      wake()
    }
    const abort = (): void => {
      controller.abort()
      finish('aborted')
    }
    if (request.signal?.aborted) abort()
    request.signal?.addEventListener('abort', abort, { once: true })

    async function run(): Promise<void> {
      const key = request.prompt.join()
      cachedTokens = seen.has(key) ? request.prompt.length - 1 : 0
      seen.add(key)
      promptTokens += request.prompt.length
      const random = randomFrom(request.seed ?? 0)
      const written = script.ids?.(request)
      for (let i = 0; finishReason === undefined && i < request.maxTokens; i++) {
        if (tokenMs !== null) await new Promise((resolve) => setTimeout(resolve, tokenMs))
        if (isPaused) await new Promise<void>((resolve) => resumed.push(resolve))
        if (finishReason !== undefined) break
        const mask = request.constraint?.allowed(request.maxTokens - i)
        const scripted = written?.[i]
        const id =
          scripted !== undefined && isAllowed(mask, scripted) ? scripted : drawn(request, mask, random)
        if (id === undefined || request.stop?.includes(id)) {
          if (id !== undefined) stopToken = { id, logProb: -0.5, weightVersion }
          finish('stop')
          break
        }
        request.constraint?.accept(id)
        generatedTokens++
        const alternatives = Array.from({ length: request.topLogProbs ?? 0 }, (_, rank) => ({
          id: (id + rank) % vocabSize,
          logProb: -0.5 - rank,
        }))
        tokens.push({ id, logProb: -0.5, alternatives, weightVersion })
        wake()
      }
      finish('length')
      request.signal?.removeEventListener('abort', abort)
      underWay.delete(generation)
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }

    const generation: Generation = {
      get cachedTokens() {
        return cachedTokens
      },
      get finishReason() {
        return finishReason
      },
      get stopToken() {
        return stopToken
      },
      abort,
      async *[Symbol.asyncIterator]() {
        try {
          for (let i = 0; ; i++) {
            while (i >= tokens.length) {
              if (finishReason !== undefined) return
              await new Promise<void>((resolve) => {
                wake = resolve
              })
            }
            yield tokens[i]!
          }
        } finally {
          if (finishReason === undefined) abort()
        }
      },
    }
    underWay.add(generation)
    // As in the real one, what joins a batch joins it later.
    if (running < maxRunning) {
      running++
      setImmediate(run)
    } else queue.push(run)
    return generation
  }

  const resume = (): void => {
    isPaused = false
    for (const go of resumed) go()
    resumed = []
  }
  const abortAll = (): void => {
    for (const generation of underWay) generation.abort()
  }
  return {
    requests,
    vocabSize,
    maxTokens,
    submit(request) {
      if (request.prompt.length === 0) throw new UserError('prompt: empty')
      if (request.prompt.length + 1 > maxTokens)
        throw new UserError(`prompt: ${request.prompt.length} tokens are more than ${maxTokens - 1}`)
      if (running >= maxRunning && queue.length >= maxQueue)
        throw new OverloadedError(`${queue.length} requests wait already`)
      requests.push(request)
      return generate(request)
    },
    pause() {
      isPaused = true
    },
    resume,
    abortAll,
    async setWeights(version) {
      weightVersion = version
    },
    stats: () => ({
      queued: queue.length,
      running,
      batchSize: running,
      promptTokens,
      cachedTokens: 0,
      generatedTokens,
      pages: { total: 64, used: running, reusable: 0 },
      weightVersion,
      paused: isPaused,
    }),
    async close() {
      abortAll()
      resume()
    },
  }
}
