/**
 * `form`: not of the form asked for, also after repairs. `refusal`: the model or its endpoint would not answer.
 * `length`: longer than the prompt allows.
 */
export type RejectionReason = 'form' | 'refusal' | 'length'

/** A model's answer that cannot be used. The work it was for is given up; other work goes on. */
export class RejectedAnswer extends Error {
  override name = 'RejectedAnswer'
  readonly reason: RejectionReason
  /** Of the prompt, with its version. */
  readonly prompt: string
  /** What was wrong with the last answer. */
  readonly problems: readonly string[]
  /** The last answer. */
  readonly text: string

  constructor(reason: RejectionReason, prompt: string, problems: readonly string[], text: string) {
    super(`${prompt}: rejected (${reason}): ${problems.join('; ')}`)
    this.reason = reason
    this.prompt = prompt
    this.problems = problems
    this.text = text
  }
}
