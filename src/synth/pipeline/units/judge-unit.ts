import type { Stage } from '../../../jobs/stage.ts'
import { askStructured } from '../../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../../roles/chat-endpoint.ts'
import { RejectedAnswer } from '../../../roles/rejected-answer.ts'
import { judgePrompt } from '../../judge/judge-prompt.ts'
import { type JudgeChunk, judgementsOfChunk } from '../../judge/judge-stage.ts'
import type { Judgement } from '../../judge/judge-trajectory.ts'
import { type AskJudge, modelJudge } from '../../judge/model-judge.ts'
import { proceduralJudge } from '../../judge/procedural-judge.ts'
import type { UnitRoles } from '../unit-roles.ts'
import { type UnitOutput, type UnitResources, withRoles } from './unit-resources.ts'

/** Trajectories to judge with their tasks. */
export interface JudgeUnit extends JudgeChunk {
  readonly roles: UnitRoles
}

const asking =
  (endpoint: ChatEndpoint): AskJudge =>
  async (input, options) => {
    try {
      return (await askStructured(endpoint, judgePrompt, input, options)).value
    } catch (error) {
      if (error instanceof RejectedAnswer) return null
      throw error
    }
  }

/** Judgements: rules first, then a model for the criteria that no rule decides, where there is one. */
export const judgeUnits = (resources: UnitResources): Stage<JudgeUnit, UnitOutput<readonly Judgement[]>> => ({
  name: 'synth/judge',
  version: '1',
  run: ({ roles, ...chunk }, context) =>
    withRoles(resources, roles, context, ({ role }) => {
      const endpoint = role('judge')
      const judges = endpoint === null ? [] : [modelJudge(endpoint.model, asking(endpoint))]
      return judgementsOfChunk(chunk, [proceduralJudge, ...judges], context.signal)
    }),
})
