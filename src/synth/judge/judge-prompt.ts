import { z } from 'zod'
import { blocks, materialNote } from '../../chat/material-blocks.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Task } from '../../world/task.ts'
import { transcript } from '../teacher/transcript.ts'
import type { Criterion, Presentation } from './judge.ts'

export interface JudgeInput {
  readonly trajectory: Trajectory
  readonly task: Task
  readonly criterion: Criterion
  readonly presentation: Presentation
}

const answer = z.strictObject({
  reason: z.string().min(1),
  verdict: z.enum(['pass', 'fail', 'undecided']),
  fault: z.enum(['none', 'assistant', 'user', 'tools']),
})
export type JudgeAnswer = z.infer<typeof answer>

const system = `You judge whether an assistant with tools met one criterion in a conversation. You are given the criterion, what the assistant was told, the user's goal, which the assistant did not see, and the numbered transcript.

- reason: what in the transcript decides it, with the numbers of the messages, in one or two sentences;
- verdict: pass only where the transcript shows that the criterion is met. What the assistant says it did counts only where a call and its result show it. A criterion on something that never came up is met. Say undecided only where the transcript does not show whether it is met.
- fault: whose failure it is where the verdict is fail: assistant; user, where the person left the role, made facts up or gave up too early; tools, where results contradict each other or the tools' descriptions. Failures of tools that the assistant could have dealt with are the assistant's. none where nothing failed.

Judge this criterion alone, by what it says, and not by your taste, the length or the politeness of answers. Another way to the goal than you would go is fine.

${materialNote}`

function materialOf({ trajectory, task, criterion, presentation }: JudgeInput) {
  const tools = trajectory.tools.map(({ function: { name, description = '' } }) => `${name}: ${description}`)
  const about = {
    instructions: task.agent.systemPrompt ?? 'You are a helpful assistant.',
    tools: tools.join('\n'),
  }
  const what = { criterion: `${criterion.name}: ${criterion.criterion}`, goal: task.user.goal }
  const happened = { transcript: transcript(trajectory) }
  return presentation === 'criterion first'
    ? { ...what, ...about, ...happened }
    : { ...about, ...happened, ...what }
}

/** What a model is asked that judges one criterion of one conversation. */
export const judgePrompt: VersionedPrompt<JudgeInput, JudgeAnswer> = {
  name: 'judge',
  version: 1,
  system,
  user: (input) => blocks(materialOf(input)),
  schema: answer,
  temperature: 0,
  maxTokens: 1024,
}
