import type { Draws } from '../../../draws.ts'
import { isSameValue } from './code-tests.ts'
import type { CodeValue, FunctionFamily, FunctionSpec } from './function-spec.ts'
import { numberEnds, numberSteps } from './number-steps.ts'
import { textEnds, textSteps } from './text-steps.ts'

/** A step of a function: in words, in each language, and as it is computed here. */
export interface Step<Input, Output = Input> {
  /** A word for the function's name. */
  readonly verb: string
  readonly rule: string
  readonly javascript: string
  readonly python: string
  readonly apply: (value: Input) => Output
}

interface Kind<Input> {
  readonly parameter: string
  readonly given: string
  readonly steps: readonly ((draw: Draws) => Step<Input>)[]
  readonly ends: readonly ((draw: Draws) => Step<Input, unknown>)[]
  readonly input: (draw: Draws) => Input
  readonly empty: Input
}

const caseCount = 8
/** How often other inputs are drawn to show a mistake before another mistake is taken. */
const mistakeTries = 24

const computed = <Input>(steps: readonly Step<Input>[], end: Step<Input, unknown>, input: Input): CodeValue =>
  end.apply(steps.reduce((value, step) => step.apply(value), input)) as CodeValue

const bodyOf = (steps: readonly Step<never, unknown>[]) => ({
  javascript: steps.map(({ javascript }) => javascript).join('\n'),
  python: steps.map(({ python }) => python).join('\n'),
})

/** Steps with a mistake: one left out, two swapped, one taken twice. */
const mistakes = <T>(steps: readonly T[]): readonly (readonly T[])[] => [
  ...steps.map((_, at) => steps.toSpliced(at, 1)),
  ...steps.slice(1).map((_, at) => steps.toSpliced(at, 2, steps[at + 1]!, steps[at]!)),
  ...steps.map((step, at) => steps.toSpliced(at, 0, step)),
]

/** Draws steps until each of them matters and a mistake in them shows in the cases. */
function pipeline<Input>(draw: Draws, kind: Kind<Input>, length: number): FunctionSpec {
  for (;;) {
    const steps = draw.sample(kind.steps, length).map((step) => step(draw))
    const end = draw.pick(kind.ends)(draw)
    const inputs = [kind.empty, ...Array.from({ length: mistakeTries }, () => kind.input(draw))]
    const shows = (wrong: readonly Step<Input>[]) =>
      inputs.filter((input) => !isSameValue(computed(wrong, end, input), computed(steps, end, input)))
    const everyStepMatters = steps.every((_, at) => shows(steps.toSpliced(at, 1)).length > 0)
    const found = mistakes(steps).filter((wrong) => shows(wrong).length > 0 && isRunnable(wrong))
    if (!everyStepMatters || found.length === 0 || !isRunnable(steps)) continue
    const wrong = draw.pick(found)
    const telling = steps.flatMap((_, at) => shows(steps.toSpliced(at, 1)).slice(0, 2))
    const chosen = [...new Set([...shows(wrong).slice(0, 2), ...telling, ...inputs])].slice(0, caseCount)
    return {
      name: [...steps.slice(0, 2).map(({ verb }) => verb), end.verb],
      parameters: [kind.parameter],
      given: kind.given,
      rules: [...steps, end].map(({ rule }) => rule),
      body: bodyOf([...steps, end] as readonly Step<never, unknown>[]),
      wrong: bodyOf([...wrong, end] as readonly Step<never, unknown>[]),
      cases: chosen.map((input) => ({
        args: [input as CodeValue],
        expected: computed(steps, end, input),
      })),
    }
  }
}

/** JavaScript declares a name once. */
function isRunnable(steps: readonly { readonly javascript: string }[]): boolean {
  const names = steps.flatMap(({ javascript }) =>
    [...javascript.matchAll(/^(?:const|let) (\w+)/gm)].map((m) => m[1]),
  )
  return new Set(names).size === names.length
}

const vocabulary = (
  'the quick Brown fox jumps over lazy dogs Anna saw level noon book3 a to Berlin rains seven 42 eggs apple Otto ' +
  'keeps sweet secret tea-time coffee! letters, committee is on at Madam racecar x1 zoo'
).split(' ')

const numbers: Kind<readonly number[]> = {
  parameter: 'values',
  given: 'a list of integers',
  steps: numberSteps,
  ends: numberEnds,
  input: (draw) => Array.from({ length: draw.integer(1, 9) }, () => draw.integer(-20, 40)),
  empty: [],
}

const text: Kind<string> = {
  parameter: 'text',
  given: 'a text of ASCII characters',
  steps: textSteps,
  ends: textEnds,
  input: (draw) =>
    Array.from({ length: draw.integer(1, 6) }, () => draw.pick(vocabulary)).join(
      draw.chance(0.8) ? ' ' : '  ',
    ),
  empty: '',
}

export const numberPipeline =
  (length: number): FunctionFamily =>
  (draw) =>
    pipeline(draw, numbers, length)

export const textPipeline =
  (length: number): FunctionFamily =>
  (draw) =>
    pipeline(draw, text, length)
