import { UserError } from '../user-error.ts'

/** What `read` gives; its messages for the user begin with `where`. */
export function atPlace<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const lines = error.message.split('\n')
    const message =
      lines.length === 1
        ? `${where}: ${lines[0]}`
        : [`${where}:`, ...lines.map((line) => `  ${line}`)].join('\n')
    throw new UserError(message, { cause: error })
  }
}
