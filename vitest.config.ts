import { defineConfig } from 'vitest/config'

/** Rooms whose tests mostly wait or use one core: they run side by side. */
const light = [
  'files',
  'tokenizer',
  'data',
  'grammar',
  'chat',
  'trajectory',
  'world',
  'jobs',
  'roles',
  'agent',
  'synth',
]
const lightFiles = [
  'src/*.test.ts',
  `src/{${light.join(',')}}/**/*.test.ts`,
  'src/cli/{jobs,rephrase,synth,trajectories}*.test.ts',
]

const common = { testTimeout: 120_000, expect: { poll: { timeout: 30_000 } } } as const

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'computing',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: lightFiles,
          // Both cores belong to the engine under test; parallel files would only fight for them.
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'light',
          include: lightFiles,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
