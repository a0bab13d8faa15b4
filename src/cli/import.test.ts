import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import type { Console } from './command.ts'
import { commands } from './commands.ts'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-import-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

function sink(): Writable & { text: string } {
  const stream = Object.assign(new Writable(), { text: '' })
  stream._write = (chunk, _encoding, done) => {
    stream.text += chunk
    done()
  }
  return stream
}

async function command(args: readonly string[], stdin = '', name = 'import') {
  const [stdout, stderr] = [sink(), sink()]
  const console: Console = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
    now: Date.now,
  }
  return { code: await run(commands, [name, ...args], console), out: stdout.text, err: stderr.text }
}

const line = (id: string, more: object = {}) =>
  `${JSON.stringify({ ts: 1_780_000_000_000, id, account: 'a_1', key: 'k_1', model: 'm', status: 200, ...more })}\n`

test('a log with bad lines is imported, the bad ones are named, and again there is nothing to do', async () => {
  writeFileSync(join(folder, 'a.jsonl'), `${line('x1')}{\n${line('x2', { ts: 1 })}`)
  const path = join(folder, 'a.jsonl')
  const first = await command([path, '--store', 'one'])
  expect(first.code).toBe(0)
  expect(first.out).toContain('1 exchange, 2 rejected')
  expect(first.out).toContain(`${path}:3 (ts)`)
  const again = await command([path, '--store', 'one', '--json'])
  expect(JSON.parse(again.out)).toMatchObject({
    exchanges: 1,
    rejected: 2,
    reasons: { 'json-malformed': 1, 'ts-out-of-range': 1 },
    sources: [{ file: path, outcome: 'unchanged' }],
  })
})

test('a table comes in from a pipe with a map and a constant', async () => {
  const csv = 'who,when,question\nu1,2026-05-04 10:00:00,why\n'
  const map = 'account=who,ts=when,prompt=question'
  const { code, out } = await command(
    ['-', '--store', 'two', '--map', map, '--set', 'model=gpt-x', '--json'],
    csv,
  )
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ exchanges: 1, rejected: 0, sources: [{ format: 'csv' }] })
})

test('batch results are joined with the requests given beside them', async () => {
  const request = {
    custom_id: 'r1',
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'm', messages: [] },
  }
  const result = {
    id: 'b1',
    custom_id: 'r1',
    error: null,
    response: { status_code: 200, body: { created: 1_780_000_000 } },
  }
  writeFileSync(join(folder, 'in.jsonl'), JSON.stringify(request))
  writeFileSync(join(folder, 'out.jsonl'), JSON.stringify(result))
  const files = [join(folder, 'out.jsonl'), '--requests', join(folder, 'in.jsonl')]
  const { out } = await command([...files, '--set', 'account=a_1', '--store', 'three', '--json'])
  expect(JSON.parse(out)).toMatchObject({ exchanges: 1, sources: [{ format: 'openai-batch' }] })
})

test.each([
  [['--store', 'x'], 'usage'],
  [['none.jsonl', '--store', 'x'], 'input-not-found'],
  [['.', '--store', 'x'], 'input-is-directory'],
  [['-', '--store', 'x', '--format', 'nosuch'], 'usage'],
  [['-', '--store', 'x', '--map', 'ts'], 'usage'],
  [['-', '--store', 'x', '--pseudonymise', 'none.txt'], 'input-not-found'],
  [['-', '--store', 'x', '--strict'], 'input-rejected'],
])('import %j ends with 2 and %s', async (args, code) => {
  const result = await command(args, '{"ts":1,"id":"x","account":"a"}\n')
  expect([result.code, result.err.split(': ')[1]]).toEqual([2, code])
})

test('a hunt without a log goes through the store that is meant without a word, or says that it holds none', async () => {
  const nothing = await command(['--no-save'], '', 'hunt')
  expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining('nothing was imported into')])
  expect(nothing.err).toContain(join(folder, 'portcullis-data'))
  await command(['-'], line('z1') + line('z2'))
  expect((await command(['--no-save'], '', 'hunt')).out).toContain('No campaign in 2 exchanges of 1 account')
})

test('a field that nobody reads is refused, with the one that was meant', async () => {
  for (const option of ['--set', '--map']) {
    const { code, err } = await command(['-', option, 'acount=a_7'], line('y'))
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(`${option}: there is no field 'acount'. Did you mean account?`),
    ])
  }
})
