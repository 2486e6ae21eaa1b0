import type { Value } from '../../../world/state.ts'
import type { Goal } from '../goal.ts'
import { exact, listed, phrase } from '../phrases.ts'
import { toldCheck } from '../references.ts'
import { perform, type Scene, type ToolOf, toolsOf } from '../scene.ts'
import { type Param, paramsOf } from '../tool-params.ts'
import { drawNumberFor } from '../values.ts'
import { inWords } from '../words.ts'

/** A value for a parameter that is no column; undefined where its schema leaves it open. */
export function drawFree(scene: Scene, { schema }: Param): Value | undefined {
  if (schema.enum !== undefined && schema.enum.length > 0) return scene.draw.pick(schema.enum)
  if (schema.type === 'number' || schema.type === 'integer') return drawNumberFor(scene, schema)
  return schema.type === 'boolean' ? scene.draw.chance(0.5) : undefined
}

export const givenInWords = (values: Readonly<Record<string, Value>>): string =>
  listed(Object.entries(values).map(([name, value]) => `${inWords(name)} ${exact(String(value))}`))

/** Tools of one result that ask for the same would be two ways to answer. */
export const isOnlyOne = (scene: Scene, tool: ToolOf<'compute'>): boolean =>
  toolsOf(scene, 'compute').filter(({ semantics }) => semantics.result === tool.semantics.result).length === 1

const asks = '[work out|calculate|tell me] the {result}{tool} [for|with] {given}'

/** A number from numbers that the user gives. */
export function compute(scene: Scene): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'compute').filter((tool) => isOnlyOne(scene, tool))
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const values: Record<string, Value> = {}
  for (const param of paramsOf(tool.tool)) {
    const value = drawFree(scene, param)
    if (value === undefined) return undefined
    values[param.name] = value
  }
  const done = perform(scene, tool.name, values)
  if (done === undefined) return undefined
  const { result } = tool.semantics
  return {
    kind: 'compute',
    clause: phrase(asks, draw, {
      result: inWords(result),
      // A result such as `value` says too little.
      tool: inWords(tool.name).includes(inWords(result)) ? '' : ` (${inWords(tool.name)})`,
      given: givenInWords(values),
    }),
    rounds: [[done.call]],
    answer: `the ${inWords(result)} is {${done.call.id}.${result}}.`,
    facts: [toldCheck(`the ${inWords(result)}`, (done.value as Record<string, Value>)[result] ?? null)],
    reads: [],
    writes: [],
  }
}
