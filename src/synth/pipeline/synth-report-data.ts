import type { Histogram } from '../../trajectory/histogram.ts'
import type { AgentDiversity } from '../agents/diversity.ts'
import type { PlantedCounts } from '../judge/planted-counts.ts'
import type { DomainCoverage } from '../tools/coverage.ts'
import type { MapPoint } from '../tools/coverage-map.ts'

/** How often each of some names came. */
export type CountsByName = Readonly<Record<string, number>>

/** Names of the stages in their order. */
export const reportStages = ['tools', 'agents', 'tasks', 'trajectories', 'filter'] as const
export type ReportStage = (typeof reportStages)[number]

/** What went into a stage and what came out. */
export interface StageYield {
  readonly stage: ReportStage
  /** What it was given or tried: tools before near-duplicates went, agents and tasks asked for, tasks × samples, trajectories. */
  readonly input: number
  readonly output: number
  /** Of the run that finished it; null where it is not known. */
  readonly seconds: number | null
}

/** A part of a table: a row, a column and how often. */
export interface CrossCount {
  readonly row: string
  readonly column: string
  readonly count: number
}

export interface ToolsReport {
  readonly count: number
  readonly applications: number
  /** Before near-duplicates went. */
  readonly before: number
  /** Near-duplicates in parts of all, 0 to 1. */
  readonly nearDuplicateShare: number
  /** Tools of MCP servers, which have no semantics. */
  readonly imported: number
  /** Tools of MCP servers that were not taken, by reason. */
  readonly importRejections: CountsByName
  /** By domain, with counts by what tools do. */
  readonly domains: readonly DomainCoverage[]
  /** Sampled tools as places in the plane. */
  readonly map: readonly MapPoint[]
}

export interface TasksReport {
  readonly count: number
  /** Rows are families, columns difficulties from `1` to `4`. */
  readonly byFamilyAndDifficulty: readonly CrossCount[]
  readonly byDomain: CountsByName
  /** Draws that were given up because their plan did not prove them, by reason. */
  readonly oracleRejections: CountsByName
  /** Indices that gave no task in the end. */
  readonly missing: number
}

export interface TrajectoriesReport {
  readonly count: number
  /** Rows are families, columns verdicts (`keep`, `reject`, `undecided`, `void`). */
  readonly byFamilyAndVerdict: readonly CrossCount[]
  /** By what was planted: `none`, `variant one_by_one`, `mistake wrong_tool`, `user fault wrong_id`. */
  readonly byPlanting: CountsByName
  readonly outcomes: CountsByName
  /** Whose failure it was, as judged. */
  readonly faults: CountsByName
  /** Units of work that ended in an error, by error; none where all went well. */
  readonly lost: CountsByName
}

/** Lengths of trajectories. */
export interface Lengths {
  /** Turns of user and assistant. */
  readonly turns: Histogram
  readonly calls: Histogram
  /** Of contents and arguments, in UTF-16 units. */
  readonly characters: Histogram
}

/** A stretch of an evaluation set in something that would have been kept. */
export interface ContaminationFinding {
  readonly trajectory: string
  /** Name of the evaluation text. */
  readonly evaluation: string
}

export interface ContaminationReport {
  /** Files compared with; empty where none were named. */
  readonly sets: readonly string[]
  readonly count: number
  /** Evaluation texts of too few words to be looked for; not there where no files were compared with. */
  readonly tooShort?: number
  /** The first ones. */
  readonly findings: readonly ContaminationFinding[]
}

/** What the models of one role took. */
export interface RoleCost {
  readonly role: string
  readonly model: string
  readonly requests: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** In the currency of the prices; 0 without prices. */
  readonly cost: number
}

/** A trajectory to read. */
export interface TrajectorySample {
  readonly id: string
  readonly kept: boolean
  /** `rejected: driver: …`; null for what is kept. */
  readonly reason: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly messages: readonly {
    readonly role: string
    readonly content: string
    readonly calls: readonly { readonly name: string; readonly arguments: string }[]
  }[]
}

/** All that the report page shows, as it stands in `report.json`. */
export interface SynthReportData {
  readonly version: 1
  /** Name of the run directory. */
  readonly name: string
  readonly seed: number
  /** Who plays which role: `procedural` or the model's name. */
  readonly roles: Readonly<Record<string, string>>
  readonly stages: readonly StageYield[]
  readonly tools: ToolsReport
  readonly agents: AgentDiversity
  readonly tasks: TasksReport
  readonly trajectories: TrajectoriesReport
  /** Of trajectories that are kept, and of those that are not. */
  readonly lengths: { readonly kept: Lengths; readonly rejected: Lengths }
  /** Why trajectories are not kept: `rejected`, `undecided`, `void`, `contaminated`, `near-duplicate`, `over a cap`. */
  readonly rejections: CountsByName
  /** The parts of rubrics that rejected trajectories fail, by the name of the part, commonest first. */
  readonly rejectionDetails: readonly { readonly detail: string; readonly count: number }[]
  /** The judge against what was planted; precision and recall are of keeping. */
  readonly planted: PlantedCounts
  readonly duplicates: number
  readonly contamination: ContaminationReport
  /** Empty where all roles are procedural. */
  readonly costs: readonly RoleCost[]
  readonly samples: readonly TrajectorySample[]
}
