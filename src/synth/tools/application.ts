import { type Draws, draws } from '../../draws.ts'
import type { Application, WorldTool } from '../../world/application.ts'
import { abilityTools } from './builders/abilities.ts'
import { computingTools } from './builders/computing.ts'
import { editingTools } from './builders/editing.ts'
import { figureTools } from './builders/figures.ts'
import { findingTools } from './builders/finding.ts'
import { makingTools } from './builders/making.ts'
import { movingTools } from './builders/moving.ts'
import { readingTools } from './builders/reading.ts'
import { type ToolDraft, toolOf, type Workshop } from './draft.ts'
import { type Lineage, lineageAt } from './lineage.ts'
import { type Style, styleOf } from './style.ts'
import { thingsOf } from './thing.ts'
import { spoken } from './words.ts'

const builders = [
  readingTools,
  findingTools,
  makingTools,
  movingTools,
  editingTools,
  abilityTools,
  figureTools,
] as const

/** The tools of one thing: those that it cannot do without, and some of each other builder's. */
function draftsOf(workshop: Workshop): readonly ToolDraft[] {
  const { thing, draw } = workshop
  const all = builders.map((build) => build(workshop))
  const core = new Set(all.flat().filter((draft) => draft.core === true))
  const others = draw.sample(
    all.flatMap((drafts) =>
      draw.sample(
        drafts.filter((draft) => !core.has(draft)),
        thing.main ? 4 : 2,
      ),
    ),
    thing.main ? draw.integer(7, 12) : draw.integer(2, 5),
  )
  const chosen = new Set([...core, ...others])
  return all.flat().filter((draft) => chosen.has(draft))
}

const nameOf = ({ audience, setting, seedName, edition }: Lineage): string =>
  [audience?.name, setting.name, seedName, edition > 1 ? String(edition) : undefined]
    .filter((part) => part !== undefined)
    .join('_')

const openings = [
  'Software that',
  'A system that',
  'An application that',
  'A service that',
  'A tool set that',
] as const

const descriptionOf = ({ audience, setting, seed }: Lineage, draw: Draws): string =>
  `${draw.pick(openings)} ${seed.about}, made for ${setting.phrase}${audience === undefined ? '' : ` and used by ${audience.phrase}`}.`

function toolsOf(
  drafts: readonly ToolDraft[],
  style: Style,
  context: string,
  draw: Draws,
): readonly WorldTool[] {
  const taken = new Set<string>()
  return drafts.flatMap((draft) => {
    if (taken.has(draft.name)) return []
    taken.add(draft.name)
    return [toolOf(draft, style, draw.chance(style.contextual) ? context : undefined)]
  })
}

/** Application `index` of a seed: what it is depends on these two numbers alone. */
export function applicationAt(seed: number, index: number): Application {
  const lineage = lineageAt(seed, index)
  const draw = draws(seed, 'application', index)
  const things = thingsOf(lineage, draw)
  const style = styleOf(draw)
  const name = nameOf(lineage)
  const drafts = [
    ...things.flatMap((thing) => draftsOf({ thing, things, style, draw })),
    ...draw.sample(computingTools(lineage.domain), draw.integer(0, 1)),
  ]
  const context = `Part of ${spoken(name)}.`
  return {
    name,
    domain: lineage.domain.name,
    description: descriptionOf(lineage, draw),
    tables: things.map(({ table }) => table),
    tools: toolsOf(drafts, style, context, draw),
  }
}
