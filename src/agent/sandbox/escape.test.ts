import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { bubblewrapForTests } from './bubblewrap.fixture.ts'
import { openBubblewrap } from './bubblewrap.ts'
import type { ExecOptions, ExecResult, Sandbox, SandboxLimits } from './sandbox.ts'

const bubblewrap = await bubblewrapForTests()
afterAll(() => bubblewrap?.[Symbol.asyncDispose]())

const inSandbox = async <T>(
  use: (sandbox: Sandbox) => Promise<T>,
  limits?: Partial<SandboxLimits>,
): Promise<T> => {
  await using sandbox = await bubblewrap!.sandbox(limits)
  return await use(sandbox)
}
const shell = (script: string, options?: ExecOptions, limits?: Partial<SandboxLimits>): Promise<ExecResult> =>
  inSandbox((sandbox) => sandbox.exec(['/bin/sh', '-c', script], options), limits)
const node = (script: string, options?: ExecOptions, limits?: Partial<SandboxLimits>): Promise<ExecResult> =>
  inSandbox((sandbox) => sandbox.exec(['node', '-e', script], options), limits)

/** Processes of the host whose command has a text in it. */
const hostProcesses = (text: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(text)
      } catch {
        return false
      }
    })

describe.skipIf(bubblewrap === undefined)('what is tried to get out or to use up the host', () => {
  it('a fork bomb ends at the number of processes, and none is left', async () => {
    const result = await shell(
      'f() { f bomb-73 | f bomb-73 & }; f; sleep 0.5; echo alive',
      { timeoutMs: 5000 },
      { processes: 24 },
    )
    expect(result.stderr).toMatch(/fork/i)
    expect(hostProcesses('bomb-73')).toEqual([])
  })

  it('memory of one process and of many together ends at the limit', async () => {
    const one = await node(
      'const all = []; for (;;) all.push(Buffer.alloc(2 ** 24, 1))',
      {},
      { memoryBytes: 2 ** 28 },
    )
    expect(one.code).not.toBe(0)
    const forks =
      'for i in 1 2 3 4; do node -e "global.x = Buffer.alloc(150e6, 1); setTimeout(() => {}, 20000)" & done; wait'
    const many = await shell(forks, { timeoutMs: 15_000 }, { memoryBytes: 400e6 })
    expect(many).toMatchObject({ code: null, exceeded: 'memory' })
  })

  it('memory that files hold ends at the limit of its file system', async () => {
    const result = await shell(
      'for f in 1 2 3 4 5 6 7 8; do head -c 8M /dev/zero > /dev/shm/$f || echo full; done',
      {},
      { diskBytes: 2 ** 24 },
    )
    expect(result.stdout).toContain('full')
    const anonymous = await shell(
      'command -v python3 > /dev/null || exit 9; python3 -c "import os; os.memfd_create(\'x\')"',
    )
    if (anonymous.code !== 9) expect(anonymous.stderr).toContain('Operation not permitted')
  })

  it('there is no network: not the internet, not services of the host', async () => {
    const server = createServer((socket) => socket.end('host')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const script = `for (const host of ['127.0.0.1', '1.1.1.1'])
      require('net').connect(host === '127.0.0.1' ? ${port} : 53, host).on('error', (e) => console.log(e.code)).on('data', (d) => console.log(String(d)))`
    const { stdout } = await node(script)
    server.close()
    expect(stdout.trim().split('\n').sort()).toEqual(['ECONNREFUSED', 'ENETUNREACH'])
  })

  it('sockets are of the families that a namespace sets apart', async () => {
    const script = `
import socket
for family, kind in ((1, 1), (2, 1), (10, 1), (16, 3), (40, 1), (38, 5), (17, 3)):
    try: print(family, socket.socket(family, kind).close())
    except OSError as error: print(family, error.errno)
try: socket.socketpair(40)
except OSError as error: print('pair', error.errno)
print('pair', len(socket.socketpair()))`
    const result = await inSandbox((sandbox) =>
      sandbox.exec(['/bin/sh', '-c', 'command -v python3 > /dev/null || exit 9; python3 -'], {
        stdin: script,
      }),
    )
    const [allowed, refused] = [
      ['1', '2', '10', '16'],
      ['40', '38', '17', 'pair'],
    ]
    const expected = [...allowed.map((f) => `${f} None`), ...refused.map((f) => `${f} 97`), 'pair 2']
    if (result.code !== 9) expect(result.stdout.trim().split('\n'), result.stderr).toEqual(expected)
  })

  it('a file, and all files together, end at their limits', async () => {
    const large = await shell('head -c 40M /dev/zero > large; stat -c %s large', {}, { fileBytes: 2 ** 20 })
    expect(large.stdout.trim()).toBe(String(2 ** 20))
    const script = 'i=0; while :; do i=$((i + 1)); head -c 1M /dev/zero > $i; done'
    expect(await shell(script, {}, { diskBytes: 2 ** 23 })).toMatchObject({ exceeded: 'disk', code: null })
    const many = 'i=0; while :; do i=$((i + 1)); : > $i; done'
    expect(await shell(many, {}, { files: 100 })).toMatchObject({ exceeded: 'disk' })
  })

  it('a tree deeper than a path can be long hides nothing, and goes when the sandbox does', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'deep-'))
    chmodSync(directory, 0o755)
    {
      await using own = await openBubblewrap({ directory })
      await using sandbox = await own.sandbox()
      const script = `const { mkdirSync, writeFileSync } = require('fs')
        for (let n = 0; n < 50; n++) { mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)) }
        writeFileSync('hidden', 'x')`
      const result = await sandbox.exec(['node', '-e', script])
      expect(result).toMatchObject({ stderr: '', exceeded: 'disk', code: null })
    }
    expect(readdirSync(directory)).toEqual([])
    rmSync(directory, { recursive: true })
  })

  it('output without an end is cut, and stops when the time is up', async () => {
    const result = await shell('yes', { timeoutMs: 300, maxOutputBytes: 1000 })
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', truncated: true, timedOut: true })
    expect(result.stdout).toHaveLength(1000)
  })

  it('links do not lead the host out of the working directory', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'))
    writeFileSync(join(outside, 'secret'), 'secret')
    await inSandbox(async (sandbox) => {
      await sandbox.exec([
        '/bin/sh',
        '-c',
        `ln -s ${outside}/secret link; ln -s ${outside} directory; ln -s /etc/shadow shadow; mkfifo pipe`,
      ])
      await expect(sandbox.readFile('link')).rejects.toThrow(
        'cannot read link: it is a symbolic link, which is not followed',
      )
      await expect(sandbox.readFile('shadow')).rejects.toThrow('symbolic link')
      await expect(sandbox.readFile('directory/secret')).rejects.toThrow('a part of the path is a link')
      await expect(sandbox.writeFile('link', 'x')).rejects.toThrow('symbolic link')
      await expect(sandbox.writeFile('directory/new', 'x')).rejects.toThrow('a part of the path is a link')
      await expect(sandbox.readFile('pipe')).rejects.toThrow('no ordinary file')
      for (const path of ['../x', '/etc/passwd', 'a/../../x', '', '.', 'a/'])
        await expect(sandbox.writeFile(path, 'x'), path).rejects.toThrow('is no path of a file')
      expect(await sandbox.listFiles()).toEqual([])
      await sandbox.restore(await sandbox.snapshot())
    })
    expect(readdirSync(outside)).toEqual(['secret'])
    rmSync(outside, { recursive: true })
  })

  it("nothing of the host is to be read: its users' files, its secrets, its environment, its processes", async () => {
    process.env.SECRET_OF_HOST = 'h0st'
    const home = process.env.HOME ?? '/root'
    const { stdout } = await shell(
      `cat /etc/shadow ${home}/.bashrc ${process.cwd()}/package.json 2>/dev/null; env; ls /proc | grep -c '^[0-9]'; ls -d /root /home /var /sys /run /mnt /srv 2>/dev/null; cat /proc/1/environ`,
    )
    delete process.env.SECRET_OF_HOST
    expect(stdout).not.toContain('h0st')
    expect(stdout).not.toContain('root:')
    expect(stdout).not.toContain('"name"')
    expect(stdout).not.toMatch(/^\/(root|home|var|sys|run|mnt|srv)$/m)
    // The first process, prlimit's shell, ls and grep.
    expect(Number(/^\d+$/m.exec(stdout)?.[0])).toBeLessThanOrEqual(5)
  })

  it('only the working directory and two directories in memory can be written', async () => {
    const { stdout } = await shell(
      'for d in / /usr /etc /dev /opt /proc/sys/kernel /work /tmp /dev/shm; do (: > $d/x) 2>/dev/null && echo $d; done',
    )
    expect(stdout.trim().split('\n')).toEqual(['/work', '/tmp', '/dev/shm'])
  })

  it('the ways to more rights are closed', async () => {
    const { stdout } = await shell(
      "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t ' ' '; unshare -Ur true || echo refused; unshare -m true || echo refused",
    )
    expect(stdout).toContain('CapEff: 0000000000000000')
    expect(stdout).toContain('CapBnd: 0000000000000000')
    expect(stdout).toContain('NoNewPrivs: 1')
    expect(stdout).toContain('Seccomp: 2')
    expect(stdout.match(/refused/g)).toHaveLength(2)
  })

  it('a loop without an end stops when the time is up or someone asks for it', async () => {
    expect(await shell('while :; do :; done # loop-91', { timeoutMs: 200 })).toMatchObject({
      code: null,
      timedOut: true,
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 200)
    await expect(shell('while :; do :; done # loop-91', { signal: stop.signal })).rejects.toThrow('enough')
    expect(hostProcesses('loop-91')).toEqual([])
  })

  it('what is left in the background is gone when the command has ended', async () => {
    await inSandbox(async (sandbox) => {
      const script =
        '(setsid sh -c "while :; do echo x >> beat-55; sleep 0.02; done" > /dev/null 2>&1 &) ; sleep 0.2'
      const { code } = await sandbox.exec(['/bin/sh', '-c', script])
      expect(code).toBe(0)
      const before = (await sandbox.readFile('beat-55')).length
      await pause(150)
      expect((await sandbox.readFile('beat-55')).length).toBe(before)
      expect(hostProcesses('beat-55')).toEqual([])
    })
  })

  it('closing leaves nothing behind, also where permissions were taken away', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sandboxes-'))
    chmodSync(directory, 0o755)
    {
      await using own = await openBubblewrap({ directory })
      await using sandbox = await own.sandbox()
      await sandbox.exec(['/bin/sh', '-c', 'mkdir -p a/b; : > a/b/c; chmod 000 a/b a'])
    }
    expect(readdirSync(directory)).toEqual([])
    rmSync(directory, { recursive: true })
    expect(existsSync(directory)).toBe(false)
  })
})
