import type {
  FinishReason,
  GeneratedToken,
  Generation,
  GenerationRequest,
  Scheduler,
  SchedulerWeights,
} from '../../generate/scheduler.ts'
import { UserError } from '../../user-error.ts'

export interface FakeScheduler extends Scheduler {
  /** What was given to setWeights, in order. */
  readonly given: readonly { readonly version: number; readonly weights: SchedulerWeights }[]
  /** Requests that came. */
  readonly requests: readonly GenerationRequest[]
  /** Texts that have not ended. */
  readonly running: () => number
}

/**
 * A scheduler that counts: after a prompt that ends with n come n + 1, n + 2, …, each with log-prob −id, and with the
 * version of the weights then in use. A token takes a turn of the event loop.
 */
export function fakeScheduler(
  options: {
    readonly fits?: (weights: SchedulerWeights) => boolean
    /** Weights are in use only when it is done. */
    readonly swapping?: () => Promise<void>
  } = {},
): FakeScheduler {
  const vocabSize = 1000
  const given: { version: number; weights: SchedulerWeights }[] = []
  const requests: GenerationRequest[] = []
  const running = new Set<{ abort(): void }>()
  let version = 0
  let paused = false

  const submit = (request: GenerationRequest): Generation => {
    requests.push(request)
    let finish: FinishReason | undefined
    const end = (reason: FinishReason): void => {
      finish ??= reason
      running.delete(generation)
    }
    const generation: Generation = {
      cachedTokens: 3,
      get finishReason() {
        return finish
      },
      stopToken: undefined,
      abort: () => end('aborted'),
      async *[Symbol.asyncIterator](): AsyncGenerator<GeneratedToken, void> {
        try {
          let id = request.prompt.at(-1)!
          for (let n = 0; n < request.maxTokens; n++) {
            do await new Promise((resolve) => setTimeout(resolve, 1))
            while (paused && finish === undefined)
            if (finish !== undefined) return
            id = (id + 1) % vocabSize
            yield { id, logProb: -id, alternatives: [], weightVersion: version }
          }
          end('length')
        } finally {
          end('aborted')
        }
      },
    }
    request.signal?.addEventListener('abort', generation.abort)
    running.add(generation)
    return generation
  }

  return {
    vocabSize,
    maxTokens: 4096,
    given,
    requests,
    running: () => running.size,
    submit,
    pause: () => void (paused = true),
    resume: () => void (paused = false),
    abortAll: () => {
      for (const generation of running) generation.abort()
    },
    async setWeights(next, weights) {
      await options.swapping?.()
      if (options.fits?.(weights) === false) throw new UserError('weights: they do not fit')
      given.push({ version: next, weights })
      version = next
    },
    stats: () => ({
      queued: 0,
      running: running.size,
      batchSize: running.size,
      promptTokens: 0,
      cachedTokens: 0,
      generatedTokens: 0,
      pages: { total: 1, used: 0, reusable: 0 },
      weightVersion: version,
      paused,
    }),
    close: async () => {},
  }
}
