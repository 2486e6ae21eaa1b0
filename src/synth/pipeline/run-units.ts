import type { Stage } from '../../jobs/stage.ts'
import { UserError } from '../../user-error.ts'
import { createNameCounts } from './counts.ts'
import type { PipelineContext } from './pipeline-context.ts'
import type { RoleCost } from './synth-report-data.ts'
import { addedRoleCosts, type UnitRoles } from './unit-roles.ts'

/**
 * Chunks that are read before the first of them has been given on, at least: bounds memory, and is enough for many
 * workers. Those of models are small, and are waited for longer.
 */
const leastAhead = { own: 32, models: 256 }

/** Inputs that wait until earlier ones have been used up. */
function paced<I>(inputs: Iterable<I> | AsyncIterable<I>, mostAhead: number) {
  let ahead = 0
  let wake = (): void => {}
  return {
    async *source(): AsyncGenerator<I> {
      for await (const input of inputs) {
        while (ahead >= mostAhead)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        ahead++
        yield input
      }
    },
    used(): void {
      ahead--
      wake()
    },
  }
}

/** What units of a stage have cost, and which of them were lost. */
export function createUnitTally() {
  const lost = createNameCounts()
  let costs: readonly RoleCost[] = []
  let done = 0
  return {
    lose: (error: string): void => lost.add(error),
    spend(more: readonly RoleCost[]): void {
      costs = addedRoleCosts(costs, more)
    },
    finish: (): void => {
      done++
    },
    lost: () => lost.counts(),
    costs: () => costs,
    /** @throws UserError where there were units and none of them came through */
    check(): void {
      if (done === 0 && lost.total > 0)
        throw new UserError(
          `nothing came of ${lost.total} chunks of work: ${Object.keys(lost.counts())[0]}\nrun the same command again to try them anew`,
        )
    },
  }
}
export type UnitTally = ReturnType<typeof createUnitTally>

/** Models are asked by many units at once; what is worked out here takes the processor for itself. */
const [modelUnits, ownUnits] = [16, 2]

const concurrencyOf = ({ concurrency, config }: PipelineContext, roles: UnitRoles): number => {
  const limits = Object.keys(roles).map((name) => {
    const role = config.roles[name as keyof UnitRoles]
    return role === 'procedural' ? 1 : role.max_concurrency
  })
  return concurrency ?? (limits.length === 0 ? ownUnits : Math.max(modelUnits, ...limits))
}

/**
 * Runs units of a stage as jobs and gives their values in the inputs' order. Those that ended in an error are counted and
 * left out; the next run tries them anew.
 *
 * @param roles the models that play a part in it
 */
export async function* runUnits<I, O>(
  context: PipelineContext,
  stage: Stage<I, O>,
  inputs: Iterable<I> | AsyncIterable<I>,
  tally: UnitTally,
  roles: UnitRoles = {},
): AsyncGenerator<{ readonly input: I; readonly value: O }> {
  const concurrency = concurrencyOf(context, roles)
  const least = leastAhead[Object.keys(roles).length === 0 ? 'own' : 'models']
  const { source, used } = paced(inputs, Math.max(least, 2 * concurrency))
  const options = { concurrency, signal: context.signal, retryDead: true }
  for await (const result of context.jobs.run(stage, source(), options)) {
    used()
    if (result.ok) {
      tally.finish()
      yield { input: result.input, value: result.value }
    } else tally.lose(result.error)
    // Bars are drawn and signals heard between chunks, however long those take.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
