import type { Draws } from '../../draws.ts'
import type { Column, Table } from '../../world/state.ts'
import type { Lineage } from './lineage.ts'
import { type Mixin, type MixinName, mixinNamed, sharedEntities } from './mixins.ts'
import type { ColumnSeeds, EntitySeed, Lifecycle } from './vocabulary.ts'
import { pluralOf, spoken } from './words.ts'

/** A kind of thing of one application, made special and with its abilities: what tools are made for. */
export interface Thing {
  readonly entity: string
  readonly table: Table
  /** In names of tools: `dental_appointment`, `dental_appointments`. */
  readonly name: string
  readonly names: string
  /** In descriptions. */
  readonly noun: string
  readonly nouns: string
  readonly about: string
  readonly lifecycle: Lifecycle | undefined
  readonly mixins: readonly Mixin[]
  /** Columns that its entity and its setting bring, those of abilities and the status aside. */
  readonly ownColumns: readonly string[]
  readonly main: boolean
}

const entityNamed = ({ domain }: Lineage, name: string): EntitySeed =>
  domain.entities[name] ?? sharedEntities[name]!

/** Depth: abilities that suit the entity and whose columns are not there yet. */
function abilities(entity: EntitySeed, own: ColumnSeeds, draw: Draws, main: boolean): readonly MixinName[] {
  const possible = entity.suits.filter((name) =>
    Object.keys(mixinNamed(name).columns).every((column) => !Object.hasOwn(own, column)),
  )
  return draw.sample(possible, main ? draw.integer(2, 4) : draw.integer(0, 2))
}

/** All states of a life, the first one first. */
export const statesOf = ({ start, moves }: Lifecycle): readonly string[] => [
  ...new Set([start, ...Object.values(moves).flatMap(([from, to]) => [...from.split('|'), to])]),
]

/** References to entities that the application does not have fall away. */
const columnsOf = (seeds: ColumnSeeds, entities: readonly string[]): Readonly<Record<string, Column>> =>
  Object.fromEntries(
    Object.entries(seeds).flatMap(([name, column]): [string, Column][] => {
      if (column.type !== 'entity') return [[name, column]]
      return entities.includes(column.entity)
        ? [[name, { type: 'reference', table: pluralOf(column.entity) }]]
        : []
    }),
  )

interface Growth {
  readonly name: string
  readonly entity: EntitySeed
  readonly own: ColumnSeeds
  readonly mixins: readonly MixinName[]
  readonly main: boolean
}

/** The things of an application, the main one first. */
export function thingsOf(lineage: Lineage, draw: Draws): readonly Thing[] {
  const { setting, audience } = lineage
  const grow = (name: string, main: boolean): Growth => {
    const entity = entityNamed(lineage, name)
    const special = main ? { ...setting.columns, ...audience?.columns } : {}
    const own = { ...special, ...entity.columns }
    return { name, entity, own, mixins: abilities(entity, own, draw, main), main }
  }
  const growths = lineage.seed.entities.map((name, i) => grow(name, i === 0))
  const refers = (to: string): boolean =>
    growths.some(({ mixins }) => mixins.some((name) => refersTo(mixinNamed(name).columns, to)))
  for (const shared of Object.keys(sharedEntities)) if (refers(shared)) growths.push(grow(shared, false))
  const entities = growths.map(({ name }) => name)
  const everywhere = draw.chance(0.6)
  return growths.map((growth) => thing(growth, lineage, entities, growth.main || everywhere))
}

const refersTo = (columns: ColumnSeeds, entity: string): boolean =>
  Object.values(columns).some((column) => column.type === 'entity' && column.entity === entity)

function thing(
  { name, entity, own, mixins, main }: Growth,
  { setting }: Lineage,
  entities: readonly string[],
  special: boolean,
): Thing {
  const { lifecycle } = entity
  const abilities = mixins.map(mixinNamed)
  const ownColumns = columnsOf(own, entities)
  const columns = {
    ...ownColumns,
    ...(lifecycle === undefined ? {} : { status: { type: 'enum', values: statesOf(lifecycle) } as const }),
    ...Object.assign({}, ...abilities.map((ability) => columnsOf(ability.columns, entities))),
  }
  const shared = setting.name.split('_').some((word) => name.split('_').includes(word))
  const full = special && !shared ? `${setting.name}_${name}` : name
  return {
    entity: name,
    table: {
      name: pluralOf(name),
      singular: name,
      key: `${name}_id`,
      keyPrefix: `${entity.prefix}-`,
      columns,
    },
    name: full,
    names: pluralOf(full),
    noun: spoken(full),
    nouns: spoken(pluralOf(full)),
    about: entity.about,
    lifecycle,
    mixins: abilities,
    ownColumns: Object.keys(ownColumns),
    main,
  }
}
