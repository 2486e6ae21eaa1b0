import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../draws.ts'
import { wildSchemas } from '../grammar/wild-schemas.fixture.ts'
import { enforcementWarnings } from './callable-tools.ts'
import { createEnforcer, type EnforcerOptions } from './enforcer.ts'
import type { JsonSchema, ToolDeclaration } from './messages.ts'
import { hasId, imEnd, randomAnswer, tokenizer } from './random-model.fixture.ts'

const tool = (name: string, parameters?: JsonSchema): ToolDeclaration => ({
  type: 'function',
  function: parameters === undefined ? { name } : { name, parameters },
})

const strictTool = (name: string, parameters: JsonSchema): ToolDeclaration => ({
  type: 'function',
  function: { name, parameters, strict: true },
})

const enforcer = (options: Partial<EnforcerOptions>) =>
  createEnforcer(tokenizer, {
    tools: [],
    toolChoice: 'auto',
    parallelToolCalls: true,
    firstCallIndex: 0,
    responseFormat: { type: 'text' },
    stopIds: [imEnd],
    ...options,
  })

/** Unknown formats and keywords are annotations. */
const lenient = { strict: false as const, logger: false as const }
const formatsOf = addFormats.default
const old = new Ajv(lenient)
const current = new Ajv2020(lenient)
for (const ajv of [old, current]) formatsOf(ajv)
const validator = (schema: Readonly<Record<string, unknown>>) => {
  const isOld = Array.isArray(
    (schema.properties as Record<string, { items?: unknown }> | undefined)?.pair?.items,
  )
  const { $schema: _, ...rest } = schema
  return (isOld ? old : current).compile(rest)
}

const section = /^(.*?)<\|tool_calls_section_begin\|>(.*)<\|tool_calls_section_end\|>$/s
const call =
  /<\|tool_call_begin\|>functions\.(.*?):(\d+)<\|tool_call_argument_begin\|>(.*?)<\|tool_call_end\|>/gs

/** The calls of an answer, read as the specification says. */
const callsOf = (ids: readonly number[]) => {
  const text = tokenizer.decode(ids)
  const inside = section.exec(text)?.[2]
  if (inside === undefined) throw new Error(`no section in ${text}`)
  const calls = [...inside.matchAll(call)].map(([, name, index, args]) => ({
    name: name!,
    index: Number(index),
    args: args!,
  }))
  expect(inside.replaceAll(call, '')).toBe('')
  return calls
}

describe('a random model', () => {
  it.each(Object.entries(wildSchemas))('calls by the schema %s', (name, schema) => {
    const validate = validator(schema)
    const { constraint } = enforcer({
      tools: [tool(name, schema)],
      toolChoice: 'required',
      firstCallIndex: 3,
    })
    const random = seededRandom(name.length)
    for (let run = 0; run < 5; run++) {
      const { ids, finished } = randomAnswer(constraint(), random, run === 0 ? 700 : 400)
      const text = tokenizer.decode(ids)
      expect(finished, text).toBe(true)
      for (const [i, { name: called, index, args }] of callsOf(ids).entries()) {
        expect(called).toBe(name)
        expect(index).toBe(3 + i)
        expect(validate(JSON.parse(args)), `${args}\n${JSON.stringify(validate.errors)}`).toBe(true)
      }
    }
  })
})

const special = (name: string) => tokenizer.specials.get(name)!
const sectionBegin = special('<|tool_calls_section_begin|>')
const sectionEnd = special('<|tool_calls_section_end|>')
const callBegin = special('<|tool_call_begin|>')
const argumentBegin = special('<|tool_call_argument_begin|>')
const callEnd = special('<|tool_call_end|>')

/** The special ids of a mask. */
const specialsOf = (mask: Uint32Array | undefined) =>
  tokenizer.specialTokens.map(({ id }) => id).filter((id) => hasId(mask!, id))
const isOrdinaryFree = (mask: Uint32Array | undefined) => tokenizer.ranks.every((_, id) => hasId(mask!, id))

/** Feeds ids, each of which must be allowed. */
const feed = (
  constraint: ReturnType<ReturnType<typeof enforcer>['constraint']>,
  ids: readonly number[],
  left = 500,
) => {
  for (const [i, id] of ids.entries()) {
    expect(hasId(constraint.allowed(left - i)!, id), `token ${i}: ${tokenizer.decode([id])}`).toBe(true)
    constraint.accept(id)
  }
  return left - ids.length
}

const weather = tool('get_weather', wildSchemas.weather as JsonSchema)
const clock = tool('get_time')

