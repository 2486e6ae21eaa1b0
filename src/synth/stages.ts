import type { AnyStage } from '../jobs/stage.ts'

/** The stages that a worker process can run, by name. */
export const stages: ReadonlyMap<string, AnyStage> = new Map()
