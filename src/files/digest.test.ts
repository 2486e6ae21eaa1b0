import { expect, it } from 'vitest'
import { digestOf, textDigest } from './digest.ts'

it('a digest is the SHA-256 of the canonical JSON', () => {
  // printf '{"a":1,"b":[]}' | sha256sum
  expect(digestOf({ b: [], a: 1 })).toBe('f87e4099e9be5e75094e0a4f46d3dc18a9c37429314a5a2490fb78d31e7e170c')
  expect(digestOf({ b: [], a: 2 })).not.toBe(digestOf({ b: [], a: 1 }))
})

it('a text is digested as UTF-8', () => {
  // printf 'é' | sha256sum
  expect(textDigest('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c')
})