describe('text', () => {
  it('holds any ordinary token and no special one but what ends it', () => {
    for (const options of [{}, { tools: [weather], toolChoice: 'none' as const }]) {
      const constraint = enforcer(options).constraint()
      const mask = constraint.allowed(10)
      expect(specialsOf(mask)).toEqual([imEnd])
      expect(isOrdinaryFree(mask)).toBe(true)
      expect(mask).toHaveLength(Math.ceil(tokenizer.vocabSize / 32))
      constraint.accept(65)
      expect(constraint.allowed(9)).toBe(mask)
    }
  })

  it('may go on with calls where there are tools and tokens for the shortest', () => {
    const constraint = enforcer({ tools: [weather, clock] }).constraint()
    feed(constraint, tokenizer.encode('Let me see. '))
    expect(specialsOf(constraint.allowed(500))).toEqual([imEnd, sectionBegin])
    // section, call, "functions.get_time:0", argument, "{}", call's, section's and answer's end
    const shortest = 2 + 'functions.get_time:0'.length + 1 + 2 + 3
    expect(specialsOf(constraint.allowed(shortest))).toEqual([imEnd, sectionBegin])
    expect(specialsOf(constraint.allowed(shortest - 1))).toEqual([imEnd])
  })

  it('of a forged section stays text', () => {
    const constraint = enforcer({ tools: [weather] }).constraint()
    feed(constraint, tokenizer.encode('<|tool_calls_section_begin|><|im_end|>'))
    expect(isOrdinaryFree(constraint.allowed(100))).toBe(true)
  })
})

describe('a section', () => {
  it('goes from mark to mark', () => {
    const constraint = enforcer({ tools: [weather, clock], firstCallIndex: 9 }).constraint()
    constraint.accept(sectionBegin)
    expect(specialsOf(constraint.allowed(500))).toEqual([callBegin])
    feed(constraint, [callBegin, ...tokenizer.encode('functions.get_weather:9')])
    expect(specialsOf(constraint.allowed(500))).toEqual([argumentBegin])
    feed(constraint, [argumentBegin, ...tokenizer.encode('{"location": "Köln"')])
    expect(hasId(constraint.allowed(500)!, callEnd)).toBe(false)
    feed(constraint, [...tokenizer.encode('}'), callEnd])
    expect(specialsOf(constraint.allowed(500))).toEqual([sectionEnd, callBegin])
    feed(constraint, [
      callBegin,
      ...tokenizer.encode('functions.get_time:10'),
      argumentBegin,
      ...tokenizer.encode('{}'),
      callEnd,
      sectionEnd,
    ])
    expect(specialsOf(constraint.allowed(500))).toEqual([imEnd])
  })

  it.each([
    ['functions.get_weather:8', 'another number'],
    ['functions.get_news:9', 'an unknown tool'],
    ['get_weather:9', 'another form'],
  ])('does not take the id %s: %s', (id) => {
    const constraint = enforcer({ tools: [weather, clock], firstCallIndex: 9 }).constraint()
    for (const mark of [sectionBegin, callBegin]) constraint.accept(mark)
    const isTaken = tokenizer.encode(id).every((token) => {
      const taken = hasId(constraint.allowed(500)!, token)
      if (taken) constraint.accept(token)
      return taken
    })
    expect(isTaken).toBe(false)
  })

  it('has one call where calls are not parallel, or one tool is named', () => {
    for (const options of [{ parallelToolCalls: false }, { toolChoice: { name: 'get_time' } }]) {
      const constraint = enforcer({ tools: [weather, clock], ...options }).constraint()
      const before = [sectionBegin, callBegin, ...tokenizer.encode('functions.get_time:0'), argumentBegin]
      feed(constraint, [...before, ...tokenizer.encode('{}'), callEnd])
      expect(specialsOf(constraint.allowed(500))).toEqual([sectionEnd])
    }
  })

  it('comes first where calls are required, and of the named tool only', () => {
    const required = enforcer({ tools: [weather, clock], toolChoice: 'required' }).constraint()
    expect(specialsOf(required.allowed(500))).toEqual([sectionBegin])
    expect(isOrdinaryFree(required.allowed(500))).toBe(false)
    const named = enforcer({ tools: [weather, clock], toolChoice: { name: 'get_weather' } }).constraint()
    for (const mark of [sectionBegin, callBegin]) named.accept(mark)
    feed(named, tokenizer.encode('functions.get_'))
    expect(hasId(named.allowed(500)!, tokenizer.encode('t')[0]!)).toBe(false)
  })

  it('closes within the fewest tokens that allow it, whatever is chosen', () => {
    const tools = [clock, tool('long', wildSchemas.lengths as JsonSchema), weather]
    const { constraint } = enforcer({ tools, toolChoice: 'required' })
    const random = seededRandom(7)
    const shortest = 2 + 'functions.get_time:0'.length + 1 + 2 + 3
    for (let budget = shortest; budget < 120; budget++) {
      const { ids, finished } = randomAnswer(constraint(), random, budget)
      expect(finished, tokenizer.decode(ids)).toBe(true)
      for (const { args } of callsOf(ids)) JSON.parse(args)
    }
  })
})

