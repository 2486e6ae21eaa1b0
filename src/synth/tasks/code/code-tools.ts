import type { ToolDeclaration } from '../../../chat/messages.ts'

const text = (description: string) => ({ type: 'string', description })

const declared = (
  name: string,
  description: string,
  properties: Readonly<Record<string, ReturnType<typeof text>>>,
): ToolDeclaration => ({
  type: 'function',
  function: {
    name,
    description,
    parameters: {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  },
})

/** Tools of code tasks by their names. */
export const codeTools = {
  list_files: declared('list_files', 'The paths of all files of the workspace', {}),
  read_file: declared('read_file', 'The content of a file', { path: text('Path below the workspace') }),
  write_file: declared('write_file', 'Writes a file, in place of the one that is there', {
    path: text('Path below the workspace'),
    content: text('The whole content'),
  }),
  run_tests: declared('run_tests', 'Runs the tests of the task and tells which ones fail', {}),
  run_code: declared('run_code', "Runs a program in the workspace's language and tells what it prints", {
    code: text('The program; it can import the files of the workspace'),
  }),
  run_command: declared('run_command', 'Runs a shell command in the workspace', {
    command: text('A command for /bin/sh'),
  }),
} satisfies Record<string, ToolDeclaration>

export type CodeToolName = keyof typeof codeTools
