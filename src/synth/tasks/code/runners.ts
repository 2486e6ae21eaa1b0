import type { CodeWorkspace } from '../../../world/task.ts'

/**
 * Programs that call the functions of a workspace inside a sandbox. They read a mark and the calls from stdin and write
 * a line with the mark for each call. Code under test can write such lines, too, but it does not know what is expected.
 */
const javascript = `
import { readFileSync, writeSync } from 'node:fs'
const { mark, calls } = JSON.parse(readFileSync(0, 'utf8'))
const { stringify } = JSON
const tell = (index, outcome) => writeSync(1, '\\n' + mark + stringify({ index, ...outcome }) + '\\n')
for (const [index, { module, name, args }] of calls.entries()) {
  try {
    const found = (await import('/work/' + module))[name]
    if (typeof found !== 'function') throw new Error(module + ' exports no function ' + name)
    tell(index, { ok: true, value: await found(...args) })
  } catch (error) {
    tell(index, { ok: false, error: String(error).slice(0, 2000) })
  }
}
process.exit(0)
`

const python = `
import importlib, json, os, sys
given = json.loads(sys.stdin.read())
mark, calls = given['mark'], given['calls']
dumps, write = json.dumps, os.write
sys.path.insert(0, '/work')
def tell(index, **outcome):
    line = dumps({'index': index, **outcome}, allow_nan=False)
    write(1, ('\\n' + mark + line + '\\n').encode())
for index, call in enumerate(calls):
    try:
        name = call['module'].removesuffix('.py').replace('/', '.')
        found = getattr(importlib.import_module(name), call['name'], None)
        if not callable(found):
            raise LookupError(call['module'] + ' has no function ' + call['name'])
        tell(index, ok=True, value=found(*call['args']))
    except BaseException as error:
        tell(index, ok=False, error=(type(error).__name__ + ': ' + str(error))[:2000])
sys.stdout.flush()
os._exit(0)
`

export interface LanguageRunner {
  /** Runs the calls that come on stdin. */
  readonly calls: readonly string[]
  /** Runs a piece of code. */
  readonly code: (code: string) => readonly string[]
}

const node = ['node', '--max-old-space-size=256', '--input-type=module', '-e']

export const runners = {
  javascript: { calls: [...node, javascript], code: (code) => [...node, code] },
  python: {
    calls: ['/usr/bin/python3', '-B', '-I', '-c', python],
    code: (code) => ['/usr/bin/python3', '-B', '-c', code],
  },
} satisfies Record<CodeWorkspace['language'], LanguageRunner>
