import { basename, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { writeOpenAiMessage } from '../../chat/write-openai-messages.ts'
import { readOpenAiChats } from '../../trajectory/openai-chat.ts'
import { readTrajectories } from '../../trajectory/read-trajectories.ts'
import type { NodeTokens, Trajectory } from '../../trajectory/trajectory.ts'
import { writeOpenAiChats } from '../../trajectory/write-openai-chats.ts'
import { writeTrajectories } from '../../trajectory/write-trajectories.ts'
import { UserError } from '../../user-error.ts'
import { share, wholeNumber } from '../option-values.ts'
import { surveyTrajectories } from '../survey-trajectories.ts'
import { trajectorySurveyText } from '../trajectory-survey-text.ts'
import { trajectoryText } from '../trajectory-text.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

interface ShowOptions {
  readonly index?: number
  readonly id?: string
  readonly json?: true
}

async function chosen(file: string, { index = 0, id }: ShowOptions): Promise<Trajectory> {
  let count = 0
  for await (const trajectory of readTrajectories(file, { mayEndTorn: true })) {
    if (id === undefined ? count === index : trajectory.id === id) return trajectory
    count++
  }
  throw new UserError(
    id === undefined
      ? `${file}: no trajectory ${index}; it has ${count}, and --index counts from 0`
      : `${file}: none of its ${count} trajectories has the id ${JSON.stringify(id)}`,
  )
}

const tokenLists = ({ ids, sampled, logProbs, weightVersions }: NodeTokens) => ({
  ids: Array.from(ids),
  sampled: Array.from(sampled),
  ...(logProbs && { log_probs: Array.from(logProbs) }),
  weight_versions: Array.from(weightVersions),
})

/** As in its file, with its tokens in it. */
const trajectoryJson = (trajectory: Trajectory) => ({
  ...trajectory,
  nodes: trajectory.nodes.map(({ tokens, message, ...node }) => ({
    ...node,
    message: {
      ...writeOpenAiMessage(message),
      ...(message.role === 'assistant' && message.tokenIds && { token_ids: message.tokenIds }),
    },
    ...(tokens && { tokens: tokenLists(tokens) }),
  })),
})

async function show(file: string, options: ShowOptions): Promise<void> {
  const trajectory = await chosen(file, options)
  print(options.json ? JSON.stringify(trajectoryJson(trajectory), null, 2) : trajectoryText(trajectory))
}

interface ConvertOptions {
  readonly from?: 'openai'
  readonly to?: 'openai'
  readonly out: string
  readonly keepIds?: true
  readonly json?: true
}

async function convert(file: string, { from, to, out, keepIds, json }: ConvertOptions): Promise<void> {
  if ((from === undefined) === (to === undefined))
    throw new UserError('give either --from openai, to read chats, or --to openai, to write them')
  if (keepIds && from === undefined) throw new UserError('--keep-ids is for --from openai; leave it out')
  if (resolve(file) === resolve(out))
    throw new UserError(`--out: ${out} is the file that is read; give another`)
  if (from !== undefined) {
    const set = basename(file).replace(/\.jsonl$/, '')
    const trajectories = await writeTrajectories(
      out,
      readOpenAiChats(file, { set, ...(keepIds && { keepIds }) }),
    )
    print(json ? JSON.stringify({ out, trajectories }) : `${trajectories} trajectories written to ${out}`)
    return
  }
  const written = await writeOpenAiChats(out, readTrajectories(file))
  const { trajectories, chats } = written
  print(
    json
      ? JSON.stringify({ out, ...written })
      : `${chats} chats of ${trajectories} trajectories written to ${out}`,
  )
}

interface SummaryOptions {
  readonly nearDuplicates?: true | number
  readonly evaluation?: readonly string[]
  readonly json?: true
}

/** As in synthesis (docs/synthesis.md). */
const usualThreshold = 0.8

async function summary(file: string, { nearDuplicates, json, ...options }: SummaryOptions): Promise<void> {
  const threshold = nearDuplicates === true ? usualThreshold : nearDuplicates
  const survey = await surveyTrajectories(file, {
    ...options,
    ...(threshold !== undefined && { nearDuplicates: threshold }),
  })
  print(json ? JSON.stringify(survey, null, 2) : trajectorySurveyText(survey))
}

const summaryCommand = (): Command =>
  new Command('summary')
    .description('count messages, calls, tokens, outcomes; find near-duplicates and contamination')
    .argument('<file>', 'a trajectory file (JSONL)')
    .option(
      '--near-duplicates [similarity]',
      `find trajectories that are like an earlier one; ${usualThreshold} without a number`,
      share,
    )
    .option(
      '--evaluation <file>',
      'find stretches of this evaluation set (tasks, trajectories, chats or texts, JSONL); again for more',
      (path: string, before: readonly string[] = []) => [...before, path],
    )
    .option('--json', 'print JSON, with the lengths as histograms')
    .exitOverride()
    .action(summary)

const showCommand = (): Command =>
  new Command('show')
    .description('print a trajectory: what it is, its messages, its outcome')
    .argument('<file>', 'a trajectory file (JSONL)')
    .option('--index <n>', 'which one, from 0; the first without it', wholeNumber)
    .addOption(new Option('--id <id>', 'the one with this id').conflicts('index'))
    .option('--json', 'print JSON, with its tokens')
    .exitOverride()
    .action(show)

const convertCommand = (): Command =>
  new Command('convert')
    .description("turn a trajectory file into OpenAI's chat JSONL, or the other way")
    .argument('<file>', 'what to read')
    .addOption(
      new Option('--from <format>', 'what it is, where it is no trajectory file').choices(['openai']),
    )
    .addOption(
      new Option('--to <format>', 'what to write, a line for each end of a trajectory').choices(['openai']),
    )
    .requiredOption('--out <file>', 'what to write to')
    .option(
      '--keep-ids',
      "with --from, leave the calls' ids as they are; else they become functions.{name}:{n}",
    )
    .option('--json', 'print JSON')
    .exitOverride()
    .action(convert)

/** `tsukimi trajectories`: looks at, counts and converts files of trajectories. */
export const trajectoriesCommand = (): Command =>
  new Command('trajectories')
    .description('look at, count and convert files of trajectories')
    .addCommand(showCommand())
    .addCommand(summaryCommand())
    .addCommand(convertCommand())
    .addHelpText(
      'after',
      '\nExamples:\n  $ tsukimi trajectories show kept.jsonl --index 3\n  $ tsukimi trajectories summary kept.jsonl --near-duplicates --evaluation tasks.jsonl\n  $ tsukimi trajectories convert kept.jsonl --to openai --out chats.jsonl',
    )
