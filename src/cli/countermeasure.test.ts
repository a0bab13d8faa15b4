import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { portcullis } from './testing/terminal.ts'

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countermeasure-'))
})
afterEach(() => rm(cwd, { recursive: true }))

const apply = ['countermeasure', 'apply', 'slowed', '--reason', 'case 17']

test('a campaign of a report is named by the beginning of its id, as everywhere', async () => {
  const campaigns = [
    { id: 'c_1f2', accounts: ['a', 'b'] },
    { id: 'c_1g', accounts: ['c'] },
  ]
  await writeFile(join(cwd, 'report.json'), JSON.stringify({ campaigns }))
  const named = [...apply, '--report', 'report.json', '--campaign']
  expect((await portcullis([...named, 'c_1f'], { cwd })).out).toContain('2 accounts are slowed')
  expect((await portcullis([...named, 'c_1'], { cwd })).err).toContain('the ids of 2 campaigns (c_1f2, c_1g)')
})

test('a table or a file of no account is not taken for a list of accounts', async () => {
  await writeFile(join(cwd, 'table.csv'), 'campaign,account,score\r\nc_1,a_1,0.99\r\n')
  await writeFile(join(cwd, 'empty.txt'), '\n\n')
  const refused = await portcullis([...apply, '--file', 'table.csv'], { cwd })
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('table.csv:1: this is a table')])
  expect((await portcullis([...apply, '--file', 'empty.txt'], { cwd })).err).toContain(
    'empty.txt names no account',
  )
})

test('a preview fits the terminal, and an account that is allowed is said to be on the list', async () => {
  const accounts = Array.from({ length: 12 }, (_, at) => `account-with-a-long-name-${at}`)
  await writeFile(join(cwd, 'many.txt'), accounts.join('\r\n'))
  const { out } = await portcullis(['countermeasure', 'preview', 'slowed', '--file', 'many.txt'], { cwd })
  expect(out).toContain('Would touch 12 accounts')
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
  const allowed = await portcullis(['countermeasure', 'allow', 'acme', '--reason', 'partner'], { cwd })
  expect(allowed.out).toBe('acme is on the allow-list: no measure touches it.\n')
})
