/**
 * `node bench/gpu/compare.ts [--gpus 2] [--python python3] [--out bench/results/gpu.json]`: tsukimi, PyTorch and JAX on the
 * same card, one after the other, and what their figures are of each other. `--only` runs some of them and keeps what the
 * file has of the others.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gitCommit } from '../machine.ts'
import { type Comparison, type PeerFigure, summaryText } from './summary.ts'

const here = import.meta.dirname
const { values } = parseArgs({
  options: {
    gpus: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('../results/gpu.json', import.meta.url)) },
  },
})

const scratch = mkdtempSync(join(tmpdir(), 'tsukimi-gpu-'))
const torch = join(here, 'torch_reference.py')

/** Programs that write figures, by the name under which they are kept. */
const programs: Record<string, (json: string) => readonly string[]> = {
  tsukimi: (json) => [process.execPath, join(here, 'main.ts'), '--json', json],
  torch: (json) => [values.python, torch, '--json', json],
  jax: (json) => [
    values.python,
    join(here, 'jax_reference.py'),
    '--what',
    'fwdbwd',
    '--capacity',
    '1.25',
    '--json',
    json,
  ],
  decode: (json) => [process.execPath, join(here, 'main.ts'), '--what', 'decode', '--json', json],
  torchDecode: (json) => [
    values.python,
    torch,
    '--what',
    'decode',
    '--decode-variants',
    'static:batched_mm',
    '--json',
    json,
  ],
}
if (Number(values.gpus) > 1) {
  const mesh = (axis: string) => (json: string) => [
    process.execPath,
    join(here, 'main.ts'),
    '--what',
    'step',
    '--mesh',
    `${axis}=${values.gpus}`,
    '--sequences',
    String(4 * Number(values.gpus)),
    '--json',
    json,
  ]
  programs.alone = (json) => [process.execPath, join(here, 'main.ts'), '--what', 'step', '--json', json]
  programs.data = mesh('data')
  programs.expert = mesh('expert')
  programs.torchData = (json) => [
    'torchrun',
    '--nproc-per-node',
    values.gpus,
    torch,
    '--what',
    'step',
    '--compile',
    'layer',
    '--parallel',
    'ddp',
    '--json',
    json,
  ]
}

const before: Comparison = existsSync(values.out)
  ? JSON.parse(readFileSync(values.out, 'utf8'))
  : { commit: null, date: '', runs: {} }
const runs: Record<string, readonly PeerFigure[]> = { ...before.runs }
for (const name of values.only?.split(',') ?? Object.keys(programs)) {
  const json = join(scratch, `${name}.json`)
  const [command, ...args] = programs[name]?.(json) ?? []
  if (command === undefined)
    throw new Error(`--only ${name}: choose from ${Object.keys(programs).join(', ')}`)
  console.log(`\n== ${name}`)
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error || status !== 0) console.log(`${name} ended with ${error?.message ?? `code ${status}`}`)
  if (existsSync(json))
    runs[name] = (JSON.parse(readFileSync(json, 'utf8')) as { figures: PeerFigure[] }).figures
}
const comparison: Comparison = { commit: gitCommit(), date: new Date().toISOString().slice(0, 10), runs }
writeFileSync(values.out, `${JSON.stringify(comparison, null, 2)}\n`)
console.log(`\n${summaryText(comparison)}`)
