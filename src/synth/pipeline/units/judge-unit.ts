import type { Stage } from '../../../jobs/stage.ts'
import { endpointJudge } from '../../judge/endpoint-judge.ts'
import { type JudgeChunk, judgementsOfChunk } from '../../judge/judge-stage.ts'
import type { Judgement } from '../../judge/judge-trajectory.ts'
import { proceduralJudge } from '../../judge/procedural-judge.ts'
import type { UnitRoles } from '../unit-roles.ts'
import { type UnitOutput, type UnitResources, withRoles } from './unit-resources.ts'

/** Trajectories to judge with their tasks. */
export interface JudgeUnit extends JudgeChunk {
  readonly roles: UnitRoles
}

/** Judgements: rules first, then a model for the criteria that no rule decides, where there is one. */
export const judgeUnits = (resources: UnitResources): Stage<JudgeUnit, UnitOutput<readonly Judgement[]>> => ({
  name: 'synth/judge',
  version: '1',
  run: ({ roles, ...chunk }, context) =>
    withRoles(resources, roles, context, ({ role }) => {
      const endpoint = role('judge')
      const judges = endpoint === null ? [] : [endpointJudge(endpoint)]
      return judgementsOfChunk(chunk, [proceduralJudge, ...judges], context.signal)
    }),
})
