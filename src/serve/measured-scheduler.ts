import type { GeneratedToken, Generation, Scheduler } from '../generate/scheduler.ts'
import type { Metrics } from './metrics.ts'

type TokenMetrics = Pick<Metrics, 'firstToken' | 'nextToken'>

function measured(generation: Generation, metrics: TokenMetrics): Generation {
  const began = performance.now()
  return {
    get cachedTokens() {
      return generation.cachedTokens
    },
    get finishReason() {
      return generation.finishReason
    },
    get stopToken() {
      return generation.stopToken
    },
    abort: () => generation.abort(),
    async *[Symbol.asyncIterator](): AsyncGenerator<GeneratedToken, void> {
      let last: number | undefined
      for await (const token of generation) {
        const now = performance.now()
        if (last === undefined) metrics.firstToken((now - began) / 1000)
        else metrics.nextToken((now - last) / 1000)
        last = now
        yield token
      }
    },
  }
}

/** The same scheduler, whose tokens' latencies are counted, whichever route asks for them. */
export const measuredScheduler = (scheduler: Scheduler, metrics: TokenMetrics): Scheduler => ({
  vocabSize: scheduler.vocabSize,
  maxTokens: scheduler.maxTokens,
  submit: (request) => measured(scheduler.submit(request), metrics),
  pause: () => scheduler.pause(),
  resume: () => scheduler.resume(),
  abortAll: () => scheduler.abortAll(),
  setWeights: (version, weights) => scheduler.setWeights(version, weights),
  stats: () => scheduler.stats(),
  close: () => scheduler.close(),
})
