import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { portcullis } from './testing/terminal.ts'

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'backtest-'))
  const acts = [
    { id: '1', session: 's', kind: 'command', command: 'rm -rf /' },
    {
      id: '2',
      session: 's',
      kind: 'call',
      tool: 'run\u001b[2J',
      arguments: { command: 'ssh -R 1:localhost:22 a@b.example' },
    },
    { id: '3', session: 's', kind: 'command', command: 'ls' },
  ]
  await writeFile(
    join(cwd, 'acts.jsonl'),
    `${acts.map((act) => JSON.stringify(act)).join('\n')}\nnot an act\n`,
  )
})
afterEach(() => rm(cwd, { recursive: true }))

test('the page says what is newly stopped, by which rule, and how many lines were no acts', async () => {
  const argv = ['backtest', '--policy', 'balanced', '--against', 'observe', '--trace', 'acts.jsonl']
  const { code, out, err } = await portcullis(argv, { cwd })
  expect(code).toBe(0)
  for (const fact of [
    'balanced over 3 acts of 1 session',
    'newly stopped  2',
    'allow → deny',
    'no-destruction',
    'allow → ask',
  ])
    expect(out).toContain(fact)
  expect(out).not.toContain('\u001b')
  expect(err).toContain('1 line could not be read')
  const json = await portcullis([...argv, '--json'], { cwd })
  expect(JSON.parse(json.out)).toMatchObject({ newlyStopped: 2, newlyAllowed: 0, acts: 3 })
})

test('a file that is no trace is refused, with the line and the reason', async () => {
  await writeFile(join(cwd, 'notes.txt'), 'one\n\n{"id":"1"}\n')
  const { code, out, err } = await portcullis(['backtest', '--policy', 'strict', '--trace', 'notes.txt'], {
    cwd,
  })
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^notes\.txt:1: not JSON\nnotes\.txt:3: session: /)
  expect(err).toContain('portcullis: input-format-unknown: notes.txt is no trace')
})

test('a policy, a trace or a ledger that is not there is said', async () => {
  expect(
    await portcullis(['backtest', '--policy', 'no.yaml', '--trace', 'acts.jsonl'], { cwd }),
  ).toMatchObject({ code: 2 })
  expect((await portcullis(['backtest', '--policy', 'strict', '--trace', 'no.jsonl'], { cwd })).err).toMatch(
    /no\.jsonl/,
  )
  expect((await portcullis(['backtest', '--policy', 'strict'], { cwd })).err).toMatch(/no ledger/)
})
