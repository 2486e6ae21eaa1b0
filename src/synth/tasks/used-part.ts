import type { Application } from '../../world/application.ts'
import type { WorldState } from '../../world/state.ts'
import type { AgentProfile } from '../../world/task.ts'

/** An application with an agent's tools alone, and the tables that these work on or whose rows those refer to. */
export function usedPart(application: Application, agent: AgentProfile): Application {
  const tools = application.tools.filter(({ declaration }) => agent.tools.includes(declaration.function.name))
  const worked = new Set(
    tools.flatMap(({ semantics }) =>
      semantics !== undefined && 'table' in semantics ? [semantics.table] : [],
    ),
  )
  const hasScript = tools.some(({ semantics }) => semantics?.kind === 'script')
  const referred = application.tables
    .filter(({ name }) => worked.has(name))
    .flatMap(({ columns }) => Object.values(columns))
    .flatMap((column) => (column.type === 'reference' ? [column.table] : []))
  const used = new Set([...worked, ...referred])
  return {
    ...application,
    tools,
    tables: application.tables.filter(({ name }) => hasScript || used.has(name)),
  }
}

/** The rows of an application's tables. */
export const usedState = (state: WorldState, { tables }: Application): WorldState =>
  Object.fromEntries(tables.map(({ name }) => [name, state[name] ?? {}]))
