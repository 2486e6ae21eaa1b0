import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { UserError } from '../user-error.ts'

/** Every command, in the order of the help. Only what is called for is loaded. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  speedrun: async () => (await import('./commands/speedrun.ts')).speedrunCommand(),
  pretrain: async () => (await import('./commands/pretrain.ts')).pretrainCommand(),
  sft: async () => (await import('./commands/sft.ts')).sftCommand(),
  generate: async () => (await import('./commands/generate.ts')).generateCommand(),
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  chat: async () => (await import('./commands/chat.ts')).chatCommand(),
  export: async () => (await import('./commands/export.ts')).exportCommand(),
  rephrase: async () => (await import('./commands/rephrase.ts')).rephraseCommand(),
  report: async () => (await import('./commands/report.ts')).reportCommand(),
  synth: async () => (await import('./commands/synth.ts')).synthCommand(),
  trajectories: async () => (await import('./commands/trajectories.ts')).trajectoriesCommand(),
  info: async () => (await import('./commands/info.ts')).infoCommand(),
  verify: async () => (await import('./commands/verify.ts')).verifyCommand(),
  'verify-vendor': async () => (await import('./commands/verify-vendor.ts')).verifyVendorCommand(),
  devices: async () => (await import('./commands/devices.ts')).devicesCommand(),
  worker: async () => (await import('./commands/worker.ts')).workerCommand(),
  jobs: async () => (await import('./commands/jobs.ts')).jobsCommand(),
}

/** The same distance from here in `src` and in `dist`. */
const packageFile = new URL('../../package.json', import.meta.url)

/** The one that is named first, or all of them, for help and for suggestions. */
const named = ([first]: readonly string[]): (() => Promise<Command>)[] =>
  first !== undefined && Object.hasOwn(commands, first) ? [commands[first]!] : Object.values(commands)

async function program(args: readonly string[]): Promise<Command> {
  const { version, description } = JSON.parse(readFileSync(packageFile, 'utf8')) as Record<string, string>
  const root = new Command('tsukimi')
    .description(description ?? '')
    .version(version ?? '0', '-v, --version')
    .addHelpText('after', '\nExample:\n  $ tsukimi info k2')
    .exitOverride()
  for (const command of await Promise.all(named(args).map((load) => load())))
    root.addCommand(command.copyInheritedSettings(root))
  return root
}

/** Ends quietly when the reader of a pipe has seen enough, as `tsukimi info k2 | head -3` does. */
function exitOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

/**
 * Runs the command line.
 *
 * @param args without the names of Node and of the script.
 * @returns the exit code: 0 done, 1 the user's mistake (said on stderr), 2 ours (with the stack).
 */
export async function main(args: readonly string[]): Promise<number> {
  if (!process.stdout.listeners('error').includes(exitOnClosedPipe))
    process.stdout.on('error', exitOnClosedPipe)
  try {
    const root = await program(args)
    if (args.length === 0) root.outputHelp()
    else await root.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // Commander has printed its own.
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof UserError) {
      process.stderr.write(`error: ${error.message}\n`)
      return 1
    }
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return 2
  }
}
