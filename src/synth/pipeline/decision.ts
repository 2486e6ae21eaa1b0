import { z } from 'zod'
import { readJsonLines } from '../../files/json-lines.ts'
import { parseAs } from '../../schema-error.ts'
import type { Fault, RewardPart, Trajectory } from '../../trajectory/trajectory.ts'
import type { FilterResult } from '../judge/filter.ts'
import type { Judgement } from '../judge/judge-trajectory.ts'

const part: z.ZodType<RewardPart> = z.strictObject({
  name: z.string(),
  kind: z.enum(['rule', 'judge', 'tests']),
  score: z.number().min(0).max(1),
  passed: z.boolean(),
  detail: z.exactOptional(z.string()),
})
const fault = z.enum(['assistant', 'user', 'tools', 'environment', 'infrastructure'])

const decisionSchema = z.strictObject({
  trajectory: z.string(),
  verdict: z.enum(['keep', 'reject', 'undecided', 'void']),
  kept: z.boolean(),
  /** Why it is not kept: `rejected`, `near-duplicate`, and what exactly. */
  reason: z.exactOptional(z.string()),
  detail: z.exactOptional(z.string()),
  fault: z.exactOptional(fault),
  parts: z.array(part),
})

/** What became of a trajectory, a line of `judgements.jsonl`. */
export type Decision = Readonly<z.infer<typeof decisionSchema>>

export const decisionOf = (judgement: Judgement, result: FilterResult): Decision => ({
  trajectory: judgement.trajectory,
  verdict: judgement.verdict,
  kept: result.kept,
  ...(!result.kept && { reason: result.reason, ...(result.detail !== '' && { detail: result.detail }) }),
  ...(judgement.fault !== undefined && { fault: judgement.fault }),
  parts: [...judgement.parts],
})

/** The decisions of a file in order. @throws UserError naming file and line */
export async function* readDecisions(path: string): AsyncGenerator<Decision> {
  for await (const { line, value } of readJsonLines(path))
    yield parseAs(decisionSchema, value, `${path}:${line}`)
}

const rewards = { keep: 1, reject: 0, undecided: null, void: null } as const

/** A trajectory with what was decided: its outcome as judged, and under its labels why it is not kept. */
export function decided(trajectory: Trajectory, decision: Decision): Trajectory {
  const { fault: _, ...outcome } = trajectory.outcome ?? { status: 'failed' as const, stop: 'no outcome' }
  const { verdict, parts, reason, detail } = decision
  const blame: Fault | undefined = decision.fault
  return {
    ...trajectory,
    outcome: { ...outcome, reward: rewards[verdict], parts, ...(blame && { fault: blame }) },
    labels: {
      ...trajectory.labels,
      ...(reason !== undefined && { rejection: detail === undefined ? reason : `${reason}: ${detail}` }),
    },
  }
}
