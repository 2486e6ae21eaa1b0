import { derivedSeed } from '../../draws.ts'
import type { Fault, RewardPart, Trajectory } from '../../trajectory/trajectory.ts'
import { succeeded } from '../../world/reward-parts.ts'
import type { Task } from '../../world/task.ts'
import { type Criterion, type Judge, presentations, type Verdict } from './judge.ts'
import { isReplayable, replay } from './replay.ts'
import { userFault } from './user-fault.ts'

export interface Judgement {
  readonly trajectory: string
  readonly task: string
  /** `void`: something else than the assistant failed, so that nothing can be said of it. */
  readonly verdict: 'keep' | 'reject' | 'undecided' | 'void'
  /** Why it is not kept, in words. */
  readonly reason?: string
  readonly fault?: Fault
  /** The rubric's checks, then the judged criteria as `judged/name`. */
  readonly parts: readonly RewardPart[]
}

/** Both presentations; where they do not agree, nothing is decided. */
export function combined(verdicts: readonly Verdict[]): Verdict {
  const [first, ...others] = verdicts
  if (first === undefined) return { verdict: 'undecided', reason: 'nobody judges this' }
  const differs = others.find(({ verdict }) => verdict !== first.verdict)
  const { fault: _, ...told } = first
  // Another's fault counts only where it is seen in both.
  if (differs === undefined) return others.every(({ fault }) => fault === first.fault) ? first : told
  const reason = `judged otherwise in another order: ${first.reason} / ${differs.reason}`
  return { verdict: 'undecided', reason }
}

async function judgeCriterion(
  trajectory: Trajectory,
  task: Task,
  criterion: Criterion,
  judge: Judge,
  options: JudgeOptions,
): Promise<Verdict> {
  const verdicts: Verdict[] = []
  for (const presentation of presentations) {
    const seed = derivedSeed(options.seed ?? 0, 'judge', trajectory.id, criterion.name, presentation)
    verdicts.push(await judge.judge(trajectory, task, criterion, presentation, { ...options, seed }))
  }
  return combined(verdicts)
}

export interface JudgeOptions {
  readonly seed?: number
  readonly signal?: AbortSignal
}

const judgedPart = ({ name }: Criterion, { verdict, reason }: Verdict): RewardPart => ({
  name: `judged/${name}`,
  kind: 'judge',
  score: verdict === 'pass' ? 1 : verdict === 'fail' ? 0 : 0.5,
  passed: verdict === 'pass',
  detail: reason,
})

/**
 * Whether a trajectory is to be kept: the task's checks on where its calls lead when they are made again, and the judged
 * criteria by the first judge that decides each; a criterion that none decides is passed over. What failed beside the
 * assistant (the user, the tools) makes it void.
 */
export async function judgeTrajectory(
  trajectory: Trajectory,
  task: Task,
  judges: readonly Judge[],
  options: JudgeOptions = {},
): Promise<Judgement> {
  const about = { trajectory: trajectory.id, task: task.id }
  // What a model answers for tools cannot be had again.
  const isSimulated = trajectory.models['tool simulator'] !== undefined
  const again =
    isReplayable(task) && !isSimulated
      ? await replay(trajectory, task)
      : { parts: trajectory.outcome?.parts ?? [] }
  const { parts } = again
  const faulted = faultBeside(trajectory, task, 'difference' in again ? again.difference : undefined)
  if (faulted !== null) return { ...about, verdict: 'void', ...faulted, parts }
  const { outcome } = trajectory
  if (outcome?.status !== 'completed')
    return {
      ...about,
      verdict: 'reject',
      reason: `it did not come to its end: ${outcome?.stop ?? 'no outcome'}`,
      fault: 'assistant',
      parts,
    }
  if (!succeeded(parts))
    return { ...about, verdict: 'reject', reason: failing(parts), fault: 'assistant', parts }
  const judged: RewardPart[] = []
  for (const criterion of task.rubric.judged) {
    const judge = judges.find((one) => one.decides(criterion))
    if (judge === undefined) continue
    const verdict = await judgeCriterion(trajectory, task, criterion, judge, options)
    judged.push(judgedPart(criterion, verdict))
    if (verdict.verdict === 'pass') continue
    const all = [...parts, ...judged]
    const reason = `${criterion.name}: ${verdict.reason}`
    if (verdict.fault !== undefined)
      return { ...about, verdict: 'void', reason, fault: verdict.fault, parts: all }
    return verdict.verdict === 'fail'
      ? { ...about, verdict: 'reject', reason, fault: 'assistant', parts: all }
      : { ...about, verdict: 'undecided', reason, parts: all }
  }
  return { ...about, verdict: 'keep', parts: [...parts, ...judged] }
}

const failing = (parts: readonly RewardPart[]): string => {
  const part = parts.find(({ name, passed }) => name.startsWith('success/') && !passed)
  return part === undefined
    ? 'nothing says that it succeeded'
    : `${part.name.slice('success/'.length)}: ${part.detail ?? 'not so'}`
}

/** Whose failure it is beside the assistant's, with a reason; null where it is nobody's. */
function faultBeside(
  { outcome, ...trajectory }: Trajectory,
  task: Task,
  difference: string | undefined,
): { readonly fault: Fault; readonly reason: string } | null {
  const own = outcome?.fault
  if (own !== undefined && own !== 'assistant') return { fault: own, reason: outcome?.stop ?? own }
  if (difference !== undefined) return { fault: 'tools', reason: difference }
  const reason = userFault({ ...trajectory, ...(outcome && { outcome }) }, task)
  return reason === null ? null : { fault: 'user', reason }
}
