import { Command } from 'commander'
import { defaultLimits } from '../../agent/limits.ts'
import { engineOptions } from '../open-engine.ts'
import { nonNegative, positiveInteger, share, wholeNumber } from '../option-values.ts'
import type { ChatOptions } from '../run-chat.ts'

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** `tsukimi chat`: a conversation with a model that may call tools. */
export function chatCommand(): Command {
  const command = new Command('chat')
    .description('talk with a model that may call tools')
    .argument('[target]', 'a run, whose latest checkpoint is served here, or a checkpoint')
    .option('--base-url <url>', 'any OpenAI-compatible endpoint instead, with its path')
    .option('--model <name>', "the endpoint's name for the model; not needed where it has one only")
    .option('--api-key <key>', 'for the endpoint; the environment variable OPENAI_API_KEY without it')
    .option(
      '--prompt <text>',
      'ask this once and end; without it, and where nobody types, standard input is asked',
    )
    .option('--json', 'print messages and usage as JSON; asks once')
    .option('--system <text>', 'the system message')
    .option('--tools <file>', 'a .ts or .js module with tools; may be given several times', several, [])
    .option('--mcp <file>', 'a JSON file with MCP servers; may be given several times', several, [])
    .option('--world <file>', 'a JSON file with an application and its state, whose tools work on it')
    .option('--no-built-in-tools', 'leave out calculator and current_time')
    .option('--temperature <t>', 'of sampling', nonNegative)
    .option('--top-p <p>', 'share of the likeliest tokens to choose from', share)
    .option('--max-tokens <n>', 'most tokens of one answer', positiveInteger)
    .option('--seed <n>', 'of sampling', wholeNumber)
    .option(
      '--max-turns <n>',
      'most answers of the model to one question',
      positiveInteger,
      defaultLimits.turns,
    )
    .option('--max-calls <n>', 'most tool calls for one question', wholeNumber, defaultLimits.calls)
    .option('--time-limit <seconds>', 'for one question', nonNegative, defaultLimits.seconds)
    .option('--tool-timeout <seconds>', 'for one call', nonNegative, defaultLimits.toolSeconds)
    .action(async (target: string | undefined, options: ChatOptions) => {
      // The SDKs of endpoints and servers take a while to load, which other commands need not wait for.
      const { runChat } = await import('../run-chat.ts')
      await runChat(target, options)
    })
  for (const option of engineOptions()) command.addOption(option)
  return command
}
