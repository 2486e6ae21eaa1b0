import { readFileSync } from 'node:fs'

/**
 * When a process began, in ticks since the system did (field 22 of /proc/PID/stat): numbers of processes are given away
 * again, and this tells one from its successor. Undefined where there is no such process, or the system does not tell.
 */
export function processStart(id: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    // The second field, a name in brackets, may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
