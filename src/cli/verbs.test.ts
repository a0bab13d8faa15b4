import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { portcullis } from './testing/terminal.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'verbs-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

test.each([
  ['keys', 'list'],
  ['keys', 'revoke', 'k_1'],
  ['users', 'list'],
  ['countermeasure', 'list'],
  ['countermeasure', 'undo', 'm_1'],
  ['credentials', 'list'],
  ['approvals', 'list'],
  ['canary', 'check', 'a text of somebody else'],
  ['mcp', 'tools'],
])('a store that is not there is named, not made: %s %s', async (...argv) => {
  const { code, err } = await portcullis([...argv, '--store', 'mistyped'], { cwd })
  expect([code, err]).toEqual([2, expect.stringContaining('store-missing')])
  expect(existsSync(join(cwd, 'mistyped'))).toBe(false)
})

test('a command line that is not understood makes no store', async () => {
  for (const argv of [['keys'], ['keys', 'creat'], ['users', 'lst'], ['countermeasure', 'aply']])
    expect(await portcullis(argv, { cwd })).toMatchObject({ code: 2 })
  expect(existsSync(join(cwd, 'portcullis-data'))).toBe(false)
})

test('a verb that is nearly right is named', async () => {
  expect((await portcullis(['keys', 'rotat'], { cwd })).err).toContain('Did you mean rotate?')
  expect((await portcullis(['ledger', 'verfy'], { cwd })).err).toContain('Did you mean verify?')
})

test('what changes something answers a program in JSON too', async () => {
  const json = async (...argv: string[]) => JSON.parse((await portcullis([...argv, '--json'], { cwd })).out)
  const { id } = await json('keys', 'create', '--account', 'a')
  expect(await json('keys', 'revoke', id)).toEqual({ id, state: 'revoked', isNew: true })
  const measure = await json('countermeasure', 'apply', 'watched', '--accounts', 'a', '--reason', 'case 17')
  expect(measure).toMatchObject({ standing: 'watched', accounts: 1 })
  expect(await json('countermeasure', 'undo', measure.id)).toMatchObject({ state: 'undone', isNew: true })
  expect(await json('countermeasure', 'allow', 'b', '--reason', 'known')).toEqual({
    account: 'b',
    isAllowed: true,
  })
  expect(await json('countermeasure', 'disallow', 'b')).toMatchObject({ isAllowed: false, wasAllowed: true })
})

test('an empty list is said beside standard output, which stays empty', async () => {
  await portcullis(['countermeasure', 'allow', 'b', '--reason', 'known'], { cwd })
  for (const argv of [
    ['keys', 'list'],
    ['users', 'list'],
    ['credentials', 'list'],
    ['canary', 'list'],
  ])
    expect(await portcullis(argv, { cwd })).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringMatching(/no|No/),
    })
})

test('a word that is meant as a file of canaries and is none is refused, not read as a text without one', async () => {
  await portcullis(['countermeasure', 'allow', 'b', '--reason', 'known'], { cwd })
  expect((await portcullis(['canary', 'check', 'leaked.jsonl'], { cwd })).err).toContain('input-not-found')
  expect((await portcullis(['canary', 'check', '.'], { cwd })).err).toContain('input-is-directory')
})

test('a list says when what it lists ends: of two valid keys the rotated one', async () => {
  await portcullis(['keys', 'create', '--account', 'a'], { cwd })
  const old = (await portcullis(['keys', 'list'], { cwd })).out.split(' ')[0] ?? ''
  await portcullis(['keys', 'rotate', old, '--overlap', '24h'], { cwd })
  const lines = (await portcullis(['keys', 'list'], { cwd })).out.trim().split('\n')
  expect(lines.filter((line) => line.includes(' until ')).map((line) => line.split(' ')[0])).toEqual([old])
  const apply = [
    'countermeasure',
    'apply',
    'watched',
    '--accounts',
    'a',
    '--reason',
    'case 17',
    '--for',
    '24h',
  ]
  await portcullis(apply, { cwd })
  expect((await portcullis(['countermeasure', 'list'], { cwd })).out).toMatch(/ until \d/)
})
