import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readJson, writeJson } from '../files/json-file.ts'
import { parseAs } from '../schema-error.ts'
import type { ChatStyle } from './chat-example.ts'

/** Beside a checkpoint's tokenizer: how conversations were written when it was trained. */
export const chatConfigFile = 'chat_config.json'

const schema = z.looseObject({
  tool_style: z.enum(['json', 'sorted-json', 'typescript']),
  default_system: z.string().nullable(),
})

export const writeChatConfig = (directory: string, { toolStyle, defaultSystem }: ChatStyle): Promise<void> =>
  writeJson(join(directory, chatConfigFile), { tool_style: toolStyle, default_system: defaultSystem })

/** Undefined where a checkpoint does not say. @throws UserError for a file that is damaged */
export async function readChatConfig(directory: string): Promise<ChatStyle | undefined> {
  const path = join(directory, chatConfigFile)
  if (!existsSync(path)) return undefined
  const { tool_style, default_system } = parseAs(schema, await readJson(path), path)
  return { toolStyle: tool_style, defaultSystem: default_system }
}
