import type { DeviceBuffer, Engine } from '../../src/engine/engine.ts'
import type { K2Config } from '../../src/nn/config.ts'
import { crossEntropy, logits } from '../../src/nn/loss.ts'
import { forward, headWeight } from '../../src/nn/model.ts'
import { parameterSpecs } from '../../src/nn/parameters.ts'
import { hostPlan } from '../../src/nn/plan.ts'
import { constant } from '../../src/tensor/ops/leaf.ts'
import { argMax } from '../../src/tensor/ops/reduction.ts'
import { reshape } from '../../src/tensor/ops/shape.ts'
import { trace } from '../../src/tensor/trace.ts'
import type { Type } from '../../src/tensor/types.ts'
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts'
import type { Question } from './texts.ts'

/** How a model answers a question. */
export interface Answered {
  /** Whether its greedy continuation is the answer and then the end. */
  readonly right: boolean
  /** Negative log-likelihood of the answer and the end. */
  readonly nats: number
}

export interface Examiner extends Disposable {
  /** Answers in the order of the questions. */
  ask(params: readonly DeviceBuffer[], questions: readonly Question[]): Promise<Answered[]>
}

export interface ExaminerOptions {
  readonly engine: Engine
  readonly config: K2Config
  readonly tokenizer: Tokenizer
  readonly endOfDocument: number
}

const rows = 32
/** Tokens of a question with its answer, at most. */
const length = 40

interface Row {
  readonly ids: readonly number[]
  /** Index of the answer's first token in `ids`. */
  readonly answerAt: number
}

/**
 * Asks questions with weights that stay on the engine, in one pass each: a greedy continuation is the answer exactly
 * where the likeliest token is the answer's at each of its places, given those before it.
 */
export async function createExaminer(options: ExaminerOptions): Promise<Examiner> {
  const { engine, config: c, tokenizer, endOfDocument } = options
  const specs = parameterSpecs(c)
  const ids: Type = { dtype: 'i32', shape: [rows, length] }
  const types: Type[] = [...specs.map(({ shape }): Type => ({ dtype: 'f32', shape })), ids, ids]
  const program = trace('answers', types, (...inputs) => {
    const params = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
    const [inputIds, targetIds] = inputs.slice(specs.length)
    const { hidden_ND } = forward(params, c, inputIds!)
    const head = headWeight(params, c, hostPlan)
    const ones = constant(new Float32Array(rows * length).fill(1), [rows * length])
    const { nll_N } = crossEntropy(hidden_ND, head, reshape(targetIds!, [-1]), ones)
    return [argMax(logits(hidden_ND, head), 1), nll_N]
  })
  const executable = await engine.compile(program)

  function rowOf({ prompt, answer }: Question): Row {
    const before = tokenizer.encode(prompt)
    const all = [endOfDocument, ...tokenizer.encode(prompt + answer), endOfDocument]
    if (before.some((id, i) => all[i + 1] !== id) || all.length > length + 1)
      throw new Error(`a question does not fit: ${prompt}${answer}`)
    return { ids: all, answerAt: before.length + 1 }
  }

  async function askSome(params: readonly DeviceBuffer[], some: readonly Row[]): Promise<Answered[]> {
    const inputIds = new Int32Array(rows * length).fill(endOfDocument)
    const targetIds = new Int32Array(rows * length).fill(endOfDocument)
    for (const [r, row] of some.entries()) {
      inputIds.set(row.ids.slice(0, -1), r * length)
      targetIds.set(row.ids.slice(1), r * length)
    }
    const uploaded = [engine.upload(ids, inputIds), engine.upload(ids, targetIds)]
    const outputs = await executable.run([...params, ...uploaded])
    const [likeliest, nll] = [await outputs[0]!.read(), await outputs[1]!.read()]
    for (const buffer of [...uploaded, ...outputs]) buffer[Symbol.dispose]()
    return some.map((row, r) => {
      let [right, nats] = [true, 0]
      for (let i = row.answerAt; i < row.ids.length; i++) {
        const at = r * length + i - 1
        right &&= Number(likeliest[at]) === row.ids[i]
        nats += Number(nll[at])
      }
      return { right, nats }
    })
  }

  return {
    async ask(params, questions) {
      const all = questions.map(rowOf)
      const answered: Answered[] = []
      for (let i = 0; i < all.length; i += rows)
        answered.push(...(await askSome(params, all.slice(i, i + rows))))
      return answered
    },
    [Symbol.dispose]: () => executable[Symbol.dispose](),
  }
}
