import type { CodeWorkspace } from '../../../world/task.ts'
import type { CodeValue, FunctionSpec } from './function-spec.ts'

/** How a language writes what tasks consist of. */
export interface WrittenLanguage {
  readonly nameOf: (words: readonly string[]) => string
  readonly path: (noun: string) => string
  /** A value as the language writes it. */
  readonly literal: (value: CodeValue) => string
  readonly call: (name: readonly string[], args: readonly string[]) => string
  /** A module of functions with their bodies. */
  readonly module: (functions: readonly (readonly [FunctionSpec, body: string])[]) => string
  /** The body of a function that is still to be written. */
  readonly unwritten: string
  /** Files that every workspace has. */
  readonly files: Readonly<Record<string, string>>
}

const camelCase = (words: readonly string[]): string =>
  words.map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('')
const snakeCase = (words: readonly string[]): string => words.join('_')

const indented = (text: string, by: string): string => text.replaceAll(/^(?=.)/gm, by)

function pythonLiteral(value: CodeValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${pythonLiteral(one)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}

const javascriptLiteral = (value: CodeValue): string =>
  JSON.stringify(value).replaceAll(
    /("(?:[^"\\]|\\.)*")|([,:])/g,
    (_, text?: string, mark?: string) => text ?? `${mark} `,
  )

export const languages: Readonly<Record<CodeWorkspace['language'], WrittenLanguage>> = {
  javascript: {
    nameOf: camelCase,
    path: (noun) => `src/${noun}.js`,
    literal: javascriptLiteral,
    call: (name, args) => `${camelCase(name)}(${args.join(', ')})`,
    module: (functions) =>
      functions
        .map(
          ([{ name, parameters }, body]) =>
            `export function ${camelCase(name)}(${parameters.join(', ')}) {\n${indented(body, '  ')}\n}\n`,
        )
        .join('\n'),
    unwritten: "throw new Error('to be written')",
    files: { 'package.json': '{ "type": "module" }\n' },
  },
  python: {
    nameOf: snakeCase,
    path: (noun) => `${noun}.py`,
    literal: pythonLiteral,
    call: (name, args) => `${snakeCase(name)}(${args.join(', ')})`,
    module: (functions) =>
      functions
        .map(
          ([{ name, parameters }, body]) =>
            `def ${snakeCase(name)}(${parameters.join(', ')}):\n${indented(body, '    ')}\n`,
        )
        .join('\n\n'),
    unwritten: "raise NotImplementedError('to be written')",
    files: {},
  },
}
