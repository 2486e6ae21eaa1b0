import type { Application } from './application.ts'
import type { WorldState } from './state.ts'

/** An application as it stands, to try tools in: `tsukimi chat --world`. */
export interface World {
  readonly version: 1
  readonly application: Application
  readonly state: WorldState
  /** What one may ask in it. */
  readonly examples: readonly string[]
}
