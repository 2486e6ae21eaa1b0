import type { Draws } from '../../draws.ts'
import type { Application, WorldTool } from '../../world/application.ts'
import { executeCall, type Json } from '../../world/execute.ts'
import type { Semantics } from '../../world/semantics.ts'
import type { Row, Table, Value, WorldState } from '../../world/state.ts'
import type { PlanValue } from '../../world/task.ts'
import type { PlannedCall } from './goal.ts'

/** What goals are made from: an agent's tools, the state before them, draws, ids of calls. */
export interface Scene {
  readonly application: Application
  /** Those that can be executed. */
  readonly tools: readonly WorldTool[]
  readonly state: WorldState
  readonly draw: Draws
  readonly nextId: () => number
}

/** A tool with semantics of one kind. */
export interface ToolOf<Kind extends Semantics['kind']> {
  readonly name: string
  readonly semantics: Extract<Semantics, { kind: Kind }>
  readonly tool: WorldTool
}

/** Tools of some kinds, in the agent's order. */
export const toolsOf = <Kind extends Semantics['kind']>(
  { tools }: Scene,
  ...kinds: readonly Kind[]
): readonly ToolOf<Kind>[] =>
  tools.flatMap((tool) => {
    const { semantics } = tool
    return semantics !== undefined && (kinds as readonly string[]).includes(semantics.kind)
      ? [{ name: tool.declaration.function.name, semantics: semantics as ToolOf<Kind>['semantics'], tool }]
      : []
  })

/** @throws Error where a tool's table is not in its application */
export function tableNamed({ application }: Scene, name: string): Table {
  const table = application.tables.find((one) => one.name === name)
  if (table === undefined) throw new Error(`${application.name} has no table ${name}`)
  return table
}

export const keysIn = ({ state }: Scene, table: string): readonly string[] => Object.keys(state[table] ?? {})

export const rowIn = ({ state }: Scene, table: string, key: string): Row => state[table]?.[key] ?? {}

export interface Done {
  readonly call: PlannedCall
  readonly value: Json
  readonly scene: Scene
}

/** A call of a tool that is planned with places of other results in its arguments, and executed with their values. */
export function perform(
  scene: Scene,
  tool: string,
  values: Readonly<Record<string, Value>>,
  places: Readonly<Record<string, PlanValue>> = {},
): Done | undefined {
  const { application, state } = scene
  const done = executeCall(application, state, { name: tool, arguments: JSON.stringify(values) })
  if (!done.ok) return undefined
  const call = {
    id: scene.nextId(),
    tool,
    arguments: { ...values, ...places },
    writes: done.state !== state,
  }
  return { call, value: done.value, scene: { ...scene, state: done.state } }
}

/** What a tool says where it refuses a call, null where it does not. */
export function refusal(scene: Scene, tool: string, values: Readonly<Record<string, Value>>): string | null {
  const done = executeCall(scene.application, scene.state, { name: tool, arguments: JSON.stringify(values) })
  return done.ok ? null : done.error
}
