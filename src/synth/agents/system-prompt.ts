import type { Draws } from '../../draws.ts'

export interface PromptParts {
  readonly opening: string
  readonly expertise: string
  readonly audience: string
  readonly rules: readonly string[]
}

const headings = ['Rules', 'House rules', 'How you work', 'Please observe', 'Policy', 'Ground rules'] as const

type Layout = (parts: PromptParts, heading: string) => string

/** System messages as people write them. */
const layouts: readonly Layout[] = [
  ({ opening, expertise, audience, rules }) => `${opening} ${expertise} ${audience}\n\n${rules.join(' ')}`,
  ({ opening, expertise, audience, rules }, heading) =>
    `${opening}\n\n${expertise} ${audience}\n\n${heading}:\n${rules.map((rule) => `- ${rule}`).join('\n')}`,
  ({ opening, expertise, audience, rules }, heading) =>
    `# Role\n${opening}\n\n# Background\n${expertise}\n${audience}\n\n# ${heading}\n${rules.map((rule, i) => `${i + 1}. ${rule}`).join('\n')}`,
  ({ opening, expertise, rules }) => `${opening} ${expertise}\n${rules.join('\n')}`,
  ({ opening, audience, rules }, heading) =>
    `${heading}\n${rules.map((rule, i) => `${i + 1}) ${rule}`).join('\n')}\n\n${opening} ${audience}`,
  ({ opening, expertise, audience, rules }) => [opening, audience, ...rules, expertise].join(' '),
]

export const systemPrompt = (parts: PromptParts, draw: Draws): string =>
  draw.pick(layouts)(parts, draw.pick(headings))
