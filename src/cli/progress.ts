import cliProgress from 'cli-progress'
import { formatDuration } from './duration.ts'

/** Shows how far long work is: a bar on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** @param done of the total  @param note what else there is to say, such as the loss */
  update(done: number, note?: string): void
  /** Leaves a line above the bar. */
  say(line: string): void
  /** Takes the bar away and leaves a line. */
  finish(line: string): void
}

/** Seconds between lines where there is no terminal. */
const lineEvery = 15

const secondsLeft = (started: number, done: number, total: number): number | null =>
  done === 0 ? null : ((performance.now() - started) / 1000) * (total / done - 1)

const left = (seconds: number | null): string =>
  seconds === null ? '' : ` · ${formatDuration(seconds)} left`

function bar(title: string, total: number, stream: NodeJS.WriteStream): Progress {
  const started = performance.now()
  const shown = new cliProgress.SingleBar({
    format: (_, { value }, { note }: { note: string }) => {
      const width = Math.max(10, Math.min(30, (stream.columns ?? 80) - title.length - note.length - 30))
      const full = Math.round((width * value) / total)
      const percent = Math.floor((100 * value) / total)
      return `${title} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent}%${note && ` · ${note}`}${left(secondsLeft(started, value, total))}`
    },
    stream,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    fps: 5,
  })
  let at = { done: 0, note: '' }
  shown.start(total, at.done, { note: at.note })
  return {
    update(done, note = '') {
      at = { done: Math.min(done, total), note }
      shown.update(at.done, { note })
    },
    say(line) {
      shown.stop()
      stream.write(`${line}\n`)
      shown.start(total, at.done, { note: at.note })
    },
    finish(line) {
      shown.stop()
      stream.write(`${line}\n`)
    },
  }
}

function lines(title: string, total: number, stream: NodeJS.WriteStream): Progress {
  const started = performance.now()
  let last = started
  return {
    update(done, note = '') {
      if (performance.now() - last < lineEvery * 1000) return
      last = performance.now()
      const percent = Math.floor((100 * done) / total)
      stream.write(`${title} ${percent}%${note && ` · ${note}`}${left(secondsLeft(started, done, total))}\n`)
    },
    say: (line) => void stream.write(`${line}\n`),
    finish: (line) => void stream.write(`${line}\n`),
  }
}

/** Progress of `total` units of work, on standard error, which leaves standard output to results. */
export const startProgress = (title: string, total: number, stream = process.stderr): Progress =>
  (stream.isTTY ? bar : lines)(title, total, stream)
