import { z } from 'zod'
import { readJsonLines } from '../../files/json-lines.ts'
import { writeJsonLines } from '../../files/write-json-lines.ts'
import { parseAs } from '../../schema-error.ts'
import type { Agent } from './agent.ts'

/** An agent as it stands in a file, whoever made it. */
const agentSchema: z.ZodType<Agent> = z.strictObject({
  id: z.string().min(1),
  domain: z.string().min(1),
  applications: z.array(z.string().min(1)).min(1),
  persona: z.string(),
  expertise: z.string(),
  policy: z.array(z.string()),
  systemPrompt: z.string().min(1).nullable(),
  tools: z.array(z.string().min(1)).refine((names) => new Set(names).size === names.length, {
    message: 'expected tools that differ',
  }),
})

/** The agents of a file with one on each line, `agents.jsonl`. @throws UserError naming file and line */
export async function* readAgents(path: string): AsyncGenerator<Agent> {
  for await (const { line, value } of readJsonLines(path))
    yield parseAs(agentSchema, value, `${path}:${line}`)
}

/**
 * Writes agents as they come, one on each line; the file appears whole or not at all.
 *
 * @returns how many there were
 * @throws UserError where the file system refuses
 */
export const writeAgents = (path: string, agents: Iterable<Agent> | AsyncIterable<Agent>): Promise<number> =>
  writeJsonLines(path, agents)
