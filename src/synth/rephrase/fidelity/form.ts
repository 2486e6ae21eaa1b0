import type { FidelityRule } from './rule.ts'

/** What is said about the task instead of the text. */
const aboutTheTask = [
  /^\W*(?:sure|certainly|of course|absolutely|okay|ok)\b[,.!:]/iu,
  /^\W*(?:here(?:'|’)?s?(?: is| are)?|below is|the following is|this is)\b[^.\n]{0,40}\b(?:rewrit\w+|rephras\w+|paraphras\w+|version|passage|text|translation|notes)\b/iu,
  /^\W*(?:rewritten|rephrased|translated)(?: \w+)? ?(?:text|passage|version|chunk)?\s*:/iu,
  /\b(?:i hope this helps|let me know if|feel free to ask|would you like me to)\b/iu,
  /\b(?:i have|i've|i) (?:rewritten|rephrased|paraphrased|translated|kept all)\b/iu,
  /\b(?:target passage|the original (?:text|passage)|the (?:source|given|provided) (?:text|passage)|as requested)\b/iu,
  /<\/?(?:context|target|written|source)>/iu,
]

const refusals = [
  /\b(?:i(?:'|’)?m|i am) (?:sorry|unable|not able)\b/iu,
  /\bi (?:cannot|can(?:'|’)t|won(?:'|’)t|will not) (?:rewrite|rephrase|translate|help|assist|comply|provide|fulfil|fulfill|do)\b/iu,
  /\bas an? (?:ai|artificial intelligence|language model|assistant)\b/iu,
]

const saidOnlyBy = (rewritten: string, source: string, patterns: readonly RegExp[]): string | undefined =>
  patterns
    .find((pattern) => pattern.test(rewritten) && !pattern.test(source))
    ?.exec(rewritten)?.[0]
    .trim()

/** Nothing is said to whoever asked. What the source says itself may stay. */
export const noTalk: FidelityRule = ({ source, rewritten }) => {
  const said = saidOnlyBy(rewritten, source, aboutTheTask)
  return said === undefined ? [] : [`talks about the task: "${said.slice(0, 60)}"`]
}

/** The task was not declined. */
export const noRefusal: FidelityRule = ({ source, rewritten }) => {
  const said = saidOnlyBy(rewritten, source, refusals)
  return said === undefined ? [] : [`declines: "${said.slice(0, 60)}"`]
}

/** The rewriting's UTF-8 bytes are between these shares of the source's: scripts say about as much a byte. */
export const lengthBetween =
  (least: number, most: number): FidelityRule =>
  ({ source, rewritten }) => {
    const share = Buffer.byteLength(rewritten) / Buffer.byteLength(source)
    return share >= least && share <= most
      ? []
      : [`${share.toFixed(2)} times as long as the source, outside ${least} to ${most}`]
  }
