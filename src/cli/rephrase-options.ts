import type { Prices } from '../roles/endpoint-account.ts'
import type { ModeName } from '../synth/rephrase/rephrase-mode.ts'

/** Options of `tsukimi rephrase` as Commander gives them. */
export interface RephraseOptions {
  readonly out: string
  readonly baseUrl?: string
  readonly model?: string
  readonly apiKeyEnv?: string
  readonly prices?: Prices
  readonly judgeBaseUrl?: string
  readonly judgeModel?: string
  readonly judgeApiKeyEnv?: string
  readonly judgePrices?: Prices
  /** False for `--no-judge`. */
  readonly judge: boolean
  readonly mode: ModeName
  readonly language: string
  readonly perSource?: number
  readonly weight: number
  readonly facts?: number
  readonly textField: string
  readonly tokenizer?: string
  readonly excerptTokens: number
  readonly chunkTokens: number
  readonly temperature: number
  readonly concurrency: number
  readonly timeout: number
  readonly retries: number
  readonly seed: number
  readonly json?: true
}
