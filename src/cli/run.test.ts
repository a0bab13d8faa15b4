import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { GateError } from '../kernel/gate-error.ts'
import type { Command, CommandEntry } from './command.ts'
import { commands } from './commands.ts'
import { run } from './run.ts'

/** Hunts in a standard input that never ends, and is told to stop as soon as it reads there. */
async function stoppedBy(reason: unknown): Promise<{ readonly code: number; readonly err: string }> {
  const stop = new AbortController()
  const stderr = new PassThrough()
  const stdout = new PassThrough()
  const code = await run(commands, ['hunt', '-', '--no-save'], {
    stdin: new Readable({ read: () => stop.abort(reason) }),
    stdout,
    stderr,
    env: {},
    cwd: import.meta.dirname,
    signal: stop.signal,
    now: Date.now,
  })
  stderr.end()
  return { code, err: String(await buffer(stderr)) }
}

test('a hunt that is told to stop says so in one line and ends as a program does that was interrupted', async () => {
  expect(await stoppedBy(new DOMException('SIGINT', 'AbortError'))).toEqual({
    code: 130,
    err: 'portcullis: stopped\n',
  })
})

test('a hunt that is terminated ends with the code of that signal', async () => {
  expect((await stoppedBy(new DOMException('SIGTERM', 'AbortError'))).code).toBe(143)
})

/** What a command line that must be refused says. */
async function refusalOf(argv: readonly string[], also: readonly CommandEntry[] = []) {
  const stderr = new PassThrough()
  const code = await run([...commands, ...also], argv, {
    ...{ stdin: new PassThrough(), stdout: new PassThrough(), stderr, env: {}, cwd: import.meta.dirname },
    ...{ signal: new AbortController().signal, now: Date.now },
  })
  stderr.end()
  return { code, err: String(await buffer(stderr)) }
}

test.each([
  [['hnt'], 'Did you mean hunt?'],
  [['--versoin'], "no option '--versoin'. Did you mean --version?"],
  [['help', 'nope'], "no command 'nope'"],
  [['hunt', '--josn'], 'which may mean --json'],
  [['judge', 'acts.jsonl'], "'acts.jsonl' is one word too many"],
  [['backtest', '--policy', 'strict', '--trace', 'missing.jsonl'], 'input-not-found'],
  [['verify', '--only', 'no-such-property'], 'There is no property no-such-property'],
  [['verify', '--policy', 'run.test.ts'], 'policy-invalid: run.test.ts:1'],
  [['verify', '--config', 'render'], 'There is no policy (*.yaml)'],
  [['hunt', '--store'], '--store wants DIR. See'],
  [['hunt', '--store', '--json'], '--store wants DIR. See'],
  [['hunt', '--json=x'], '--json takes no value. See'],
  [['mcp', 'no-such-server'], 'No server is called no-such-server in the mcp section'],
])('%s is refused in one line that helps', async (argv, said) => {
  const { code, err } = await refusalOf(argv)
  expect([code, err.trim().split('\n').length]).toEqual([2, 1])
  expect(err).toContain(said)
})

function failing(thrown: () => unknown): CommandEntry {
  const command: Command = {
    ...{ usage: '', description: '', options: {}, examples: [], wordsMax: 0 },
    run: async () => {
      throw thrown()
    },
  }
  return { group: '', name: 'fail', summary: '', load: async () => command }
}

test('what the operating system refuses is unusable input, and our own bug is told from bad news', async () => {
  const refused = failing(() =>
    Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'open' }),
  )
  expect(await refusalOf(['fail'], [refused])).toEqual({
    code: 2,
    err: 'portcullis: system-refused: EACCES: permission denied; this user may not: name another place, or run it as a user who may\n',
  })
  const broken = await refusalOf(['fail'], [failing(() => new TypeError('x is undefined'))])
  expect(broken.code).toBe(70)
  expect(broken.err).toContain('This is a bug in Portcullis.')
})

test('what a message repeats of a file steers no terminal', async () => {
  const mean = failing(() => new GateError('input-rejected', 'columns: \u001b]0;owned\u0007\nand a line'))
  expect((await refusalOf(['fail'], [mean])).err).toBe(
    'portcullis: input-rejected: columns: ␛]0;owned␇\nand a line\n',
  )
})

test('a command is told which of its words stood behind the dashes', async () => {
  const seen: unknown[] = []
  const command: Command = {
    ...{ usage: '', description: '', options: {}, examples: [], wordsMax: 9 },
    run: async (words, _options, _console, behind) => {
      seen.push([words, behind])
      return 0
    },
  }
  const entry = { group: '', name: 'say', summary: '', load: async () => command }
  for (const argv of [
    ['a', 'b'],
    ['--', 'a', 'b'],
    ['a', '--', 'b'],
    ['a', '--'],
  ])
    await refusalOf(['say', ...argv], [entry])
  expect(seen).toEqual([
    [['a', 'b'], []],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a', 'b'], ['b']],
    [['a'], []],
  ])
})
