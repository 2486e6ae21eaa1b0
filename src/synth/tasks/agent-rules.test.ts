import { describe, expect, it } from 'vitest'
import type { PlanStep, Task } from '../../world/task.ts'
import { brokenRule, inTheirWords } from './agent-rules.ts'
import { generateTask } from './generate-task.ts'
import { clerk, families, someTasks } from './some-tasks.fixture.ts'
import { deliveries, deliveriesState } from './tasks.fixture.ts'

const [some] = await someTasks(1)
const task = (oracle: readonly PlanStep[], rest: Partial<Task> = {}): Task => ({ ...some!, ...rest, oracle })
const remove: PlanStep = { calls: [{ tool: 'remove_delivery', arguments: { delivery_id: 'DEL-4101' } }] }
const create: PlanStep = {
  calls: [
    { tool: 'create_delivery', arguments: { recipient: 'A', city: 'Porto', weight: 2, driver_id: 'DRV-71' } },
  ],
}
const search: PlanStep = { calls: [{ tool: 'search_deliveries', arguments: { city: 'Porto' } }] }
const look: PlanStep = { calls: [{ tool: 'get_delivery', arguments: { delivery_id: 'DEL-4101' } }] }
const say = (text: string): PlanStep => ({ say: text })

describe('rules of agents', () => {
  it.each<[string, readonly PlanStep[], boolean]>([
    ['confirm_removal', [remove, say('Done.')], true],
    ['confirm_removal', [say('Shall I?'), remove, say('Done.')], false],
    ['check_duplicates', [create, say('Done.')], true],
    ['check_duplicates', [search, create, say('Done.')], false],
    ['long_dates', [look, say('It is due on {0.due_date}.')], true],
    ['long_dates', [look, say('It weighs {0.weight} kg.')], false],
    ['hide_keys', [look, say('{0.delivery_id} weighs 3 kg.')], true],
    ['hide_keys', [look, say('It weighs 3 kg.')], false],
    ['one_change', [remove, create, say('Done.')], true],
    ['one_change', [remove, say('Done.'), create, say('Done.')], false],
    ['some rule that is not known', [remove, say('Done.')], false],
  ])('%s', (rule, oracle, isBroken) => {
    expect(brokenRule(task(oracle), [rule])).toBe(isBroken ? rule : undefined)
  })

  it('change the words of a plan', () => {
    const user = { persona: '', goal: '', moves: [{ when: 'first' as const, text: 'What of DEL-4101?' }] }
    const plan = [look, say('DEL-4101 is heavy.'), say('DEL-4101 goes with DEL-4138.')]
    expect(inTheirWords(plan, { application: deliveries, user }, ['hide_keys', 'full'])).toEqual([
      look,
      say('This delivery is heavy. Nothing is left to do.'),
      say('DEL-4101 goes with DEL-4138. Nothing is left to do.'),
    ])
  })

  it('are kept by the tasks of an agent that has them', async () => {
    const policy = ['hide_keys', 'confirm_removal', 'one_change', 'full']
    const wanted = await Promise.all(
      families.map((family, i) =>
        generateTask({
          application: deliveries,
          agent: { ...clerk, policy },
          state: deliveriesState,
          seed: i,
          id: family,
          family,
        }),
      ),
    )
    const made = wanted.flatMap((one) => one.task ?? [])
    expect(made.length).toBeGreaterThan(3)
    for (const one of made) {
      expect(brokenRule(one, policy)).toBeUndefined()
      expect(Object.keys(one.agent)).toEqual(['id', 'systemPrompt', 'tools'])
    }
  })
})
