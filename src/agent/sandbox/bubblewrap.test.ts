import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bubblewrapForTests } from './bubblewrap.fixture.ts'
import { openBubblewrap } from './bubblewrap.ts'
import { seccompFilter } from './seccomp.ts'

const bubblewrap = await bubblewrapForTests()
afterAll(() => bubblewrap?.[Symbol.asyncDispose]())

describe.skipIf(bubblewrap === undefined)('a sandbox', () => {
  it('runs programs with input, variables and a directory, and tells how they end', async () => {
    await using sandbox = await bubblewrap!.sandbox()
    await sandbox.writeFile('a/b/hello.txt', 'hello')
    const result = await sandbox.exec(['/bin/sh', '-c', 'cat - hello.txt; echo "$X" >&2; exit 3'], {
      cwd: 'a/b',
      stdin: 'in ',
      env: { X: 'y z' },
    })
    expect(result).toMatchObject({
      code: 3,
      signal: null,
      stdout: 'in hello',
      stderr: 'y z\n',
      truncated: false,
      timedOut: false,
    })
    expect(await sandbox.exec(['/bin/sh', '-c', 'kill -TERM $$'])).toMatchObject({
      code: 143,
      signal: 'SIGTERM',
    })
    expect((await sandbox.exec(['no-such-program'])).code).toBe(127)
    expect((await sandbox.exec(['node', '-p', 'process.version'])).stdout.trim()).toBe(process.version)
  })

  it('keeps files between commands, and goes back to a snapshot', async () => {
    await using sandbox = await bubblewrap!.sandbox()
    await sandbox.exec(['/bin/sh', '-c', 'mkdir d; echo 1 > d/a; ln -s a d/l; chmod 755 d/a'])
    const snapshot = await sandbox.snapshot()
    await sandbox.exec(['/bin/sh', '-c', 'rm -r d; echo 2 > b'])
    expect(await sandbox.listFiles()).toEqual([{ path: 'b', bytes: 2 }])
    await sandbox.restore(snapshot)
    expect(await sandbox.listFiles()).toEqual([{ path: 'd/a', bytes: 2 }])
    const { stdout } = await sandbox.exec([
      '/bin/sh',
      '-c',
      'cat d/l; echo more >> d/a; test -x d/a && echo kept',
    ])
    expect(stdout).toBe('1\nkept\n')
    await sandbox.removeFile('d/a')
    await sandbox.removeFile('d/not-there')
    expect(await sandbox.listFiles()).toEqual([])
    await expect(sandbox.readFile('d/a')).rejects.toThrow('cannot read d/a: there is no such file')
  })

  it('is apart from others that run at the same time', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        await using sandbox = await bubblewrap!.sandbox()
        await sandbox.exec(['/bin/sh', '-c', `echo ${name} > /tmp/x; echo ${name} > mine; sleep 0.1`])
        return (await sandbox.exec(['/bin/sh', '-c', 'cat mine; ls /tmp'])).stdout
      }),
    )
    expect(seen).toEqual(['a\n', 'b\n', 'c\n'])
  })
})

it('says what to install where bubblewrap is not, and makes nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'none-'))
  const missing = openBubblewrap({ programs: { bwrap: join(directory, 'bwrap') } })
  await expect(missing).rejects.toThrow(
    /Sandboxes need bubblewrap \(bwrap\), which is not here.*apt-get install bubblewrap/,
  )
  rmSync(directory, { recursive: true })
})

it('says what to permit where bubblewrap cannot make namespaces', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'refused-'))
  const bwrap = join(directory, 'bwrap')
  writeFileSync(bwrap, '#!/bin/sh\necho "bwrap: No permissions to create a new namespace" >&2\nexit 1\n')
  chmodSync(bwrap, 0o755)
  chmodSync(directory, 0o755)
  await expect(openBubblewrap({ programs: { bwrap } })).rejects.toThrow(
    /No permissions to create a new namespace.*user namespaces.*sysctl/,
  )
  rmSync(directory, { recursive: true })
})

it('has a filter for the processors it knows, and none for others', () => {
  for (const architecture of ['x64', 'arm64']) {
    const filter = seccompFilter(architecture)!
    // The last instruction lets calls pass; each is 8 bytes.
    expect(filter.length % 8).toBe(0)
    expect(filter.readUInt32LE(filter.length - 4)).toBe(0x7fff0000)
  }
  expect(seccompFilter('riscv64')).toBeUndefined()
})

/** What a filter answers, as linux/filter.h has its instructions. */
function answerOf(filter: Buffer, data: readonly [call: number, audit: number, argument: number]): number {
  const words: Readonly<Record<number, number>> = { 0: data[0], 4: data[1], 16: data[2] }
  for (let at = 0, loaded = 0; ; at++) {
    const [code, value] = [filter.readUInt16LE(at * 8), filter.readUInt32LE(at * 8 + 4)]
    if (code === 0x06) return value
    if (code === 0x20) loaded = words[value]!
    else {
      const isTrue = { 21: loaded === value, 53: loaded >= value, 69: (loaded & value) !== 0 }[code]!
      at += filter.readUInt8(at * 8 + (isTrue ? 2 : 3))
    }
  }
}

it('lets sockets of four families pass, and other calls as they were', () => {
  const [allow, refused] = [0x7fff0000, 0x00050000]
  for (const [architecture, audit, socket, socketpair, clone, read] of [
    ['x64', 0xc000003e, 41, 53, 56, 0],
    ['arm64', 0xc00000b7, 198, 199, 220, 63],
  ] as const) {
    const filter = seccompFilter(architecture)!
    for (const call of [socket, socketpair])
      for (let family = 0; family < 64; family++)
        expect(answerOf(filter, [call, audit, family]), `${architecture} ${call} ${family}`).toBe(
          [1, 2, 10, 16].includes(family) ? allow : refused | 97,
        )
    expect(answerOf(filter, [clone, audit, 0x10000000])).toBe(refused | 1)
    for (const call of [clone, read]) expect(answerOf(filter, [call, audit, 40])).toBe(allow)
  }
})
