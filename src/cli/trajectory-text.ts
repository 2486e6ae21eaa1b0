import type { Trajectory, TrajectoryNode } from '../trajectory/trajectory.ts'
import { formatTable } from './table.ts'
import { harmless } from './terminal-text.ts'

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')

const settings = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')

/** What is known of a trajectory before its messages: rows of a name and a value. */
function headRows({ task, seed, environment, models, tools, labels, lineage }: Trajectory): string[][] {
  const modelText = Object.entries(models)
    .map(([role, { name, sampling = {} }]) => {
      const with_ = settings(sampling)
      return `${role}: ${name}${with_ === '' ? '' : ` (${with_})`}`
    })
    .join(', ')
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['task', `${task.id} of ${task.set}`],
    ['seed', String(seed)],
    ['environment', environment && `${environment.name} ${environment.version}`],
    ['models', modelText],
    ['labels', labels && settings(labels)],
    ['lineage', lineage && [lineage.stage, lineage.parent, ...lineage.keys].filter(Boolean).join(', ')],
    ['tools', tools.map((tool) => tool.function.name).join(', ')],
  ]
  return rows.filter(([, value]) => value).map(([name, value]) => [name, value!])
}

/** `[3] assistant, after [1] (12 tokens, 9 sampled)`. */
function nodeTitle({ author, message, parent, tokens }: TrajectoryNode, at: number): string {
  const role = author === message.role ? author : `${author} (${message.role})`
  const answers = message.role === 'tool' ? ` for ${message.toolCallId}` : ''
  const after = parent === at - 1 ? '' : parent < 0 ? ', a beginning' : `, after [${parent}]`
  const sampled = tokens?.sampled.reduce((sum, flag) => sum + flag, 0)
  return `[${at}] ${role}${answers}${after}${tokens ? ` (${tokens.ids.length} tokens, ${sampled} sampled)` : ''}`
}

function nodeText(node: TrajectoryNode, at: number): string {
  const { message, meta } = node
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  const lines = [
    ...(message.content === '' ? [] : [message.content]),
    ...calls.map((call) => `-> ${call.name} ${call.arguments} (${call.id})`),
    ...(meta === undefined || Object.keys(meta).length === 0 ? [] : [`{${settings(meta)}}`]),
  ]
  return [nodeTitle(node, at), ...lines.map(indented)].join('\n')
}

function outcomeText({ outcome }: Trajectory): string {
  if (outcome === undefined) return 'no outcome'
  const { reward, status, stop, fault, parts } = outcome
  const blame = fault === undefined ? '' : `, fault of: ${fault}`
  const title = `${status} (${stop}), ${reward === null ? 'not judged' : `reward ${reward}`}${blame}`
  const rows = parts.map(({ name, kind, score, passed, detail = '' }) => [
    passed ? 'passed' : 'failed',
    name,
    kind,
    String(score),
    detail,
  ])
  return rows.length === 0 ? title : `${title}\n${formatTable(rows, { indent: '  ' })}`
}

/** A trajectory to read: what it is, its messages, its outcome. */
export const trajectoryText = (trajectory: Trajectory): string =>
  harmless(
    [
      `${trajectory.id}\n${formatTable(headRows(trajectory), { indent: '  ' })}`,
      ...trajectory.nodes.map(nodeText),
      outcomeText(trajectory),
    ].join('\n\n'),
  )
