import { inline } from '../inline.ts'
import type { Gradient, KernelAttrs } from '../program.ts'
import { emit, type OpDef, ShapeError, shapeError, type Tensor, traceRegion } from '../trace.ts'
import { isFloat, sameType, showType, type Type } from '../types.ts'
import { add, sub } from './elementwise.ts'
import { scalar } from './leaf.ts'
import { broadcast, reverse } from './shape.ts'

const stopGradientDef: OpDef<'stopGradient'> = {
  name: 'stopGradient',
  infer: ([x]) => [x!],
  vjp: () => [null],
}
/** Identity whose cotangent is zero. */
export const stopGradient = (x: Tensor): Tensor => emit(stopGradientDef, [x], {})[0]!

const barrierDef: OpDef<'barrier'> = {
  name: 'barrier',
  infer: (types) => types,
  vjp: (_, cotangents) => cotangents,
}
/** Identities that no pass merges with their operands. */
export const barrier = (values: readonly Tensor[]): readonly Tensor[] => emit(barrierDef, values, {})

const zerosOf = (type: Type): Tensor => broadcast(scalar(0, type.dtype), type.shape)

const loopDef: OpDef<'loop'> = {
  name: 'loop',
  infer: (inputs, { trips, body, carries, sliced }) => {
    const carried = inputs.slice(0, carries)
    carried.forEach((type, i) => {
      if (!body.outputs[i] || !sameType(type, body.outputs[i]))
        throw new ShapeError(
          `carry ${i} enters the body as ${showType(type)} and leaves it as ${body.outputs[i] ? showType(body.outputs[i]) : 'nothing'}`,
        )
    })
    const short = inputs.slice(carries, carries + sliced).find((type) => type.shape[0] !== trips)
    if (short) throw new ShapeError(`a sliced input ${showType(short)} does not have ${trips} rows`)
    return [
      ...carried,
      ...body.outputs.slice(carries).map(({ dtype, shape }) => ({ dtype, shape: [trips, ...shape] })),
    ]
  },
  /** The forward pass is run again with the carries of each trip kept; then the trips are walked backwards. */
  vjp: ({ inputs, attrs: { trips, body, carries, sliced } }, cotangents, pullback) => {
    const start = inputs.slice(0, carries)
    const slices = inputs.slice(carries, carries + sliced)
    const constants = inputs.slice(carries + sliced)
    const kept = loop(trips, start, slices, (index, carry, rows) => {
      const outputs = inline(body, [index, ...carry, ...rows, ...constants])
      return { carry: outputs.slice(0, carries), rows: carry }
    }).rows
    const floatCarry = start.map((_, i) => i).filter((i) => isFloat(start[i]!.dtype))
    const floatConstant = constants.map((_, i) => i).filter((i) => isFloat(constants[i]!.dtype))
    const floatSlice = slices.map((_, i) => i).filter((i) => isFloat(slices[i]!.dtype))
    const rowTypes = body.outputs.slice(carries)
    const floatRow = rowTypes.map((_, i) => i).filter((i) => cotangents[carries + i])
    const backwards = (x: Tensor): Tensor => reverse(x, [0])
    const result = loop(
      trips,
      [
        ...floatCarry.map((i) => cotangents[i] ?? zerosOf(start[i]!)),
        ...floatConstant.map((i) => zerosOf(constants[i]!)),
      ],
      [...kept, ...slices, ...floatRow.map((i) => cotangents[carries + i]!)].map(backwards),
      (step, carry, rows) => {
        const index = sub(trips - 1, step)
        const carriesIn = rows.slice(0, carries)
        const slicesIn = rows.slice(carries, carries + sliced)
        const rowCotangents = rows.slice(carries + sliced)
        const outputs = inline(body, [index, ...carriesIn, ...slicesIn, ...constants])
        const given = outputs.map((_, i) => {
          if (i < carries) return floatCarry.includes(i) ? carry[floatCarry.indexOf(i)]! : null
          return floatRow.includes(i - carries) ? rowCotangents[floatRow.indexOf(i - carries)]! : null
        })
        const wanted = [
          ...floatCarry.map((i) => carriesIn[i]!),
          ...floatConstant.map((i) => constants[i]!),
          ...floatSlice.map((i) => slicesIn[i]!),
        ]
        const found = pullback(outputs, given, wanted).map((g, i) => g ?? zerosOf(wanted[i]!))
        const nCarry = floatCarry.length
        const sums = floatConstant.map((_, i) => add(carry[nCarry + i]!, found[nCarry + i]!))
        return {
          carry: [...found.slice(0, nCarry), ...sums],
          rows: found.slice(nCarry + floatConstant.length),
        }
      },
    )
    return [
      ...start.map((_, i) => (floatCarry.includes(i) ? result.carry[floatCarry.indexOf(i)]! : null)),
      ...slices.map((_, i) =>
        floatSlice.includes(i) ? backwards(result.rows[floatSlice.indexOf(i)]!) : null,
      ),
      ...constants.map((_, i) =>
        floatConstant.includes(i) ? result.carry[floatCarry.length + floatConstant.indexOf(i)]! : null,
      ),
    ]
  },
}

/**
 * Runs `body` a fixed number of times. `slices` are read one row a trip; `rows` that the body returns are stacked.
 * The body may use outer values; they are constants of the loop.
 */
