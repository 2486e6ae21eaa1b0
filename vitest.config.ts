import { defineConfig } from 'vitest/config'

/** Tests that compute on all cores: parallel files would only fight for them. */
const computing = [
  'src/{engine,generate,nn,optim,rollout,train}/**/*.test.ts',
  'src/cli/{chat,export,generate,pretrain,serve,sft,speedrun}*.test.ts',
  'test/{agent,many,own,pushed,served}-*.test.ts',
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
          exclude: computing,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
