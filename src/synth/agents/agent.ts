import type { AgentProfile } from '../../world/task.ts'

/** An agent as it stands in `agents.jsonl`: who it is, and with which tools of which applications it works. */
export interface Agent extends AgentProfile {
  readonly domain: string
  /** Names; their tables and tools have no names in common. */
  readonly applications: readonly string[]
  readonly persona: string
  readonly expertise: string
  /** Names of the rules that its system message states. */
  readonly policy: readonly string[]
}
