import type { JobCost } from './stage.ts'

export const noCost: JobCost = { promptTokens: 0, completionTokens: 0, requests: 0, usd: 0 }

export const addCosts = (a: JobCost, b: Partial<JobCost>): JobCost => ({
  promptTokens: a.promptTokens + (b.promptTokens ?? 0),
  completionTokens: a.completionTokens + (b.completionTokens ?? 0),
  requests: a.requests + (b.requests ?? 0),
  usd: a.usd + (b.usd ?? 0),
})