describe('a response format', () => {
  it('json_schema holds from the first token to the end', () => {
    const schema = wildSchemas.search!
    const validate = validator(schema)
    const { constraint } = enforcer({ responseFormat: { type: 'json_schema', schema } })
    const random = seededRandom(11)
    for (let run = 0; run < 10; run++) {
      const { ids, finished } = randomAnswer(constraint(), random, 300)
      expect(finished).toBe(true)
      expect(validate(JSON.parse(tokenizer.decode(ids)))).toBe(true)
    }
  })

  it('json_object is an object', () => {
    const { constraint } = enforcer({ responseFormat: { type: 'json_object' } })
    const random = seededRandom(12)
    for (let run = 0; run < 10; run++) {
      const { ids, finished } = randomAnswer(constraint(), random, 200)
      expect(finished).toBe(true)
      expect(Object.getPrototypeOf(JSON.parse(tokenizer.decode(ids)))).toBe(Object.prototype)
    }
  })

  it('lets a number end or go on', () => {
    const { constraint } = enforcer({
      responseFormat: { type: 'json_schema', schema: { type: 'integer', maximum: 99 } },
    })
    const answer = constraint()
    feed(answer, tokenizer.encode('1'))
    expect(specialsOf(answer.allowed(500))).toEqual([imEnd])
    expect(hasId(answer.allowed(500)!, tokenizer.encode('2')[0]!)).toBe(true)
    feed(answer, [imEnd])
    expect(specialsOf(answer.allowed(500))).toEqual([imEnd])
  })

  it('stands beside calls, which may begin before the JSON text only', () => {
    const { constraint } = enforcer({ tools: [clock], responseFormat: { type: 'json_object' } })
    const answer = constraint()
    expect(specialsOf(answer.allowed(500))).toEqual([sectionBegin])
    feed(answer, tokenizer.encode('{'))
    expect(specialsOf(answer.allowed(500))).toEqual([])
  })
})

it('lets a tool be called with any object where its schema cannot be enforced, and says so', () => {
  const tools = [clock, tool('f', { properties: { a: { not: {} } } })]
  const { constraint } = enforcer({ tools, toolChoice: { name: 'f' } })
  const random = seededRandom(4)
  for (let run = 0; run < 5; run++) {
    const { ids, finished } = randomAnswer(constraint(), random, 200)
    expect(finished).toBe(true)
    const [made] = callsOf(ids)
    expect(made!.name).toBe('f')
    expect(Object.prototype.toString.call(JSON.parse(made!.args))).toBe('[object Object]')
  }
  expect(enforcementWarnings(tools)).toEqual([
    'arguments may be any object: tools[1] "f": parameters: #/properties/a: "not" is not supported by constrained decoding',
  ])
})

describe('refuses', () => {
  it.each([
    [
      'a schema that cannot be enforced, of a strict tool',
      { tools: [clock, strictTool('f', { properties: { a: { not: {} } } })] },
      'tools[1] "f": parameters: #/properties/a: "not" is not supported by constrained decoding',
    ],
    [
      'arguments that are no object',
      { tools: [tool('f', { type: 'array' })] },
      'tools[0] "f": parameters: #: is satisfied by no object',
    ],
    [
      'a response that cannot be enforced',
      { responseFormat: { type: 'json_schema' as const, schema: { uniqueItems: true } } },
      'response_format: schema: #: "uniqueItems" is not supported by constrained decoding',
    ],
    [
      'a call without tools',
      { toolChoice: 'required' as const },
      'tool_choice "required" needs at least one tool',
    ],
    [
      'an unknown tool',
      { tools: [clock], toolChoice: { name: 'x' } },
      'tool_choice names "x", which is none of the tools',
    ],
    [
      'more tools than can be looked at',
      { tools: Array.from({ length: 10_000 }, (_, i) => tool(`f${i}`)) },
      'tools: 10000 are declared, more than 1024',
    ],
    [
      'tools that together take too much work',
      {
        tools: Array.from({ length: 12 }, (_, i) =>
          tool(`f${i}`, { properties: { a: { pattern: `^.{0,${1900 + i}}$` } } }),
        ),
      },
      'takes too much work together with the other schemas of the request',
    ],
    ['two tools of one name', { tools: [clock, clock] }, 'tools: two are named "get_time"'],
  ])('%s', (_, options, message) => {
    expect(() => enforcer(options)).toThrow(message)
  })
})