export function loop(
  trips: number,
  carry: readonly Tensor[],
  slices: readonly Tensor[],
  body: (
    index: Tensor,
    carry: readonly Tensor[],
    slices: readonly Tensor[],
  ) => { carry: readonly Tensor[]; rows?: readonly Tensor[] },
): { carry: readonly Tensor[]; rows: readonly Tensor[] } {
  const rowTypes = slices.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }))
  const region = traceRegion(
    'loop',
    [{ dtype: 'i32', shape: [] }, ...carry, ...rowTypes],
    (index, ...rest) => {
      const out = body(index!, rest.slice(0, carry.length), rest.slice(carry.length))
      if (out.carry.length !== carry.length)
        throw shapeError(`loop: ${carry.length} carries enter the body, ${out.carry.length} leave it`)
      return [...out.carry, ...(out.rows ?? [])]
    },
  )
  const outputs = emit(loopDef, [...carry, ...slices, ...region.captured], {
    trips,
    body: region.body,
    carries: carry.length,
    sliced: slices.length,
  })
  return { carry: outputs.slice(0, carry.length), rows: outputs.slice(carry.length) }
}

const condDef: OpDef<'cond'> = {
  name: 'cond',
  infer: ([predicate], { whenTrue, whenFalse }) => {
    if (predicate!.dtype !== 'bool' || predicate!.shape.length !== 0)
      throw new ShapeError('the predicate is not bool[]')
    const differ =
      whenTrue.outputs.length !== whenFalse.outputs.length ||
      whenTrue.outputs.some((type, i) => !sameType(type, whenFalse.outputs[i]!))
    if (differ) throw new ShapeError('the branches return different types')
    return whenTrue.outputs
  },
  vjp: ({ inputs: [predicate, ...args], attrs: { whenTrue, whenFalse } }, cotangents, pullback) => {
    const side = (body: typeof whenTrue) => (): readonly Tensor[] =>
      pullback(inline(body, args), cotangents, args).map((g, i) => g ?? zerosOf(args[i]!))
    return [null, ...cond(predicate!, side(whenTrue), side(whenFalse))]
  },
}
/** One of two branches; both return the same types and may use outer values. */
export function cond(
  predicate: Tensor,
  whenTrue: () => readonly Tensor[],
  whenFalse: () => readonly Tensor[],
): readonly Tensor[] {
  const a = traceRegion('whenTrue', [], whenTrue)
  const b = traceRegion('whenFalse', [], whenFalse)
  const args = [...new Map([...a.captured, ...b.captured].map((v) => [v.id, v])).values()]
  const withAll = (region: typeof a) =>
    traceRegion(region.body.name, args, (...values) =>
      inline(
        region.body,
        region.captured.map((v) => values[args.findIndex((w) => w.id === v.id)]!),
      ),
    ).body
  return emit(condDef, [predicate, ...args], { whenTrue: withAll(a), whenFalse: withAll(b) })
}

const checkpointDef: OpDef<'checkpoint'> = {
  name: 'checkpoint',
  infer: (_, { body }) => body.outputs,
  vjp: ({ inputs, attrs: { body } }, cotangents, pullback) => {
    const again = barrier(inputs)
    return pullback(inline(body, again), cotangents, again)
  },
}
/** `fn()`, whose gradient computes it again instead of keeping its intermediates. Outer values are its operands. */
export function checkpoint(fn: () => readonly Tensor[]): readonly Tensor[] {
  const { body, captured } = traceRegion('checkpoint', [], fn)
  return emit(checkpointDef, captured, { body })
}

const customGradDef: OpDef<'customGrad'> = {
  name: 'customGrad',
  infer: (_, { body }) => body.outputs,
  vjp: ({ inputs, outputs, attrs: { body, gradient, residuals } }, cotangents, pullback) => {
    const primal = outputs.length - residuals
    const given = cotangents.slice(0, primal)
    const byRule = given.some((g) => g !== null) ? gradient(inputs, outputs, given) : inputs.map(() => null)
    const onResiduals = cotangents.slice(primal)
    if (onResiduals.every((g) => g === null)) return byRule
    // A gradient of a gradient reaches the residuals, of which the rule says nothing: differentiate the body itself.
    const again = barrier(inputs)
    const byBody = pullback(inline(body, again).slice(primal), onResiduals, again)
    return byRule.map((g, i) => (g && byBody[i] ? add(g, byBody[i]) : (g ?? byBody[i] ?? null)))
  },
}
/**
 * `fn(...inputs)` with a gradient rule of its own. The last `residuals` outputs are only for the rule
 * `gradient(inputs, outputs, cotangents of the other outputs)`.
 */
export function customGrad(
  inputs: readonly Tensor[],
  fn: (...inputs: Tensor[]) => readonly Tensor[],
  gradient: Gradient,
  residuals = 0,
): readonly Tensor[] {
  const { body, captured } = traceRegion('customGrad', inputs, fn)
  if (captured.length > 0) throw new Error('customGrad: the function uses outer values; pass them as inputs')
  return emit(customGradDef, inputs, { body, gradient, residuals })
}

const kernelDef: OpDef<'kernel'> = {
  name: 'kernel',
  infer: (_, { body }) => body.outputs,
  vjp: ({ inputs, attrs: { body } }, cotangents, pullback) => {
    const again = barrier(inputs)
    return pullback(inline(body, again), cotangents, again)
  },
}
/**
 * `fn(...inputs)`, for which an engine may have a kernel of its own under that name. The gradient is that of `fn`; where
 * the engine has a kernel for the gradient too, put both into a customGrad.
 */
export function kernel(
  name: string,
  attrs: KernelAttrs,
  inputs: readonly Tensor[],
  fn: (...inputs: Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  const { body, captured } = traceRegion(name, inputs, fn)
  if (captured.length > 0)
    throw new Error(`kernel ${name}: the function uses outer values; pass them as inputs`)
  return emit(kernelDef, inputs, { name, attrs, body })
}

export const controlDefs = {
  stopGradient: stopGradientDef,
  barrier: barrierDef,
  loop: loopDef,
  cond: condDef,
  checkpoint: checkpointDef,
  customGrad: customGradDef,
  kernel: kernelDef,
}
