import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { anyText, anyTools, validHistory } from '../chat/chat.fixture.ts'
import type { ChatMessage } from '../chat/messages.ts'
import type { NodeTokens, Outcome, Trajectory, TrajectoryNode } from './trajectory.ts'

/** A temporary directory that goes away at the end of the block. */
export async function scratchDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'tsukimi-trajectory-'))
  return {
    path,
    file: (name: string): string => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined })

/** Without the keys that have no value. */
const clean = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T

export const anyTokens: fc.Arbitrary<NodeTokens> = fc
  .tuple(
    fc.array(
      fc.record({
        id: fc.integer({ min: 0, max: 200_000 }),
        isSampled: fc.boolean(),
        logProb: fc.float({ min: -30, max: 0, noNaN: true }).map((x) => x + 0),
        version: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 40 },
    ),
    fc.boolean(),
  )
  .map(([tokens, hasLogProbs]) => ({
    ids: Int32Array.from(tokens, ({ id }) => id),
    sampled: Uint8Array.from(tokens, ({ isSampled }) => Number(isSampled)),
    ...(hasLogProbs && {
      logProbs: Float32Array.from(tokens, ({ isSampled, logProb }) => (isSampled ? logProb : 0)),
    }),
    weightVersions: Int32Array.from(tokens, ({ isSampled, version }) => (isSampled ? version : -1)),
  }))

const anyMeta = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }).map(
  // As JSON gives it back: without negative zeros.
  (meta) => JSON.parse(JSON.stringify(meta)) as Record<string, unknown>,
)

const share = fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0)

const anyOutcome: fc.Arbitrary<Outcome> = fc
  .record({
    reward: fc.option(share),
    parts: fc.array(
      fc
        .record({
          name: fc.string(),
          kind: fc.constantFrom('rule' as const, 'judge' as const, 'tests' as const),
          score: share,
          passed: fc.boolean(),
          detail: optional(fc.string()),
        })
        .map(clean),
      { maxLength: 3 },
    ),
    status: fc.constantFrom(
      'completed' as const,
      'truncated' as const,
      'aborted' as const,
      'failed' as const,
    ),
    stop: fc.string(),
    fault: optional(fc.constantFrom('assistant' as const, 'user' as const, 'infrastructure' as const)),
  })
  .map((outcome) => clean(outcome) as Outcome)

/** Messages one after the other; assistants' turns may have tokens, some of which the message has too. */
const anyNodes = (messages: readonly ChatMessage[]): fc.Arbitrary<TrajectoryNode[]> =>
  fc.tuple(
    ...messages.map((message, i) =>
      fc
        .record({
          parent: fc.constant(i - 1),
          author: fc.constantFrom(message.role, 'tool simulator'),
          tokens: message.role === 'assistant' ? optional(anyTokens) : fc.constant(undefined),
          meta: optional(anyMeta),
          body: fc.constantFrom('none', 'own', 'without end'),
        })
        .map(({ body, ...node }): TrajectoryNode => {
          if (message.role !== 'assistant' || body === 'none')
            return clean({ ...node, message }) as TrajectoryNode
          const ids = Array.from(node.tokens?.ids ?? [3, 1, 4])
          const tokenIds = body === 'own' ? ids : ids.slice(0, -1)
          return clean({ ...node, message: { ...message, tokenIds } }) as TrajectoryNode
        }),
    ),
  ) as fc.Arbitrary<TrajectoryNode[]>

/** Any trajectory; other ends branch off from some of its nodes. */
export const anyTrajectory: fc.Arbitrary<Trajectory> = fc
  .record({
    nodes: fc
      .tuple(validHistory.chain(anyNodes), fc.array(fc.tuple(fc.nat(), anyText), { maxLength: 2 }))
      .map(([nodes, branches]) => [
        ...nodes,
        ...branches.map(
          ([at, content]): TrajectoryNode => ({
            parent: (at % (nodes.length + 1)) - 1,
            author: 'assistant',
            message: { role: 'assistant', content },
          }),
        ),
      ]),
    id: fc.string(),
    task: fc.record({ set: fc.string(), id: fc.string(), digest: fc.string() }),
    seed: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    environment: optional(fc.record({ name: fc.string(), version: fc.string() })),
    models: fc.dictionary(
      fc.stringMatching(/^[a-z ]{1,9}$/),
      fc
        .record({
          name: fc.string(),
          template: optional(fc.string()),
          sampling: optional(fc.constantFrom({ temperature: 0.6, top_p: 1 }, {})),
        })
        .map(clean),
    ),
    tools: anyTools,
    outcome: optional(anyOutcome),
    lineage: optional(
      fc
        .record({ parent: optional(fc.string()), stage: optional(fc.string()), keys: fc.array(fc.string()) })
        .map(clean),
    ),
    labels: optional(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string())),
  })
  .map((parts) => clean({ version: 1 as const, ...parts }) as Trajectory)

/** A small one that says what its number is. */
export const exampleTrajectory = (i: number, { tokens = true } = {}): Trajectory => ({
  version: 1,
  id: `t-${i}`,
  task: { set: 'refunds', id: `refunds/${i}`, digest: 'd'.repeat(8) },
  seed: i,
  environment: { name: 'shop', version: '1' },
  models: { assistant: { name: 'tsukimi', sampling: { temperature: 1 } } },
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_order',
        description: 'An order by its id.',
        parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
      },
    },
  ],
  nodes: [
    { parent: -1, author: 'user', message: { role: 'user', content: `Where is order ORD-${i}?` } },
    {
      parent: 0,
      author: 'assistant',
      message: {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'functions.get_order:0', name: 'get_order', arguments: `{"order_id":"ORD-${i}"}` }],
      },
      ...(tokens && {
        tokens: {
          ids: Int32Array.from({ length: 5 }, (_, j) => 10 * i + j),
          sampled: Uint8Array.of(0, 1, 1, 1, 1),
          logProbs: Float32Array.of(0, -0.5, -0.25, -1, -2),
          weightVersions: Int32Array.of(-1, 3, 3, 3, 4),
        },
      }),
    },
    {
      parent: 1,
      author: 'tool simulator',
      message: { role: 'tool', toolCallId: 'functions.get_order:0', content: '{"status":"shipped"}' },
      meta: { seconds: 0.25 },
    },
    { parent: 2, author: 'assistant', message: { role: 'assistant', content: 'It is on its way.' } },
  ],
  outcome: {
    reward: i % 2,
    parts: [{ name: 'told', kind: 'rule', score: i % 2, passed: i % 2 === 1 }],
    status: 'completed',
    stop: 'user done',
    ...(i % 2 === 0 && { fault: 'assistant' as const }),
  },
  lineage: { stage: 'trajectories', keys: [`task-${i}`] },
  labels: { family: i % 2 ? 'single_call' : 'no_tool' },
})
