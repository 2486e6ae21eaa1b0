import { openJobs } from '../jobs/open-jobs.ts'
import type { AnyStage } from '../jobs/stage.ts'
import { didYouMean } from '../nearest-name.ts'
import type { RolesConfig } from '../roles/role-config.ts'
import { loadSynthConfig } from '../synth/pipeline/synth-config.ts'
import { createUnitResources } from '../synth/pipeline/units/unit-resources.ts'
import { createStages } from '../synth/stages.ts'
import { UserError } from '../user-error.ts'
import { onInterrupt } from './interruption.ts'
import { refuseWithoutDatabase } from './refuse-without-jobs.ts'
import { loadRephraseRoles } from './rephrase-roles.ts'

export interface WorkerOptions {
  readonly run: string
  readonly store?: string
  readonly stages?: readonly string[]
  readonly concurrency?: number
}

/** Without a choice all but rephrasing, which there is only for who knows a rephraser: others may share the queue. */
function chosenStages(
  registry: ReadonlyMap<string, AnyStage>,
  chosen: readonly string[] | undefined,
  roles: RolesConfig | undefined,
): readonly AnyStage[] {
  const rephrases = roles !== undefined && roles.rephraser !== 'procedural'
  if (chosen === undefined)
    return [...registry.values()].filter(({ name }) => rephrases || name !== 'rephrase')
  return chosen.map((name) => {
    const stage = registry.get(name)
    if (stage === undefined)
      throw new UserError(`no stage "${name}"${didYouMean(name, [...registry.keys()])}`)
    return stage
  })
}

/** Works until it is told to stop. @throws UserError where there is nothing to work on */
export async function runWorker({ run, store, stages, concurrency }: WorkerOptions): Promise<void> {
  refuseWithoutDatabase(run)
  const roles = (await loadSynthConfig(run))?.roles ?? (await loadRephraseRoles(run))
  await using resources = createUnitResources(roles)
  const chosen = chosenStages(createStages(resources), stages, roles)
  using interruption = onInterrupt('giving back what is being worked on; once more ends at once')
  await using jobs = await openJobs({ directory: run, store })
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  say(`working on ${chosen.map(({ name }) => name).join(', ')}; ${jobs.database}, store ${jobs.store}`)
  if (!process.env.DATABASE_URL)
    say('DATABASE_URL is not set: the queue is in this process, which shares nothing with other processes')
  const count = { done: 0, failed: 0 }
  await jobs.work(chosen, {
    signal: interruption.signal,
    ...(concurrency !== undefined && { concurrency }),
    onUnit: ({ ok }) => {
      count[ok ? 'done' : 'failed']++
    },
  })
  say(`stopped; ${count.done} units done, ${count.failed} failed; what was being worked on is queued again`)
}
