import { type Draws, draws } from '../../../draws.ts'
import type { CodeWorkspace, PlanStep, Task } from '../../../world/task.ts'
import { algorithmFamilies } from './algorithms.ts'
import { type CodeCase, writeCodeTests } from './code-tests.ts'
import { type CodeToolName, codeTools } from './code-tools.ts'
import { nouns, openings, personas, systemPrompts } from './code-words.ts'
import type { FunctionFamily, FunctionSpec } from './function-spec.ts'
import { languages, type WrittenLanguage } from './languages.ts'
import { numberPipeline, textPipeline } from './pipelines.ts'

export interface CodeTaskOptions {
  readonly seed: number
  readonly index: number
  readonly language: CodeWorkspace['language']
}

export interface CodeTask {
  readonly task: Task
  /** Files of a solution that is wrong: the tests must refuse it. */
  readonly wrong: Readonly<Record<string, string>>
}

/** By difficulty, from 1: of how many functions a task is made, and of which kinds they can be. */
const levels: readonly (readonly FunctionFamily[])[][] = [
  [[numberPipeline(1), textPipeline(1)]],
  [[numberPipeline(2), textPipeline(2)]],
  [[...algorithmFamilies, numberPipeline(3), textPipeline(3)]],
  [algorithmFamilies, [numberPipeline(3), textPipeline(3), numberPipeline(4)]],
]

const difficulties = [1, 2, 2, 2, 3, 3, 3, 4, 4, 4]

function functionsOf(draw: Draws, difficulty: number): readonly FunctionSpec[] {
  return levels[difficulty - 1]!.map((families) => draw.pick(families)(draw))
}

/** As the task's text shows it, with an example of a call. */
function description(spec: FunctionSpec, at: number, { call, literal }: WrittenLanguage): string {
  const rules = spec.rules.map((rule, n) => `${n + 1}. ${rule}`).join('\n')
  const example = spec.cases[at]!
  return `\`${call(spec.name, spec.parameters)}\` is given ${spec.given}:\n${rules}\nFor example, \`${call(spec.name, example.args.map(literal))}\` gives \`${literal(example.expected)}\`.`
}

const casesOf = (
  spec: FunctionSpec,
  module: string,
  { nameOf, call, literal }: WrittenLanguage,
): CodeCase[] =>
  spec.cases.map(({ args, expected }) => ({
    name: call(spec.name, args.map(literal)),
    module,
    function: nameOf(spec.name),
    args,
    expected,
  }))

/** Reads what is there, looks at the tests where something is to be repaired, writes, tests, tells. */
function oracleOf(
  path: string,
  content: string,
  kind: 'implement' | 'fix',
  done: string,
): readonly PlanStep[] {
  const step = (tool: CodeToolName, args: Readonly<Record<string, string>> = {}): PlanStep => ({
    calls: [{ tool, arguments: args }],
  })
  return [
    step('read_file', { path }),
    ...(kind === 'fix' ? [step('run_tests')] : []),
    step('write_file', { path, content }),
    step('run_tests'),
    { say: done },
  ]
}

/**
 * A task to write functions, or to repair one that is wrong, with hidden tests, a solution and a wrong solution. It is
 * a function of its options alone. `proveCodeTask` executes it.
 */
export function generateCodeTask({ seed, index, language }: CodeTaskOptions): CodeTask {
  const written = languages[language]
  const draw = draws(seed, 'code', language, index)
  const difficulty = draw.pick(difficulties)
  const specs = functionsOf(draw, difficulty)
  const kind = draw.chance(0.5) ? 'implement' : 'fix'
  const path = written.path(draw.pick(nouns))
  const broken = draw.integer(0, specs.length - 1)
  const solution = written.module(specs.map((spec) => [spec, spec.body[language]]))
  const wrong = written.module(
    specs.map((spec, at) => [spec, at === broken ? spec.wrong[language] : spec.body[language]]),
  )
  const stub = written.module(specs.map((spec) => [spec, written.unwritten]))
  const names = specs.map(({ name }) => written.nameOf(name)).join(' and ')
  const text = [
    draw.pick(openings[kind]).replaceAll('{path}', path).replaceAll('{names}', names),
    ...specs.map((spec) => description(spec, draw.integer(0, spec.cases.length - 1), written)),
  ].join('\n\n')
  const tools = (Object.keys(codeTools) as CodeToolName[]).filter(
    (name) => name !== 'run_command' || language === 'python',
  )
  const done =
    kind === 'fix'
      ? `${path} is repaired: ${names} now as you described, and all tests pass.`
      : `I wrote ${names} in ${path}. All tests pass.`
  const task: Task = {
    version: 1,
    id: `code-${language}-${seed}-${index}`,
    family: 'code',
    difficulty,
    seed,
    agent: { id: 'coder', systemPrompt: draw.pick(systemPrompts), tools },
    user: { persona: draw.pick(personas), goal: text, moves: [{ when: 'first', text }] },
    application: {
      name: 'workspace',
      domain: 'software',
      description: 'Files of a small program, with tests',
      tables: [],
      tools: tools.map((name) => ({ declaration: codeTools[name] })),
    },
    state: {},
    failures: [],
    rubric: {
      success: [{ name: 'tests pass', check: { kind: 'tests' } }],
      pattern: [
        { name: 'the tests were run', check: { kind: 'called', tool: 'run_tests' } },
        { name: 'read before written', check: { kind: 'order', first: 'read_file', second: 'write_file' } },
      ],
      checkpoints: [{ name: 'something was written', check: { kind: 'called', tool: 'write_file' } }],
      judged: [],
    },
    oracle: oracleOf(path, solution, kind, done),
    code: {
      language,
      files: { ...written.files, [path]: kind === 'fix' ? wrong : stub },
      tests: writeCodeTests(specs.flatMap((spec) => casesOf(spec, path, written))),
    },
  }
  return { task, wrong: { [path]: wrong } }
}
