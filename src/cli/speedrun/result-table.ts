import { armTotal, type TaskArm, type TaskResults } from '../../eval/task-results.ts'
import { formatTable } from '../table.ts'

const share = ({ solved, tried }: { solved: number; tried: number }): string =>
  tried === 0 ? '–' : `${Math.round((100 * solved) / tried)}%`

const armName = ({ model, enforced }: TaskArm): string =>
  `${model === 'base' ? 'pre-trained' : 'fine-tuned'}${enforced ? ', enforced' : ''}`

/** Shares of held-out tasks solved, a row for each family. */
export function resultTable({ arms, families }: TaskResults): string {
  const rows = families.map((family) => [
    family.replaceAll('_', ' '),
    ...arms.map(({ results }) =>
      share(results.find((one) => one.family === family) ?? { solved: 0, tried: 0 }),
    ),
  ])
  const lines = [
    ['held-out tasks solved', ...arms.map(armName)],
    ...rows,
    ['all', ...arms.map((arm) => share(armTotal(arm)))],
  ]
  return formatTable(lines, { align: ['left', ...arms.map(() => 'right' as const)] })
}
