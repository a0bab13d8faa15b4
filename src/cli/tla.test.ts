import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Console } from './command.ts'
import { commands } from './commands.ts'
import { run } from './run.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-tla-cli-'))
  const module = `---- MODULE Count ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = (x + 1) % 3
Spec == Init /\\ [][Next]_x
Small == x < 3
Tiny == x < 2
====
`
  writeFileSync(join(folder, 'Count.tla'), module)
  writeFileSync(join(folder, 'Count.cfg'), 'SPECIFICATION Spec\nINVARIANT Small\n')
  writeFileSync(join(folder, 'Tiny.cfg'), 'SPECIFICATION Spec\nINVARIANT Tiny\n')
  writeFileSync(join(folder, 'Broken.tla'), '---- MODULE Broken ----\nA == 1 +\n====\n')
  writeFileSync(join(folder, 'Broken.cfg'), '')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function tla(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const sink = (take: (text: string) => void): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        take(String(chunk))
        done()
      },
    })
  const console: Console = {
    stdin: Readable.from([]),
    stdout: sink((text) => {
      out += text
    }),
    stderr: sink((text) => {
      err += text
    }),
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
    now: () => 0,
  }
  const code = await run(commands, ['tla', ...args], console)
  return { code, out, err }
}

test('a satisfied specification: exit 0 and the counts as JSON', async () => {
  const { code, out } = await tla('Count.tla', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ verdict: 'ok', distinct: 3, generated: 4, depth: 3 })
})

test('a violation: exit 1 and the behaviour as TLC prints it', async () => {
  const { code, out } = await tla('Count.tla', '--config', 'Tiny.cfg')
  expect(code).toBe(1)
  expect(out).toContain('Error: Invariant Tiny is violated.')
  expect(out).toContain('State 1: <Initial predicate>\nx = 0\n')
  expect(out).toContain('State 3: <Next line 5, col 9 to line 5, col 24 of module Count>\nx = 2\n')
  const { trace } = JSON.parse((await tla('Count.tla', '--config', 'Tiny.cfg', '--json')).out)
  expect(trace.at(-1).state).toEqual({ x: '2' })
})

test('a fault of the input: exit 2 with file, line and column', async () => {
  const { code, out } = await tla('Broken.tla')
  expect(code).toBe(2)
  expect(out).toMatch(/^Error: Broken\.tla:\d+:\d+: Syntax error/)
  expect((await tla('Nowhere.tla')).code).toBe(2)
  expect((await tla('Count.tla', '--states-max', 'many')).err).toMatch(/positive whole number/)
})

test('a limit: exit 3 and unknown', async () => {
  const { code, out } = await tla('Count.tla', '--states-max', '2', '--json')
  expect(code).toBe(3)
  expect(JSON.parse(out)).toMatchObject({ verdict: 'unknown', distinct: 3 })
})
