import { z } from 'zod'
import { blocks } from '../../chat/material-blocks.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import type { Application } from '../../world/application.ts'

export interface AgentInput {
  readonly application: Pick<Application, 'name' | 'description'>
  readonly tools: readonly { readonly name: string; readonly description?: string }[]
  /** What tells this agent from others with the same tools. */
  readonly traits: readonly string[]
}

export interface DesignedAgent {
  readonly role: string
  readonly system_prompt: string
}

const system = `You write the system prompt of an assistant that serves the users of one application through its tools.

It says, in the second person and in 80 to 250 words,
- who the assistant is and whom it serves: an organisation, a place in it, what it knows well;
- how it speaks and how much it asks before it acts;
- three to six rules of conduct that its tools make possible and that a reader of a conversation can check: what needs the user's consent, what is looked up before it is changed, what is refused, what is always told at the end.

Do not describe or list the tools: they are declared elsewhere. Do not promise anything that the tools cannot do. Keep to the traits that are given, without quoting them.`

/** Stage 2: persona, expertise and behaviour for a subset of tools. */
export const agentPrompt: VersionedPrompt<AgentInput, DesignedAgent> = {
  name: 'agent',
  version: 1,
  system,
  user: ({ application, tools, traits }) =>
    blocks({
      application: `${application.name}: ${application.description}`,
      tools: tools.map(({ name, description = '' }) => `${name}: ${description}`).join('\n'),
      traits: traits.join('\n'),
    }),
  schema: z.strictObject({
    role: z.string().min(1).describe('two to five words'),
    system_prompt: z.string().min(200).max(4000),
  }),
  temperature: 1,
  maxTokens: 2048,
}
