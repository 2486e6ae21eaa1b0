import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Judgement } from './judge-trajectory.ts'

/** Trajectories of one planting, by what the judge made of them. */
export interface VerdictCounts {
  readonly keep: number
  readonly reject: number
  readonly undecided: number
  readonly void: number
}

/** How the judge did against what was planted; counts alone, intervals are the reader's. */
export interface PlantedCounts {
  /** By `none`, `variant one_by_one`, `mistake wrong_tool`, `user fault wrong_id` … */
  readonly byPlanting: Readonly<Record<string, VerdictCounts>>
  /** Kept and to be kept. */
  readonly truePositives: number
  /** Kept, though something was planted that forbids it. */
  readonly falsePositives: number
  /** Not kept, though nothing is wrong. */
  readonly falseNegatives: number
  readonly trueNegatives: number
  /** Simulator faults, and how many were told apart from the assistant's failures: judged void. */
  readonly simulatorFaults: number
  readonly simulatorFaultsFound: number
  /** Trajectories without a simulator fault that were judged void all the same. */
  readonly falselyVoid: number
}

/** Whether what was planted leaves a trajectory good. */
export const isGoodPlanting = (label: string): boolean => label === 'none' || label.startsWith('variant ')
const isSimulatorFault = (label: string): boolean =>
  label.startsWith('user fault ') || label.startsWith('tool fault ')

const nothing: VerdictCounts = { keep: 0, reject: 0, undecided: 0, void: 0 }

/** Counts to add to. */
export const noCounts: PlantedCounts = {
  byPlanting: {},
  truePositives: 0,
  falsePositives: 0,
  falseNegatives: 0,
  trueNegatives: 0,
  simulatorFaults: 0,
  simulatorFaultsFound: 0,
  falselyVoid: 0,
}

/** Counts with one more judged trajectory; one without a label of what was planted is not counted. */
export function withJudged(
  counts: PlantedCounts,
  { labels }: Pick<Trajectory, 'labels'>,
  { verdict }: Judgement,
): PlantedCounts {
  const label = labels?.planted
  if (label === undefined) return counts
  const row = counts.byPlanting[label] ?? nothing
  const [isGood, isKept, isFault] = [isGoodPlanting(label), verdict === 'keep', isSimulatorFault(label)]
  const add = (condition: boolean): number => (condition ? 1 : 0)
  return {
    byPlanting: { ...counts.byPlanting, [label]: { ...row, [verdict]: row[verdict] + 1 } },
    truePositives: counts.truePositives + add(isGood && isKept),
    falsePositives: counts.falsePositives + add(!isGood && isKept),
    falseNegatives: counts.falseNegatives + add(isGood && !isKept),
    trueNegatives: counts.trueNegatives + add(!isGood && !isKept),
    simulatorFaults: counts.simulatorFaults + add(isFault),
    simulatorFaultsFound: counts.simulatorFaultsFound + add(isFault && verdict === 'void'),
    falselyVoid: counts.falselyVoid + add(!isFault && verdict === 'void'),
  }
}
