import { derivedSeed } from '../../draws.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import type { Fault, Outcome, RewardPart, Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'
import type { TeacherOptions } from './design-tools.ts'
import { type JudgeAnswer, type JudgeInput, judgePrompt } from './judge-prompt.ts'
import { transcript } from './transcript.ts'

export interface Judgement {
  /** One for each judged criterion of the rubric: `judged/{name}`. */
  readonly parts: readonly RewardPart[]
  /** Whose failure it is, where both readings say the same. */
  readonly fault: Fault | null
  /** Share of the criteria on which both readings agree; 1 without criteria. */
  readonly agreement: number
}

const passedIn = ({ verdicts }: JudgeAnswer, name: string) => verdicts.find((one) => one.name === name)!

function partOf(name: string, readings: readonly JudgeAnswer[]): RewardPart {
  const verdicts = readings.map((reading) => passedIn(reading, name))
  const passes = verdicts.filter(({ passed }) => passed).length
  const decisive = verdicts.find(({ passed }) => !passed) ?? verdicts[0]!
  const split = passes > 0 && passes < readings.length
  return {
    name: `judged/${name}`,
    kind: 'judge',
    score: passes / readings.length,
    passed: passes === readings.length,
    detail: split ? `the readings differ: ${decisive.evidence}` : decisive.evidence,
  }
}

/**
 * Judges a trajectory by its task's judged criteria, read twice with the criteria in both orders: a criterion is met where
 * both readings say so, and half met where they differ.
 *
 * @throws RejectedAnswer, EndpointFailure
 */
export async function judgeTrajectory(
  endpoint: ChatEndpoint,
  task: Task,
  trajectory: Trajectory,
  { seed, signal }: TeacherOptions,
): Promise<Judgement> {
  const { judged } = task.rubric
  if (judged.length === 0) return { parts: [], fault: null, agreement: 1 }
  const input: JudgeInput = {
    instructions: task.agent.systemPrompt ?? 'You are a helpful assistant.',
    tools: trajectory.tools.map(({ function: tool }) => tool),
    goal: task.user.goal,
    transcript: transcript(trajectory),
    criteria: judged,
  }
  const readings = await Promise.all(
    [judged, judged.toReversed()].map(async (criteria, order) => {
      const options = { seed: derivedSeed(seed, 'judge', order), ...(signal && { signal }) }
      return (await askStructured(endpoint, judgePrompt, { ...input, criteria }, options)).value
    }),
  )
  const parts = judged.map(({ name }) => partOf(name, readings))
  const [first, second] = readings.map(({ fault }) => fault)
  const agreed = parts.filter(({ score }) => score === 0 || score === 1).length
  return {
    parts,
    fault: first === second && first !== 'none' ? first! : null,
    agreement: agreed / parts.length,
  }
}

/** An outcome with a judgement: what the rules found stands, and all judged criteria must be met too. */
export function judgedOutcome(outcome: Outcome, { parts, fault }: Judgement): Outcome {
  const { fault: before, ...rest } = outcome
  const reward = outcome.reward === 1 && parts.every(({ passed }) => passed) ? 1 : 0
  // An episode that broke off knows why.
  const whose = outcome.status === 'failed' ? before : (fault ?? before ?? 'assistant')
  return {
    ...rest,
    reward,
    parts: [...outcome.parts, ...parts],
    ...(reward === 0 && whose && { fault: whose }),
  }
}
