/** Lets a bounded number of runs be under way on the devices; later ones start in the order in which they came. */
export class RunGate {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #under = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Starts a run now or when there is room. Whoever starts one calls `leave` when it is over. */
  enter(start: () => void): void {
    if (this.#under >= this.#limit || this.#waiting.length > 0) this.#waiting.push(start)
    else this.#start(start)
  }

  leave(): void {
    this.#under--
    while (this.#under < this.#limit && this.#waiting.length > 0) this.#start(this.#waiting.shift()!)
  }

  #start(start: () => void): void {
    this.#under++
    start()
  }
}
