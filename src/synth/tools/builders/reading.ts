import { ofThe, type ToolDraft, type Workshop } from '../draft.ts'
import { keyParameter } from '../parameters.ts'
import { either, spoken, withArticle } from '../words.ts'

/** Tools that tell a row or a part of it. */
export function readingTools(workshop: Workshop): readonly ToolDraft[] {
  const { thing, style, draw } = workshop
  const { table, name, noun } = thing
  const key = keyParameter(thing, style)
  const refuses = [`there is no such ${noun}`]
  const get = (tool: string, does: string, returns: string, columns?: readonly string[]): ToolDraft => ({
    name: tool,
    does,
    returns,
    refuses,
    parameters: [key],
    semantics: {
      kind: 'get',
      table: table.name,
      key: { param: key.name },
      ...(columns === undefined ? {} : { columns }),
    },
  })
  const verb = spoken(style.verbs.get)
  const whole = get(
    `${style.verbs.get}_${name}`,
    `${verb} ${withArticle(noun)} (${thing.about}) by its key`,
    `all that is known of it`,
  )
  const some = draw.sample(thing.ownColumns, draw.integer(1, 3))
  const words = either(some.map(spoken), 'and')
  const part = get(
    `${draw.pick(['check', 'get', 'show'])}_${name}_${some.length === 1 ? some[0] : draw.pick(['summary', 'facts', 'overview', 'basics'])}`,
    `read the ${words}${ofThe(thing)}`,
    `its key with ${words}`,
    some,
  )
  const status =
    thing.lifecycle === undefined
      ? []
      : [
          get(
            `${draw.pick(['check', 'get'])}_${name}_status`,
            `find out in which state ${withArticle(noun)} is`,
            'its key and its status',
            ['status'],
          ),
        ]
  return [{ ...whole, core: true }, part, ...status]
}
