import { basename, resolve } from 'node:path'
import { Command } from 'commander'
import { parameterSpecs } from '../../nn/parameters.ts'
import { openTrajectoryLog } from '../../trajectory/trajectory-log.ts'
import { UserError } from '../../user-error.ts'
import { onInterrupt } from '../interruption.ts'
import { loadTrainedModel } from '../load-trained-model.ts'
import { chosenEngine, type EngineOptions, engineOptions, openEngine } from '../open-engine.ts'
import { openScheduler } from '../open-scheduler.ts'
import { nonNegative, portNumber, positiveInteger, positiveNumber } from '../option-values.ts'
import { serveUntilStopped } from '../serve-until-stopped.ts'
import { serverKeys } from '../server-keys.ts'

interface ServeOptions extends EngineOptions {
  readonly host: string
  readonly port: number
  readonly apiKey?: readonly string[]
  readonly modelName?: readonly string[]
  readonly maxBatch?: number
  readonly memory?: number
  readonly maxQueue?: number
  readonly rateLimit?: number
  readonly timeout: number
  readonly bodyLimit: number
  readonly corsOrigin?: readonly string[]
  readonly grace: number
  readonly logTrajectories?: string
  readonly internal?: true
  readonly internalKey?: readonly string[]
}

const gibibyte = 2 ** 30
const mebibyte = 2 ** 20

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const warn = (line: string): void => say(`warning: ${line}`)

const report = (error: unknown): void =>
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))

async function run(directory: string, options: ServeOptions): Promise<void> {
  const apiKeys = serverKeys(options.apiKey ?? [], process.env.TSUKIMI_API_KEYS)
  const internalKeys = serverKeys(options.internalKey ?? [], process.env.TSUKIMI_INTERNAL_KEYS)
  if (options.internalKey !== undefined && !options.internal)
    throw new UserError('--internal-key: there is nothing that it opens; add --internal, or leave it out')
  await using log =
    options.logTrajectories === undefined ? undefined : await openTrajectoryLog(options.logTrajectories)
  const model = await loadTrainedModel(directory)
  for (const warning of model.warnings) warn(warning)
  const { host, port, rateLimit, memory, maxBatch, maxQueue } = options
  const engineChoice = chosenEngine(options)
  const engine = await openEngine(engineChoice)
  try {
    const scheduler = openScheduler(engine, model, engineChoice, {
      ...(maxBatch !== undefined && { maxBatch }),
      ...(memory !== undefined && { memoryBytes: memory * gibibyte }),
      ...(maxQueue !== undefined && { maxQueue }),
    })
    try {
      using interruption = onInterrupt(
        `Finishing the answers under way, for ${options.grace} s at most (Ctrl-C again ends at once) ...`,
      )
      await serveUntilStopped(
        {
          tokenizer: model.tokenizer,
          scheduler,
          ...(options.internal && { internal: { parameters: parameterSpecs(model.config) } }),
          ...(log && { recording: { log, warn } }),
          ...(model.style && { template: model.style }),
          modelNames: options.modelName ?? [basename(resolve(directory))],
        },
        {
          settings: {
            host,
            port,
            apiKeys,
            internalKeys,
            rateLimit: rateLimit === undefined ? null : { requestsPerMinute: rateLimit },
            answerTimeoutMs: options.timeout * 1000,
            bodyLimitBytes: Math.ceil(options.bodyLimit * mebibyte),
            corsOrigins: options.corsOrigin ?? [],
            onError: report,
          },
          graceSeconds: options.grace,
          signal: interruption.signal,
          print: (line) => process.stdout.write(`${line}\n`),
          warn,
        },
      )
    } finally {
      await scheduler.close()
    }
  } finally {
    engine[Symbol.dispose]()
  }
}

/** `tsukimi serve`: a trained model for clients of OpenAI's and Anthropic's APIs, and a page to chat on. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('serve a trained model: OpenAI and Anthropic APIs, and a page to chat on')
    .argument('<directory>', 'a run, whose latest checkpoint is taken, or a checkpoint')
    .option('--host <address>', 'address to listen on; others than this machine need keys', '127.0.0.1')
    .option('--port <n>', '0 is any that is free', portNumber, 8000)
    .option(
      '--api-key <key>',
      'clients must send it; again for more of them, or TSUKIMI_API_KEYS=a,b in the environment',
      collected,
    )
    .option(
      '--model-name <name>',
      "what clients ask for; again for aliases; the directory's name without it",
      collected,
    )
    .option('--max-batch <n>', 'most texts that are generated at once', positiveInteger)
    .option('--memory <gib>', 'for the latent cache', positiveNumber)
    .option('--max-queue <n>', 'most requests that wait; more are told to come again', positiveInteger)
    .option('--rate-limit <n>', 'requests a minute for each key, or address without keys', positiveNumber)
    .option('--timeout <s>', 'seconds that an answer may take', positiveNumber, 600)
    .option('--body-limit <mib>', 'largest request', positiveNumber, 8)
    .option(
      '--cors-origin <origin>',
      'whose pages browsers let ask; again for more of them; * is any',
      collected,
    )
    .option('--grace <s>', 'seconds that answers have to finish after Ctrl-C', nonNegative, 30)
    .option(
      '--log-trajectories <file>',
      'append every chat answer to this trajectory file (.jsonl): it keeps what people write',
    )
    .option(
      '--internal',
      'also /v1/internal for whoever trains the model: token ids, log-probs, pause, new weights',
    )
    .option(
      '--internal-key <key>',
      'must be sent there instead of an --api-key; again for more of them, or TSUKIMI_INTERNAL_KEYS=a,b',
      collected,
    )
    .addHelpText(
      'after',
      `
Example:
  $ tsukimi serve runs/nano
  $ curl http://127.0.0.1:8000/v1/chat/completions -H 'content-type: application/json' \\
      -d '{"model": "nano", "messages": [{"role": "user", "content": "Hello"}]}'`,
    )
    .action(run)
  for (const option of engineOptions()) command.addOption(option)
  return command
}
