import type { AnyStage } from '../jobs/stage.ts'
import { agentUnits } from './pipeline/units/agent-unit.ts'
import { judgeUnits } from './pipeline/units/judge-unit.ts'
import { codeTaskUnits, taskUnits, writtenTaskUnits } from './pipeline/units/task-units.ts'
import { applicationUnits, designUnits, domainUnits } from './pipeline/units/tool-units.ts'
import { trajectoryUnits } from './pipeline/units/trajectory-unit.ts'
import type { UnitResources } from './pipeline/units/unit-resources.ts'
import { rephraseStage } from './rephrase/rephrase-stage.ts'

/** The stages that a worker process can run, by name. */
export function createStages(resources: UnitResources): ReadonlyMap<string, AnyStage> {
  const all: readonly AnyStage[] = [
    applicationUnits(),
    domainUnits(resources),
    designUnits(resources),
    agentUnits(resources),
    taskUnits(),
    writtenTaskUnits(resources),
    codeTaskUnits(resources),
    trajectoryUnits(resources),
    judgeUnits(resources),
    rephraseStage(resources),
  ]
  return new Map(all.map((stage) => [stage.name, stage]))
}
