import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { portcullis } from './testing/terminal.ts'

const value = ['sk-', 'not-a-real-credential-42'].join('')
let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'credentials-'))
  await writeFile(join(cwd, 'key'), Buffer.alloc(32, 7).toString('base64'))
})
afterEach(() => rm(cwd, { recursive: true }))

const add = (stdin: string, ...more: readonly string[]) =>
  portcullis(['credentials', 'add', 'github', '--key-file', 'key', ...more], {
    cwd,
    stdin: Readable.from([stdin]),
  })

test('a credential is added, listed, rotated and removed, and its value never shows', async () => {
  const added = await add(`${value}\n`, '--destinations', 'api.github.com')
  expect(added).toMatchObject({ code: 0, out: 'pc-credential-github\n' })
  const listed = await portcullis(['credentials', 'list'], { cwd })
  expect(listed.out).toContain('to api.github.com; agents *')
  const rotated = await portcullis(['credentials', 'rotate', 'github', '--key-file', 'key'], {
    cwd,
    stdin: Readable.from(['another-value-9']),
  })
  expect(rotated.code).toBe(0)
  const json = await portcullis(['credentials', 'list', '--json'], { cwd })
  expect(JSON.parse(json.out)).toMatchObject([{ name: 'github', placeholder: 'pc-credential-github' }])
  const database = await readFile(join(cwd, 'portcullis-data', 'state.db'))
  const log = await readFile(join(cwd, 'portcullis-data', 'state.db-wal')).catch(() => Buffer.alloc(0))
  for (const text of [
    added.out,
    added.err,
    listed.out,
    json.out,
    database.toString('latin1'),
    log.toString('latin1'),
  ])
    expect(text).not.toContain(value)
  expect(await portcullis(['credentials', 'remove', 'github'], { cwd })).toMatchObject({ code: 0 })
  expect((await portcullis(['credentials', 'list'], { cwd })).out).toBe('')
})

test('what is missing is said, and nothing is kept', async () => {
  expect((await add(value)).err).toMatch(/--destinations is needed/)
  expect((await add('short', '--destinations', '*')).err).toMatch(/8 characters or more/)
  await writeFile(join(cwd, 'key'), 'too short')
  expect((await add(value, '--destinations', '*')).err).toMatch(/32 bytes/)
  expect((await portcullis(['credentials', 'list'], { cwd })).out).toBe('')
})

test('the key may come from a program or the environment that the configuration names', async () => {
  const config = (source: string) =>
    writeFile(join(cwd, 'portcullis.yaml'), `agents: { credentials: ${source} }\n`)
  await config(`{ command: [cat, "${join(cwd, 'key')}"] }`)
  const argv = ['credentials', 'add', 'a', '--destinations', '*']
  expect(await portcullis(argv, { cwd, stdin: Readable.from([value]) })).toMatchObject({ code: 0 })
  await config('{ value: "env:NOT_SET" }')
  const missing = await portcullis(['credentials', 'rotate', 'a'], { cwd, stdin: Readable.from([value]) })
  expect(missing.err).toMatch(/NOT_SET is not set/)
})
