import { derivedSeed, draws } from '../../draws.ts'
import { UserError } from '../../user-error.ts'
import type { Application } from '../../world/application.ts'
import { applicationPrompt } from '../teacher/application-prompt.ts'
import { domainPrompt } from '../teacher/domain-prompt.ts'
import { createDistinctApplications } from '../tools/distinct-applications.ts'
import { domains } from '../tools/domains/domains.ts'
import { type ImportedTools, importTools, rejectionCounts } from '../tools/import/import-tools.ts'
import type { ToolList } from '../tools/import/tool-lists.ts'
import { writeApplications } from '../tools/write-applications.ts'
import { createNameCounts } from './counts.ts'
import type { PipelineContext, StageOutcome } from './pipeline-context.ts'
import { runFiles } from './run-files.ts'
import { createUnitTally, runUnits, type UnitTally } from './run-units.ts'
import { type UnitRoles, unitRoles } from './unit-roles.ts'
import { type ApplicationWish, applicationUnits, designUnits, domainUnits } from './units/tool-units.ts'

/** Procedural applications of a chunk, and tools that one of them has about. */
const [chunkSize, toolsEach] = [8, 20]
/** Tools that a model is asked for, at least and at most. */
const [fewestTools, mostTools] = [6, 14]
/** Application domains that a model is asked for at once. */
const domainsAtOnce = 12
/** An application with fewer tools that are not near-duplicates is left out. */
const leastTools = 4
/** Rounds without a new application after which no more are made: by a model, by index. */
const [mostIdleRounds, mostIdleOwn] = [3, 8]

export const designRoles = ({ config }: Pick<PipelineContext, 'config'>): UnitRoles =>
  unitRoles(config.roles, { tool_designer: [domainPrompt, applicationPrompt] })

interface Making {
  readonly context: PipelineContext
  readonly tally: UnitTally
  /** How many tools are still to be made. */
  readonly missing: () => number
  readonly rejected: ReturnType<typeof createNameCounts>
}

/**
 * Applications by index, a round for what is still missing after the last one.
 *
 * @throws UserError where no more can be had
 */
async function* proceduralApplications({ context, tally, missing }: Making): AsyncGenerator<Application> {
  const { seed, counts } = context.config
  for (let next = 0, idle = 0; missing() > 0; ) {
    const before = missing()
    const chunks = Math.ceil(missing() / toolsEach / chunkSize)
    const inputs = Array.from({ length: chunks }, (_, i) => ({
      seed,
      from: next + i * chunkSize,
      count: chunkSize,
    }))
    next += chunks * chunkSize
    for await (const { value } of runUnits(context, applicationUnits(), inputs, tally)) yield* value
    idle = missing() < before ? 0 : idle + 1
    if (idle < mostIdleOwn) continue
    tally.check()
    throw new UserError(
      `no more than ${counts.tools - missing()} of ${counts.tools} tools could be had: applications up to the ${next}th have no more that are new; ask for fewer (--tools), or give MCP servers (--mcp) or a model (roles.tool_designer)`,
    )
  }
}

/** Application domains of all sixteen domains, then an application for each, in rounds. */
async function* designedApplications(
  { context, tally, missing, rejected }: Making,
  roles: UnitRoles,
): AsyncGenerator<Application> {
  const { config, resources } = context
  const known = new Map(domains.map(({ name }) => [name, [] as string[]]))
  for (let round = 0, idle = 0; missing() > 0 && idle < mostIdleRounds; round++) {
    const before = missing()
    const perDomain = Math.ceil((2 * missing()) / (fewestTools + mostTools) / domains.length)
    const count = Math.min(domainsAtOnce, perDomain)
    const wishes = domains.map(({ name }) => ({
      ...{ domain: name, count, known: [...known.get(name)!], roles },
      seed: derivedSeed(config.seed, 'domains', name, round),
    }))
    const applications: ApplicationWish[] = []
    for await (const { input, value } of runUnits(context, domainUnits(resources), wishes, tally, roles)) {
      tally.spend(value.costs)
      if ('rejected' in value.value) rejected.add(`domains: ${value.value.rejected}`)
      else
        for (const application of value.value.made) {
          const seed = derivedSeed(config.seed, 'design', input.domain, application.name)
          const tools = draws(seed, 'size').integer(fewestTools, mostTools)
          known.get(input.domain)!.push(application.name)
          applications.push({ seed, domain: input.domain, application, tools, roles })
        }
    }
    for await (const { value } of runUnits(context, designUnits(resources), applications, tally, roles)) {
      tally.spend(value.costs)
      if ('made' in value.value) yield value.value.made
      else rejected.add(`application: ${value.value.rejected}`)
    }
    idle = missing() < before ? 0 : idle + 1
  }
}

/** Applications with distinct tools: those of MCP servers first, then others until there are enough. */
export async function makeTools(context: PipelineContext, lists: readonly ToolList[]): Promise<StageOutcome> {
  const { config, run, onProgress } = context
  const wanted = config.counts.tools
  const [tally, rejected] = [createUnitTally(), createNameCounts()]
  const distinct = createDistinctApplications({ leastTools: 1 })
  const imported: ImportedTools = await importTools(lists, { distinct })
  const names = new Set(imported.applications.map(({ name }) => name))
  let [tools, applications] = [imported.kept, imported.applications.length]
  const making: Making = { context, tally, rejected, missing: () => wanted - tools }
  const roles = designRoles(context)
  const isProcedural = Object.keys(roles).length === 0

  async function* all(): AsyncGenerator<Application> {
    yield* imported.applications
    const made = isProcedural ? proceduralApplications(making) : designedApplications(making, roles)
    for await (const application of made) {
      if (tools >= wanted) continue
      if (names.has(application.name)) {
        rejected.add('an application has its name')
        continue
      }
      const left = distinct.add(application, leastTools)
      if (left === undefined) continue
      names.add(left.name)
      tools += left.tools.length
      applications++
      onProgress({ stage: 'tools', what: 'tools', done: tools, total: wanted })
      yield left
    }
    tally.check()
  }

  await writeApplications(runFiles(run).applications, all())
  const before = distinct.counts.toolsBefore
  return {
    input: before,
    output: tools,
    lost: tally.lost(),
    costs: tally.costs(),
    details: {
      applications,
      before,
      imported: imported.kept,
      importRejections: rejectionCounts(imported.rejections),
      importProblems: imported.rejections.flatMap(({ source, kind, message }) =>
        kind === 'no tools' ? [`${source}: ${message}`] : [],
      ),
      rejected: rejected.counts(),
    },
  }
}
