import type { ChatUsage } from './chat-endpoint.ts'
import { type EndpointFailure, type FailureKind, failureKinds } from './endpoint-failure.ts'

/** In any currency, per million tokens. */
export interface Prices {
  readonly input: number
  readonly output: number
}

/** What tokens cost, in the currency of the prices; null without prices. */
export const costOf = (
  { promptTokens, completionTokens }: ChatUsage,
  prices: Prices | undefined,
): number | null =>
  prices ? (promptTokens * prices.input + completionTokens * prices.output) / 1_000_000 : null

/** What an endpoint was asked so far. */
export interface EndpointUsage {
  readonly baseUrl: string
  readonly model: string
  /** Answers that came. */
  readonly answers: number
  /** Answers that did not say how many tokens they took: these and their cost are missing below. */
  readonly unreported: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** In the currency of the prices; null without prices. */
  readonly cost: number | null
  /** Requests that were sent again. */
  readonly retries: number
  /** Requests that were given up, by kind. */
  readonly failures: Readonly<Record<FailureKind, number>>
  /** Parts of requests that the endpoint does not take and that are left out or said otherwise. */
  readonly concessions: readonly string[]
}

export interface EndpointAccount {
  answered(usage: ChatUsage | null): void
  retried(): void
  failed(failure: EndpointFailure): void
  counts(): Omit<EndpointUsage, 'baseUrl' | 'model' | 'concessions'>
}

export function createEndpointAccount(prices: Prices | undefined): EndpointAccount {
  const failures = Object.fromEntries(failureKinds.map((kind) => [kind, 0])) as Record<FailureKind, number>
  const sums = { answers: 0, unreported: 0, promptTokens: 0, completionTokens: 0, retries: 0 }
  return {
    answered(usage) {
      sums.answers++
      if (usage === null) sums.unreported++
      sums.promptTokens += usage?.promptTokens ?? 0
      sums.completionTokens += usage?.completionTokens ?? 0
    },
    retried: () => {
      sums.retries++
    },
    failed: ({ kind }) => {
      failures[kind]++
    },
    counts: () => ({
      ...sums,
      cost: costOf(sums, prices),
      failures: { ...failures },
    }),
  }
}
