import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable } from '../../src/cli/table.ts'
import { writeBytesAtomic } from '../../src/files/atomic-file.ts'
import { writeJson } from '../../src/files/json-file.ts'
import { keptArm } from './kept-arm.ts'
import type { ArmResult } from './measure-arm.ts'
import { plot } from './plot.ts'
import { type PooledPoint, pooled } from './pooled.ts'
import { armNames, settings } from './settings.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1,2' } } })
const seeds = values.seeds.split(',').map(Number)

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

const results: ArmResult[] = []
for (const seed of seeds)
  for (const arm of armNames) {
    const result = await keptArm(arm, seed, ({ readings, loss, recall }) =>
      process.stderr.write(
        `seed ${seed}, ${arm}, ${readings.toFixed(0)} readings: loss ${loss.toFixed(3)}, ${Object.entries(
          recall,
        )
          .map(([name, { right, asked }]) => `${name} ${percent(right / asked)}`)
          .join(', ')}\n`,
      ),
    )
    results.push(result)
  }

const questions = ['new wording', 'taught wording'] as const
const points = Object.fromEntries(questions.map((name) => [name, pooled(results, name)])) as Record<
  (typeof questions)[number],
  PooledPoint[]
>
const rows = points['new wording'].map((point, i) => {
  const taught = points['taught wording'][i]!
  const range = ({ low, high }: PooledPoint): string => `${percent(low)} to ${percent(high)}`
  return [
    point.arm,
    point.readings.toFixed(0),
    percent(point.share),
    range(point),
    point.nats.toFixed(2),
    percent(taught.share),
    range(taught),
  ]
})
const head = ['texts', 'readings', 'new wording', '95%', 'nats', 'taught wording', '95%']
const align = ['left', ...head.slice(1).map(() => 'right')] as ('left' | 'right')[]
process.stdout.write(`${formatTable([head, ...rows], { align })}\n`)

const directory = import.meta.dirname
await writeJson(join(directory, 'result.json'), { settings, seeds, points, results })
await writeBytesAtomic(
  join(directory, 'plot.svg'),
  plot(points['new wording'], 'Questions answered about people never asked about in training'),
)
