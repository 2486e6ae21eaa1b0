import { expect, it } from 'vitest'
import type { ChatEndpoint, ChatRequest } from '../../roles/chat-endpoint.ts'
import { someTasks } from '../tasks/some-tasks.fixture.ts'
import { generateTrajectory } from '../trajectories/generate-trajectory.ts'
import { endpointJudge } from './endpoint-judge.ts'
import { judgeTrajectory } from './judge-trajectory.ts'

const [task] = await someTasks(1)
const trajectory = await generateTrajectory(task!, {
  seed: 1,
  shares: { variant: 0, mistake: 0, userFault: 0, toolFault: 0 },
})

/** An endpoint that gives these answers in turn, the last one again and again. */
function scripted(...answers: readonly string[]) {
  const requests: ChatRequest[] = []
  const endpoint: ChatEndpoint = {
    baseUrl: 'http://scripted',
    model: 'judge',
    async complete(request) {
      requests.push(request)
      const content = answers[Math.min(requests.length, answers.length) - 1]!
      return {
        message: { role: 'assistant', content },
        finish: 'stop',
        usage: { promptTokens: 1, completionTokens: 1 },
      }
    },
  }
  return { endpoint, requests }
}
const says = (verdict: string) =>
  JSON.stringify({ reason: 'as the conversation shows', verdict, fault: 'none' })

it('keeps what the model passes in both orders', async () => {
  const { endpoint, requests } = scripted(says('pass'))
  expect((await judgeTrajectory(trajectory, task!, [endpointJudge(endpoint)])).verdict).toBe('keep')
  expect(requests).toHaveLength(2 * task!.rubric.judged.length)
})

it('decides nothing by a model that contradicts itself, or that answers nonsense', async () => {
  const wavering = scripted(says('pass'), says('fail'))
  expect((await judgeTrajectory(trajectory, task!, [endpointJudge(wavering.endpoint)])).verdict).toBe(
    'undecided',
  )
  const nonsense = scripted('<html>')
  expect(await judgeTrajectory(trajectory, task!, [endpointJudge(nonsense.endpoint)])).toMatchObject({
    verdict: 'undecided',
    reason: expect.stringContaining('the judge gave no answer that can be used'),
  })
  // Each question is repaired twice.
  expect(nonsense.requests).toHaveLength(6)
})
