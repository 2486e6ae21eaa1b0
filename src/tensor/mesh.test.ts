import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  axisSize,
  coordinates,
  deviceCount,
  deviceGroups,
  type Mesh,
  partsOf,
  replicated,
  type Sharding,
  shardShape,
  shardStart,
  wholeShape,
} from './mesh.ts'

const names = ['a', 'b', 'c']

const meshes: fc.Arbitrary<Mesh> = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 0, maxLength: 3 })
  .map((sizes) => ({ axes: sizes.map((size, i) => ({ name: names[i]!, size })) }))

/** Some of the axes in any order; those that the mesh does not have count as 1. */
const someAxes: fc.Arbitrary<readonly string[]> = fc.shuffledSubarray(names)

/** Each axis splits one of `rank` dimensions or none. */
const shardings = (rank: number): fc.Arbitrary<Sharding> =>
  fc
    .tuple(someAxes, fc.array(fc.nat(rank), { minLength: 3, maxLength: 3 }))
    .map(([order, places]) => Array.from({ length: rank }, (_, d) => order.filter((_, i) => places[i] === d)))

const placed = fc.integer({ min: 0, max: 3 }).chain((rank) =>
  fc.record({
    mesh: meshes,
    sharding: shardings(rank),
    local: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rank, maxLength: rank }),
  }),
)

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** All indices of a shape, as text. */
const indices = (shape: readonly number[]): readonly (readonly number[])[] =>
  shape.reduce<number[][]>((all, size) => all.flatMap((index) => range(size).map((i) => [...index, i])), [[]])

describe('shards', () => {
  test('tile the whole, each as often as there are copies', () => {
    fc.assert(
      fc.property(placed, ({ mesh, sharding, local }) => {
        const placement = { mesh, sharding }
        const whole = wholeShape(local, placement)
        const seen = new Map<string, number>()
        for (const device of range(deviceCount(mesh))) {
          const start = shardStart(whole, placement, device)
          for (const index of indices(local)) {
            const key = index.map((i, d) => i + start[d]!).join()
            seen.set(key, (seen.get(key) ?? 0) + 1)
          }
        }
        const copies = deviceCount(mesh) / partsOf(mesh, sharding).reduce((a, b) => a * b, 1)
        expect(seen).toEqual(new Map(indices(whole).map((index) => [index.join(), copies])))
      }),
    )
  })

  test('make the whole that was cut into them', () => {
    fc.assert(
      fc.property(placed, ({ mesh, sharding, local }) => {
        const whole = wholeShape(local, { mesh, sharding })
        expect(shardShape(whole, { mesh, sharding })).toEqual(local)
        expect(shardShape(whole, { mesh, sharding: replicated(whole.length) })).toEqual(whole)
      }),
    )
  })

  test('of two axes on one dimension: the outer one counts in steps of the inner one', () => {
    const mesh = { axes: [axis('a', 2), axis('b', 3)] }
    const starts = (axes: string[]): number[] =>
      range(6).map((device) => shardStart([12], { mesh, sharding: [axes] }, device)[0]!)
    expect(starts(['a', 'b'])).toEqual([0, 2, 4, 6, 8, 10])
    expect(starts(['b', 'a'])).toEqual([0, 4, 8, 2, 6, 10])
    expect(starts(['b'])).toEqual([0, 4, 8, 0, 4, 8])
  })

  test('that cannot be are refused', () => {
    const mesh = { axes: [axis('a', 2)] }
    expect(() => shardShape([3], { mesh, sharding: [['a']] })).toThrow('does not divide into 2 shards')
    expect(() => shardShape([4, 4], { mesh, sharding: [['a'], ['a']] })).toThrow(
      'names the mesh axis a twice',
    )
    expect(() => wholeShape([4], { mesh, sharding: [[], ['a']] })).toThrow('2 dimensions for shape [4]')
  })
})

function axis(name: string, size: number): Mesh['axes'][number] {
  return { name, size }
}

describe('devices', () => {
  test('have row-major coordinates', () => {
    fc.assert(
      fc.property(meshes, (mesh) => {
        const found = range(deviceCount(mesh)).map((device) => coordinates(mesh, device))
        expect(found).toEqual(indices(mesh.axes.map(({ size }) => size)))
      }),
    )
  })

  test('fall into groups that differ on the given axes only, in the order of a sharding over them', () => {
    fc.assert(
      fc.property(meshes, someAxes, (mesh, axes) => {
        const groups = deviceGroups(mesh, axes)
        const size = axes.reduce((product, name) => product * axisSize(mesh, name), 1)
        expect(groups.flat().toSorted((a, b) => a - b)).toEqual(range(deviceCount(mesh)))
        for (const group of groups) {
          const elsewhere = group.map((device) =>
            coordinates(mesh, device).filter((_, i) => !axes.includes(mesh.axes[i]!.name)),
          )
          expect(elsewhere).toEqual(group.map(() => elsewhere[0]))
          const starts = group.map((device) => shardStart([size], { mesh, sharding: [axes] }, device)[0])
          expect(starts).toEqual(range(size))
        }
      }),
    )
  })
})
