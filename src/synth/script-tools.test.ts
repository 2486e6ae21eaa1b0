import { expect, it } from 'vitest'
import { openJavascript } from '../agent/sandbox/javascript.ts'
import type { Application } from '../world/application.ts'
import { executeCall } from '../world/execute.ts'

const source = `(args, state) => {
  const tank = state.tanks[args.tank]
  if (tank === undefined) throw new Error('no tank ' + args.tank)
  const litres = tank.litres + args.litres
  return { result: { litres }, state: { ...state, tanks: { ...state.tanks, [args.tank]: { ...tank, litres } } } }
}`

const application: Application = {
  name: 'tanks',
  domain: 'unknown',
  description: '',
  tables: [
    {
      name: 'tanks',
      singular: 'tank',
      key: 'tank',
      keyPrefix: 'T-',
      columns: { litres: { type: 'integer', minimum: 0, maximum: 1000 } },
    },
  ],
  tools: [
    {
      declaration: {
        type: 'function',
        function: {
          name: 'fill',
          parameters: {
            type: 'object',
            properties: { tank: { type: 'string' }, litres: { type: 'integer' } },
            required: ['tank', 'litres'],
          },
        },
      },
      semantics: { kind: 'script', source },
    },
  ],
}

it('a world runs the scripts of its tools in QuickJS', () => {
  using javascript = openJavascript()
  const state = { tanks: { 'T-1': { litres: 5 } } }
  const fill = (tank: string) => {
    const call = { id: 'functions.fill:0', name: 'fill', arguments: JSON.stringify({ tank, litres: 7 }) }
    return executeCall(application, state, call, javascript.runScript)
  }
  expect(fill('T-1')).toEqual({
    ok: true,
    value: { litres: 12 },
    state: { tanks: { 'T-1': { litres: 12 } } },
  })
  expect(fill('T-2')).toMatchObject({ ok: false, error: expect.stringContaining('no tank T-2') })
})
