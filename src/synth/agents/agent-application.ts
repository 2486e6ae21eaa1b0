import type { Application } from '../../world/application.ts'
import { mentionsOf } from '../tools/mentions.ts'
import type { Agent } from './agent.ts'

/**
 * What an agent works with as one application: its tools, and the tables that they touch or that those refer to.
 *
 * @param applications by their names
 * @throws Error where one of the agent's applications is not there
 */
export function agentApplication(agent: Agent, applications: ReadonlyMap<string, Application>): Application {
  const own = agent.applications.map((name) => {
    const application = applications.get(name)
    if (application === undefined) throw new Error(`agent ${agent.id}: there is no application ${name}`)
    return application
  })
  const tools = own
    .flatMap((application) => application.tools)
    .filter(({ declaration }) => agent.tools.includes(declaration.function.name))
  const tables = own.flatMap((application) => application.tables)
  const touched = new Set(
    tools.flatMap(({ semantics }) => (semantics === undefined ? [] : mentionsOf(semantics).tables)),
  )
  for (const name of touched)
    for (const column of Object.values(tables.find((table) => table.name === name)?.columns ?? {}))
      if (column.type === 'reference') touched.add(column.table)
  return {
    name: own.map(({ name }) => name).join('+'),
    domain: agent.domain,
    description: own.map(({ description }) => description).join(' '),
    tables: tables.filter(({ name }) => touched.has(name)),
    tools,
  }
}
