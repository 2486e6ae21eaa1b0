import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { UserError } from '../user-error.ts'
import { chatCommand } from './commands/chat.ts'
import { devicesCommand } from './commands/devices.ts'
import { exportCommand } from './commands/export.ts'
import { generateCommand } from './commands/generate.ts'
import { infoCommand } from './commands/info.ts'
import { jobsCommand } from './commands/jobs.ts'
import { pretrainCommand } from './commands/pretrain.ts'
import { rephraseCommand } from './commands/rephrase.ts'
import { reportCommand } from './commands/report.ts'
import { serveCommand } from './commands/serve.ts'
import { sftCommand } from './commands/sft.ts'
import { speedrunCommand } from './commands/speedrun.ts'
import { synthCommand } from './commands/synth.ts'
import { trajectoriesCommand } from './commands/trajectories.ts'
import { verifyCommand } from './commands/verify.ts'
import { verifyVendorCommand } from './commands/verify-vendor.ts'
import { workerCommand } from './commands/worker.ts'

/** Every command, in the order of the help. */
const commands: readonly (() => Command)[] = [
  speedrunCommand,
  pretrainCommand,
  sftCommand,
  generateCommand,
  serveCommand,
  chatCommand,
  exportCommand,
  rephraseCommand,
  reportCommand,
  synthCommand,
  trajectoriesCommand,
  infoCommand,
  verifyCommand,
  verifyVendorCommand,
  devicesCommand,
  workerCommand,
  jobsCommand,
]

/** The same distance from here in `src` and in `dist`. */
const packageFile = new URL('../../package.json', import.meta.url)

function program(): Command {
  const { version, description } = JSON.parse(readFileSync(packageFile, 'utf8')) as Record<string, string>
  const root = new Command('tsukimi')
    .description(description ?? '')
    .version(version ?? '0', '-v, --version')
    .addHelpText('after', '\nExample:\n  $ tsukimi info k2')
    .exitOverride()
  for (const command of commands) root.addCommand(command().copyInheritedSettings(root))
  return root
}

/** Ends quietly when the reader of a pipe has seen enough, as `tsukimi info k2 | head -3` does. */
function exitOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

/**
 * Runs the command line.
 *
 * @param args without the names of Node and of the script.
 * @returns the exit code: 0 done, 1 the user's mistake (said on stderr), 2 ours (with the stack).
 */
export async function main(args: readonly string[]): Promise<number> {
  exitOnClosedPipe()
  try {
    const root = program()
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
