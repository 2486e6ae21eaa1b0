/** How long sandboxes, scripts and code tasks take: `node bench/sandboxes.ts`. */
import { openBubblewrap } from '../src/agent/sandbox/bubblewrap.ts'
import { openJavascript } from '../src/agent/sandbox/javascript.ts'
import { generateCodeTask } from '../src/synth/tasks/code/generate-code-task.ts'
import { proveCodeTask } from '../src/synth/tasks/code/prove-code-task.ts'

async function times(what: string, count: number, work: () => unknown): Promise<void> {
  const taken: number[] = []
  for (let i = 0; i < count; i++) {
    const started = performance.now()
    await work()
    taken.push(performance.now() - started)
  }
  taken.sort((a, b) => a - b)
  const [least, median] = [taken[0]!, taken[count >> 1]!].map((ms) => `${ms.toFixed(2)} ms`)
  console.log(`${what}: least ${least}, median ${median}`)
}

using javascript = openJavascript()
await using bubblewrap = await openBubblewrap()
await using sandbox = await bubblewrap.sandbox()

await times('new sandbox', 20, async () => (await bubblewrap.sandbox()).close())
await times('true in it', 20, () => sandbox.exec(['true']))
await times('Node in it', 20, () => sandbox.exec(['node', '-e', '1']))
if (bubblewrap.python !== undefined)
  await times('Python in it', 20, () => sandbox.exec([bubblewrap.python!, '-c', '1']))
const script = '(args, state) => ({ result: args.by + state.n, state: { n: state.n + 1 } })'
await times('script in QuickJS', 500, () => javascript.runScript(script, { by: 2 }, { n: 3 }))

let index = 0
const next = (language: 'javascript' | 'python') => generateCodeTask({ seed: 7, index: index++, language })
await times('task generated', 300, () => next('javascript'))
await times('task proved in QuickJS', 100, () => proveCodeTask(next('javascript'), { javascript }))
await times('task proved with Node in bubblewrap', 15, () =>
  proveCodeTask(next('javascript'), { bubblewrap }),
)
if (bubblewrap.python !== undefined)
  await times('task proved with Python in bubblewrap', 15, () =>
    proveCodeTask(next('python'), { bubblewrap }),
  )
