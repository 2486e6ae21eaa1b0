import type { Jobs } from '../../jobs/stage.ts'
import type { SynthConfig } from './synth-config.ts'
import type { CountsByName, ReportStage, RoleCost } from './synth-report-data.ts'
import type { UnitResources } from './units/unit-resources.ts'

export interface PipelineProgress {
  readonly stage: ReportStage
  /** What is counted: `tools`, `judgements`. */
  readonly what: string
  readonly done: number
  readonly total: number
}

/** What every stage of a run works with. */
export interface PipelineContext {
  /** The run directory. */
  readonly run: string
  readonly config: SynthConfig
  readonly jobs: Jobs
  readonly resources: UnitResources
  readonly signal: AbortSignal
  /** Chunks at once in this process, instead of the stages' own. */
  readonly concurrency?: number
  readonly onProgress: (progress: PipelineProgress) => void
}

/** What a stage did. */
export interface StageOutcome {
  readonly input: number
  readonly output: number
  /** Chunks that ended in an error, by error. */
  readonly lost: CountsByName
  readonly costs: readonly RoleCost[]
  readonly details: Readonly<Record<string, unknown>>
}
