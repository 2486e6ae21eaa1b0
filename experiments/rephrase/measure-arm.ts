import { memoryTokenStream } from '../../src/data/memory-token-stream.ts'
import type { TokenStream } from '../../src/data/token-stream.ts'
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts'
import { bootstrapInterval, type Interval } from '../../src/eval/intervals.ts'
import { drawSheets } from '../../src/synth/rephrase/facts/draw-sheets.ts'
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/tokenizer.ts'
import { trainBpe } from '../../src/tokenizer/train-bpe.ts'
import { type Answered, createExaminer } from './recall.ts'
import { type ArmName, armNames, arms, domain, runConfig, settings } from './settings.ts'
import { type Question, questionsAbout, textsOf } from './texts.ts'
import { trainArm } from './train-arm.ts'

/** Share of right answers, over all questions about people who were never asked about in training. */
export interface Recall {
  readonly asked: number
  readonly right: number
  /** Right answers about each person, for intervals over several seeds. */
  readonly rightByPerson: readonly number[]
  /** 95%, people drawn again. */
  readonly interval: Interval
  /** Mean negative log-likelihood of an answer. */
  readonly nats: number
}

export interface ArmPoint {
  readonly step: number
  readonly tokens: number
  /** How often each text was read so far, in any version. */
  readonly readings: number
  readonly loss: number
  readonly recall: Readonly<Record<string, Recall>>
}

export interface ArmResult {
  readonly arm: ArmName
  readonly seed: number
  readonly steps: number
  /** Of its texts, each version once. */
  readonly textTokens: number
  readonly epochs: number
  readonly seconds: number
  readonly points: readonly ArmPoint[]
}

export function summarised(questions: readonly Question[], answers: readonly Answered[]): Recall {
  const people = [...new Set(questions.map(({ subject }) => subject))]
  const rightByPerson = people.map(
    (name) => answers.filter(({ right }, i) => right && questions[i]!.subject === name).length,
  )
  return {
    asked: questions.length,
    right: answers.filter(({ right }) => right).length,
    rightByPerson,
    interval: recallInterval(rightByPerson, questions.length / people.length),
    nats: answers.reduce((sum, { nats }) => sum + nats, 0) / answers.length,
  }
}

/** Of the share of right answers, where each person was asked equally many questions. */
export function recallInterval(rightByPerson: readonly number[], askedEach: number): Interval {
  const counts = Array.from(
    { length: askedEach + 1 },
    (_, right) => rightByPerson.filter((each) => each === right).length,
  )
  const share = (drawn: readonly number[]): number =>
    drawn.reduce((sum, count, right) => sum + count * right, 0) / (rightByPerson.length * askedEach)
  return bootstrapInterval(counts, share)!
}

/** What all arms of a seed share: people, questions, vocabulary, number of steps. */
function prepared(seed: number) {
  const { people, taughtShare, questionShare, readings, vocabSize, sequences, sequenceLength } = settings
  const sheets = drawSheets(domain, people, seed)
  const taughtCount = Math.round(people * taughtShare)
  const taught = questionsAbout(domain, sheets.slice(0, taughtCount), 'taughtQuestions')
  const others = sheets.slice(taughtCount)
  const examples = taught.map(({ prompt, answer }) => prompt + answer)
  const versions = [...new Set(armNames.flatMap((name) => [...arms[name]]))]
  const all = textsOf(domain, sheets, versions, seed)
  const tokenizer = createTokenizer(trainBpe([...all, ...examples], { vocabSize }))
  const endOfDocument = tokenizer.specials.get('[EOS]')!
  const streamOf = (texts: readonly string[]) => documentStream(texts, tokenizer, endOfDocument)
  // The mean over all versions, so that every arm takes the same number of steps.
  const readingTokens = streamOf(all).tokenCount / versions.length
  const textTokens = readingTokens * readings
  const steps = Math.round(textTokens / (1 - questionShare) / (sequences * sequenceLength))
  const questions = {
    'new wording': questionsAbout(domain, others, 'newQuestions'),
    'taught wording': questionsAbout(domain, others, 'taughtQuestions'),
  }
  return { sheets, examples, tokenizer, endOfDocument, streamOf, steps, readingTokens, questions }
}

const documentStream = (texts: readonly string[], tokenizer: Tokenizer, endOfDocument: number): TokenStream =>
  memoryTokenStream(
    texts.map((text) => ({ tokens: tokenizer.encode(text), bytes: Buffer.byteLength(text) })),
    { vocabSize: tokenizer.vocabSize, endOfDocument },
  )

/** Trains one model on one arm's texts, and asks it. */
export async function measureArm(
  arm: ArmName,
  seed: number,
  onPoint: (point: ArmPoint) => void,
): Promise<ArmResult> {
  const started = performance.now()
  const shared = prepared(seed)
  const { steps, tokenizer, endOfDocument, questions } = shared
  const { questionShare } = settings
  const config = runConfig(steps, seed)
  const texts = shared.streamOf(textsOf(domain, shared.sheets, arms[arm], seed))
  using engine = await createOnnxEngine({ threads: 1 })
  using examiner = await createExaminer({ engine, config: config.model, tokenizer, endOfDocument })
  const read = (tokens: number): number => (tokens * (1 - questionShare)) / shared.readingTokens
  const points: ArmPoint[] = []
  await trainArm({
    engine,
    config,
    sources: [
      { stream: texts, weight: 1 - questionShare },
      { stream: shared.streamOf(shared.examples), weight: questionShare },
    ],
    examiner,
    questions,
    onPoint({ step, tokens, loss, answers }) {
      const recall = Object.fromEntries(
        Object.entries(questions).map(([name, asked]) => [name, summarised(asked, answers[name]!)]),
      )
      const point = { step, tokens, readings: read(tokens), loss, recall }
      points.push(point)
      onPoint(point)
    },
  })
  const drawn = steps * config.batch.sequences * config.data.sequenceLength * (1 - questionShare)
  return {
    arm,
    seed,
    steps,
    textTokens: texts.tokenCount,
    epochs: drawn / texts.tokenCount,
    seconds: (performance.now() - started) / 1000,
    points,
  }
}
