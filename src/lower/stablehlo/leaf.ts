import { emit, put } from './builder.ts'
import { blob, dense } from './dense.ts'
import { convert, iota } from './forms.ts'
import type { Rules } from './rule.ts'
import { tensorType } from './tensor-type.ts'

export const leafRules: Rules<'constant' | 'iota'> = {
  constant(b, { attrs, outputs: [y] }) {
    const text = dense(attrs)
    if (text !== null) return put(b, y!, emit(b, y!, `stablehlo.constant ${text} : ${tensorType(y!)}`))
    const bytes = { dtype: 'u8', shape: attrs.shape } as const
    put(
      b,
      y!,
      convert(b, emit(b, bytes, `stablehlo.constant ${blob(attrs.data)} : ${tensorType(bytes)}`), 'bool'),
    )
  },
  iota: (b, { attrs: { dim }, outputs: [y] }) => put(b, y!, iota(b, dim, y!)),
}
