import type { Mesh } from '../../tensor/mesh.ts'
import { collectiveDefs } from '../../tensor/ops/collective.ts'
import { add, convert } from '../../tensor/ops/elementwise.ts'
import { emit } from '../../tensor/trace.ts'
import { type ConformanceCase, newCase } from './case.ts'

/** Among one device every collective is the identity; what they do among several, devices.test.ts has. */
const alone = { axes: [] as Mesh['axes'][number]['name'][], size: 1 }

export const collectiveCases: readonly ConformanceCase[] = [
  newCase('allReduce', 'one device', (random) => ({
    inputs: [random.floats([2, 3])],
    build: (x) => emit(collectiveDefs.allReduce, [x!], { ...alone, kind: 'sum' }),
    differentiable: [0],
  })),
  newCase('allGather', 'one device', (random) => ({
    inputs: [random.floats([2, 3])],
    build: (x) => emit(collectiveDefs.allGather, [x!], { ...alone, dim: 1 }),
    differentiable: [0],
  })),
  newCase('reduceScatter', 'one device', (random) => ({
    inputs: [random.floats([2, 3])],
    build: (x) => emit(collectiveDefs.reduceScatter, [x!], { ...alone, dim: 0 }),
    differentiable: [0],
  })),
  newCase('allToAll', 'one device', (random) => ({
    inputs: [random.floats([2, 3])],
    build: (x) => emit(collectiveDefs.allToAll, [x!], { ...alone, split: 0, concat: 1 }),
    differentiable: [0],
  })),
  newCase('axisIndex', 'one device', (random) => ({
    inputs: [random.floats([])],
    build: (x) => [add(x!, convert(emit(collectiveDefs.axisIndex, [], alone)[0]!, 'f32'))],
    differentiable: [0],
  })),
]
