import { basename, resolve } from 'node:path'
import { readTrajectories } from '../../trajectory/read-trajectories.ts'
import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import { UserError } from '../../user-error.ts'
import { readAgents } from '../agents/agent-schema.ts'
import { agentDiversity } from '../agents/diversity.ts'
import { coverageOf, domainCoverage } from '../tools/coverage.ts'
import { coverageMap } from '../tools/coverage-map.ts'
import { readRunApplications } from './run-applications.ts'
import { runFiles } from './run-files.ts'
import { readStageRecord, type StageRecord } from './stage-record.ts'
import type { SynthConfig } from './synth-config.ts'
import {
  type ReportStage,
  reportStages,
  type SynthReportData,
  type ToolsReport,
  type TrajectorySample,
} from './synth-report-data.ts'
import { addedRoleCosts } from './unit-roles.ts'

/** Trajectories to read, of those kept and of those that are not. */
const [keptSamples, rejectedSamples] = [6, 8]

type Records = Readonly<Record<ReportStage, StageRecord>>

async function recordsOf(run: string): Promise<Records> {
  const records: Partial<Record<ReportStage, StageRecord>> = {}
  for (const stage of reportStages) {
    const record = await readStageRecord(run, stage)
    if (record === undefined)
      throw new UserError(
        `${run}: there is nothing to report of ${stage} yet; run \`tsukimi synth ${stage} --run ${run}\` first`,
      )
    records[stage] = record
  }
  return records as Records
}

function sampleOf(trajectory: Trajectory): TrajectorySample {
  const { rejection = null, ...labels } = trajectory.labels ?? {}
  return {
    id: trajectory.id,
    kept: rejection === null,
    reason: rejection,
    labels,
    messages: conversation(trajectory).map((message) => ({
      role: message.role,
      content: message.content,
      calls:
        message.role === 'assistant'
          ? (message.toolCalls ?? []).map(({ name, arguments: text }) => ({ name, arguments: text }))
          : [],
    })),
  }
}

/** A few trajectories of a file: the first of each group, groups in the order of their first ones. */
async function samplesOf(
  path: string,
  most: number,
  group: (sample: TrajectorySample) => string,
): Promise<readonly TrajectorySample[]> {
  const groups = new Map<string, TrajectorySample>()
  const others: TrajectorySample[] = []
  for await (const trajectory of readTrajectories(path)) {
    const sample = sampleOf(trajectory)
    if (groups.has(group(sample))) {
      if (others.length < most) others.push(sample)
    } else groups.set(group(sample), sample)
    if (groups.size >= most) break
  }
  return [...groups.values(), ...others].slice(0, most)
}

async function toolsOf(run: string, { details, output }: StageRecord): Promise<ToolsReport> {
  const applications = await Array.fromAsync(readRunApplications(run))
  const { before, imported, importRejections } = details as Pick<
    ToolsReport,
    'before' | 'imported' | 'importRejections'
  >
  return {
    count: output,
    applications: applications.length,
    before,
    nearDuplicateShare: before === 0 ? 0 : Math.max(0, 1 - output / before),
    imported,
    importRejections,
    domains: domainCoverage(coverageOf(applications)),
    map: coverageMap(applications),
  }
}

const rolesOf = ({ roles }: SynthConfig): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(roles)
      .filter(([name]) => name !== 'rephraser')
      .map(([name, role]) => [name, role === 'procedural' ? role : role.model]),
  )

type FilterDetails = Pick<SynthReportData, 'lengths' | 'rejections' | 'rejectionDetails' | 'planted'> &
  Pick<SynthReportData['trajectories'], 'byFamilyAndVerdict' | 'byPlanting' | 'faults'> & {
    readonly findings: SynthReportData['contamination']['findings']
    readonly sets: readonly string[]
    readonly tooShort?: number
  }

/**
 * What a run has made, for its report. Trajectories are read one by one, and only until there are enough to show.
 *
 * @throws UserError where a stage has not been run
 */
export async function collectReport(run: string, config: SynthConfig): Promise<SynthReportData> {
  const files = runFiles(run)
  const records = await recordsOf(run)
  const { tasks, trajectories, filter } = records
  const filtered = filter.details as unknown as FilterDetails
  const { rejections, planted, lengths, rejectionDetails } = filtered
  const kept = samplesOf(files.kept, keptSamples, ({ labels }) => labels.family ?? '')
  const rejected = samplesOf(
    files.rejected,
    rejectedSamples,
    ({ labels, reason }) => `${reason?.split(':')[0]} ${labels.planted}`,
  )
  return {
    version: 1,
    name: basename(resolve(run)),
    seed: config.seed,
    roles: rolesOf(config),
    stages: reportStages.map((stage) => {
      const { input, output, seconds } = records[stage]
      return { stage, input, output, seconds }
    }),
    tools: await toolsOf(run, records.tools),
    agents: agentDiversity(await Array.fromAsync(readAgents(files.agents))),
    tasks: {
      count: tasks.output,
      ...(tasks.details as Omit<SynthReportData['tasks'], 'count'>),
    },
    trajectories: {
      count: trajectories.output,
      byFamilyAndVerdict: filtered.byFamilyAndVerdict,
      byPlanting: filtered.byPlanting,
      outcomes: trajectories.details.outcomes as Readonly<Record<string, number>>,
      faults: filtered.faults,
      lost: trajectories.lost,
    },
    ...{ lengths, rejections, rejectionDetails, planted },
    duplicates: rejections['near-duplicate'] ?? 0,
    contamination: {
      sets: filtered.sets,
      count: rejections.contaminated ?? 0,
      ...(filtered.tooShort !== undefined && { tooShort: filtered.tooShort }),
      findings: filtered.findings,
    },
    costs: reportStages.reduce<SynthReportData['costs']>(
      (sum, stage) => addedRoleCosts(sum, records[stage].costs),
      [],
    ),
    samples: [...(await kept), ...(await rejected)],
  }
}
