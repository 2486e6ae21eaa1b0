import { Counter, type Registry } from 'prom-client'
import type { AnswerRecorder } from './answer-recorder.ts'

/** Counts answers that are logged as trajectories, and those that could not be. */
export function countRecorded(registry: Registry, recorder: Pick<AnswerRecorder, 'counts'>): void {
  const rows = [
    ['logged_trajectories_total', 'Answers logged as trajectories', 'logged'],
    ['lost_trajectories_total', 'Answers that could not be logged', 'lost'],
  ] as const
  for (const [name, help, key] of rows)
    new Counter({
      name: `tsukimi_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(recorder.counts[key])
      },
    })
}
