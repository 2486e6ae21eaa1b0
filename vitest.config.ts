import { defineConfig } from 'vitest/config'

/** Tests that compute on all cores: parallel files would only fight for them. */
const computing = [
  'src/{engine,generate,nn,optim,rollout,train}/**/*.test.ts',
  'src/cli/{chat,export,generate,pretrain,serve,sft,speedrun,task-success}*.test.ts',
  'test/{agent,logged,many,own,pushed,served}-*.test.ts',
]

/** Tests on a Postgres server, which is installed for them where there is none and that can be. */
const onServer = [
  'src/jobs/{jobs,postgres-database,postgres.fixture,processes}.test.ts',
  'src/cli/{rephrase,synth}-workers.test.ts',
]

const common = { testTimeout: 120_000, expect: { poll: { timeout: 30_000 } } } as const

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'computing',
          include: computing,
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'light',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...computing, ...onServer],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'server',
          include: onServer,
          globalSetup: 'src/jobs/install-postgres.fixture.ts',
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
