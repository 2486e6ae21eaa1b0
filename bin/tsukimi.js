#!/usr/bin/env node
// Plain JavaScript, because it must also start under a Node that cannot run the TypeScript beside it.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/cli/main.js', import.meta.url)

/** From 22.18 and 23.6 on Node strips types unasked. */
const stripsTypes = Boolean(process.features.typescript)

/** The Node that the `node` package brings, if it is installed and not the one that runs this. */
function packagedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const path = realpathSync(join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'))
    return path === realpathSync(process.execPath) ? undefined : path
  } catch {
    return undefined
  }
}

/** Runs this file again under another Node, and ends as that one ends. */
function rerunUnder(node) {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const child = spawn(node, args, { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes already; a second one would mean "stop at once".
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
  const forward = (signal) => {
    if (signal !== 'SIGINT' || !onTerminal) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error) => {
    process.stderr.write(`error: cannot start ${node}: ${error.message}\n`)
    process.exit(2)
  })
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward)
    if (signal !== null) process.kill(process.pid, signal)
    else process.exit(code ?? 2)
  })
}

/** Type stripping is what this program is meant to run by; the rest of Node's warnings stay. */
function silenceTypeStrippingWarning() {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('Type Stripping is an experimental feature'))
      emitWarning(warning, ...rest)
  }
}

/** Between starts, in the user's cache; an older Node has no such thing, and some users have no home. */
function keepCompiledModules() {
  try {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
    module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? join(cache, 'tsukimi', 'node'))
  } catch {}
}

async function run(program) {
  keepCompiledModules()
  const { main } = await import(program.href)
  process.exitCode = await main(process.argv.slice(2))
}

const other = stripsTypes ? undefined : packagedNode()
if (other !== undefined) {
  rerunUnder(other)
} else if (stripsTypes && existsSync(source)) {
  // Before dist/, which in a checkout may be older than the sources.
  silenceTypeStrippingWarning()
  await run(source)
} else if (existsSync(built)) {
  await run(built)
} else {
  process.stderr.write(
    existsSync(source)
      ? `error: tsukimi needs Node 22.18 or newer, and this is ${process.version}. ` +
          'Run `npm ci` in its directory, which installs one, or install a newer Node.\n'
      : 'error: this installation of tsukimi is incomplete: dist/ is missing. Install the package again.\n',
  )
  process.exitCode = 1
}
