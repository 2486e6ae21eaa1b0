import { html } from '../html.ts'
import { decimals, flopRate, moment } from '../number-text.ts'
import type { RunData } from '../run-data.ts'
import { definitions, type Section } from '../section.ts'

const joined = (...parts: readonly (string | false | null | undefined)[]): string | undefined =>
  parts.filter(Boolean).join(', ') || undefined

/** Quoted where a shell would take it apart. */
const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`

/** What it takes to do the run again: machine, versions, commit, command. */
export function provenanceSection({ summary }: RunData): Section | null {
  if (summary === null) return null
  const { machine = {}, engine = {}, git, version, command, startedAt, finishedAt } = summary
  const commandText = typeof command === 'string' ? command : command?.map(quoted).join(' ')
  const entries = [
    ['processor', joined(machine.cpu, machine.cores !== undefined && `${machine.cores} cores`)],
    ['memory', machine.memoryGiB === undefined ? undefined : `${decimals(machine.memoryGiB, 1)} GiB`],
    ['system', machine.platform],
    [
      'engine',
      joined(
        engine.name,
        typeof engine.threads === 'number' && `${engine.threads} thread${engine.threads === 1 ? '' : 's'}`,
        typeof engine.devices === 'number' &&
          `${engine.devices} accelerator${engine.devices === 1 ? '' : 's'}`,
        typeof engine.productRate === 'number' && `matrix product ${flopRate(engine.productRate)}`,
      ),
    ],
    [
      'versions',
      joined(
        version !== undefined && `tsukimi ${version}`,
        machine.node !== undefined && `Node ${machine.node.replace(/^v/, '')}`,
        machine.onnxruntime !== undefined && `ONNX Runtime ${machine.onnxruntime}`,
      ),
    ],
    [
      'commit',
      git?.commit === undefined ? undefined : git.commit.slice(0, 12) + (git.dirty ? ', with changes' : ''),
    ],
    ['started', startedAt === undefined ? undefined : moment(startedAt)],
    ['finished', finishedAt === undefined ? undefined : moment(finishedAt)],
  ] as const
  if (entries.every(([, value]) => value === undefined) && commandText === undefined) return null
  return {
    id: 'provenance',
    title: 'Machine and versions',
    body: html`${definitions(entries)}${commandText !== undefined && html`<pre>${commandText}</pre>`}`,
  }
}
