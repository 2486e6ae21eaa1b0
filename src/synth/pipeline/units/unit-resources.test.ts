import { beforeEach, expect, it, vi } from 'vitest'
import { openBubblewrap } from '../../../agent/sandbox/bubblewrap.ts'
import { PermanentFailure } from '../../../jobs/failures.ts'
import { UserError } from '../../../user-error.ts'
import { codeTaskUnits } from './task-units.ts'
import { createUnitResources } from './unit-resources.ts'

vi.mock('../../../agent/sandbox/bubblewrap.ts', () => ({ openBubblewrap: vi.fn() }))
const open = vi.mocked(openBubblewrap)
beforeEach(() => void open.mockReset())

it('sandboxes are opened once, anew after a failure, and closed with the rest', async () => {
  const close = vi.fn(async () => {})
  open.mockRejectedValueOnce(new Error('no space'))
  open.mockResolvedValue({ sandbox: vi.fn(), python: undefined, [Symbol.asyncDispose]: close })
  {
    await using resources = createUnitResources()
    await expect(resources.sandbox('python')).rejects.toThrow('no space')
    const [one, other] = await Promise.all([resources.sandbox('python'), resources.sandbox('python')])
    expect(one.bubblewrap).toBe(other.bubblewrap)
    expect(close).not.toHaveBeenCalled()
  }
  expect(open).toHaveBeenCalledTimes(2)
  expect(close).toHaveBeenCalledOnce()
})

it('nothing is opened only to be closed', async () => {
  await createUnitResources()[Symbol.asyncDispose]()
  expect(open).not.toHaveBeenCalled()
})

it('tasks in a language that cannot be run here are not tried again', async () => {
  open.mockRejectedValue(new UserError('Sandboxes need bubblewrap'))
  await using resources = createUnitResources()
  const context = { signal: new AbortController().signal } as never
  const unit = codeTaskUnits(resources).run({ seed: 1, from: 0, count: 1, language: 'python' }, context)
  await expect(unit).rejects.toThrow(PermanentFailure)
  await expect(unit).rejects.toThrow('Sandboxes need bubblewrap')
})
