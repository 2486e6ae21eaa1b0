import type { Javascript } from '../../../agent/sandbox/javascript.ts'
import { pathParts } from '../../../agent/sandbox/work-path.ts'
import { UserError } from '../../../user-error.ts'
import type { Workspace } from './workspace.ts'

const [mostFiles, longestFile] = [200, 256 * 1024]
/** The module that a piece of code becomes, and what it exports for us. */
const [codeModule, codeFunction] = ['run-code.mjs', '__ran']

const checkedPath = (path: string): string => pathParts(path).join('/')

/** Files in memory, JavaScript in QuickJS: no processes, nothing to install. */
export function quickjsWorkspace(javascript: Javascript, given: Readonly<Record<string, string>>): Workspace {
  const files = new Map(Object.entries(given))
  return {
    sandbox: 'quickjs',
    list: async () => [...files.keys()].sort(),
    async read(path) {
      const found = files.get(checkedPath(path))
      if (found === undefined) throw new UserError(`cannot read ${path}: there is no such file`)
      return found
    },
    async write(path, content) {
      const normal = checkedPath(path)
      if (content.length > longestFile)
        throw new UserError(`cannot write ${path}: it has more than ${longestFile} characters`)
      if (!files.has(normal) && files.size >= mostFiles)
        throw new UserError(`cannot write ${path}: there are ${mostFiles} files already`)
      files.set(normal, content)
    },
    async call(cases) {
      const calls = cases.map(({ module, function: name, args }) => ({ module, name, args }))
      return javascript.run({ files: Object.fromEntries(files), calls }).outcomes
    },
    async runCode(code) {
      const { outcomes, output } = javascript.run({
        files: {
          ...Object.fromEntries(files),
          [codeModule]: `${code}\nexport function ${codeFunction}() {}`,
        },
        calls: [{ module: codeModule, name: codeFunction, args: [] }],
      })
      const [outcome] = outcomes
      return outcome!.ok
        ? { exitCode: 0, stdout: output, stderr: '' }
        : { exitCode: 1, stdout: output, stderr: outcome!.error }
    },
    [Symbol.asyncDispose]: async () => files.clear(),
  }
}
