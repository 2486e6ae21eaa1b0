import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seededRandom } from '../draws.ts'
import { accepts, createAutomaton } from '../grammar/automaton.ts'
import { schemaGrammar } from '../grammar/schema/schema-grammar.ts'
import { UnsupportedSchemaError } from '../grammar/schema/unsupported-schema.ts'
import { createEnforcer } from './enforcer.ts'
import { imEnd, randomAnswer, tokenizer } from './random-model.fixture.ts'

type Schema = Readonly<Record<string, unknown>>

const name = fc.constantFrom('a', 'b', 'ab', 'c"', 'é')
const scalar = fc.oneof(fc.constantFrom(null, true, 'a', 'b"', ''), fc.integer({ min: -20, max: 20 }))
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })

/** Without keywords that are undefined. */
const clean = (schema: Record<string, unknown>): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined))

const { schema } = fc.letrec<{ schema: Schema; leaf: Schema; object: Schema; array: Schema; mixed: Schema }>(
  (tie) => ({
    leaf: fc.oneof(
      fc
        .record({
          type: fc.constant('integer'),
          minimum: optional(fc.integer({ min: -50, max: 50 })),
          exclusiveMaximum: optional(fc.integer({ min: -50, max: 200 })),
          multipleOf: optional(fc.constantFrom(2, 5, 12)),
        })
        .map(clean),
      fc
        .record({
          type: fc.constant('number'),
          minimum: optional(fc.integer({ min: -50, max: 50 }).map((x) => x / 8)),
          maximum: optional(fc.integer({ min: -5, max: 500 }).map((x) => x / 10)),
        })
        .map(clean),
      fc
        .record({
          type: fc.constant('string'),
          minLength: optional(fc.nat(4)),
          maxLength: optional(fc.nat(9)),
          pattern: optional(fc.constantFrom('^[a-c]+$', 'x', '^.{2}', '^(a|"b)*$')),
        })
        .map(clean),
      fc.array(scalar, { minLength: 1, maxLength: 4 }).map((values) => ({ enum: [...new Set(values)] })),
      fc.constantFrom<Schema>({ type: 'null' }, { type: ['boolean', 'string'] }, {}),
    ),
    object: fc
      .record({
        type: fc.constantFrom('object', undefined),
        properties: fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
        required: fc.subarray(['a', 'b', 'é'], { maxLength: 2 }),
        additionalProperties: optional(fc.oneof(fc.boolean(), tie('leaf'))),
        minProperties: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
        maxProperties: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
      })
      .map(clean),
    array: fc
      .record({
        type: fc.constant('array'),
        items: tie('schema'),
        minItems: optional(fc.nat(2)),
        maxItems: optional(fc.nat(4)),
        uniqueItems: fc.option(fc.boolean(), { nil: undefined, freq: 4 }),
      })
      .map(clean),
    mixed: fc
      .tuple(
        fc.constantFrom('anyOf', 'allOf', 'oneOf'),
        fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
      )
      .map(([keyword, of]) => ({ [keyword]: of })),
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      tie('object'),
      tie('array'),
      fc.array(scalar, { minLength: 2, maxLength: 5 }).chain((values) =>
        fc.record({
          items: fc.constant({ enum: [...new Set(values)] }),
          uniqueItems: fc.constant(true),
          minItems: fc.nat(2),
          maxItems: fc.integer({ min: 2, max: 6 }),
        }),
      ),
      tie('mixed'),
    ),
  }),
)

const ajv = new Ajv2020({ strict: false, logger: false })

it('whatever the schema, what is written is of it', () => {
  let written = 0
  fc.assert(
    fc.property(schema, fc.nat(), (given, seed) => {
      let enforcer: ReturnType<typeof createEnforcer>
      try {
        enforcer = createEnforcer(tokenizer, {
          tools: [],
          toolChoice: 'auto',
          parallelToolCalls: true,
          firstCallIndex: 0,
          responseFormat: { type: 'json_schema', schema: given },
          stopIds: [imEnd],
        })
      } catch (error) {
        expect(error).toBeInstanceOf(UnsupportedSchemaError)
        return
      }
      const validate = ajv.compile(given)
      const { ids, finished } = randomAnswer(enforcer.constraint(), seededRandom(seed), 150)
      const text = tokenizer.decode(ids)
      expect(finished, text).toBe(true)
      expect(validate(JSON.parse(text)), text).toBe(true)
      // What was read as tokens is read as bytes too.
      expect(accepts(createAutomaton(schemaGrammar(given)), text)).toBe(true)
      written++
    }),
    { numRuns: 120 },
  )
  expect(written).toBeGreaterThan(50)
})
