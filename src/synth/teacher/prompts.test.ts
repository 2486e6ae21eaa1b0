import { expect, test } from 'vitest'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import { prompts } from './prompts.fixture.ts'

test('a prompt whose words or form change has a new version: raise it, then take over the digest', () => {
  expect(prompts.map((prompt) => promptDigest(prompt as never))).toMatchInlineSnapshot(`
    [
      "application domains@1:604b5959749d0c13",
      "application@1:fe22c42d6d9925be",
      "agent@1:b1454ee5447efed9",
      "task@1:c9e67e325b6ab75c",
      "user@1:1a9715fc57267fce",
      "tool simulator@1:88de5a3f0ca5829d",
      "judge@1:5b2138fe21dd9733",
      "preference@2:2284c6757442d925",
    ]
  `)
})
