import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commands } from './commands.ts'
import { run } from './run.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function portcullis(...argv: string[]) {
  const said = { out: '', err: '' }
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += String(chunk)
        done()
      },
    })
  const code = await run(commands, argv, {
    stdin: Readable.from([]),
    stdout: into('out'),
    stderr: into('err'),
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
    now: Date.now,
  })
  return { code, ...said }
}

test('--write makes a log and its truth, the same bytes for the same seed', async () => {
  const first = await portcullis('demo', '--write', 'a', '--scenario', 'tiny', '--seed', '3')
  const second = await portcullis('demo', '--write', 'b', '--scenario', 'tiny', '--seed', '3')
  expect([first.code, second.code]).toEqual([0, 0])
  const read = (name: string) => readFile(join(folder, name))
  expect(await read('a/truth.json')).toEqual(await read('b/truth.json'))
  expect(gunzipSync(await read('a/log.jsonl.gz'))).toEqual(gunzipSync(await read('b/log.jsonl.gz')))
})

test('a scenario that does not exist is refused with the list of those that do', async () => {
  const { code, err } = await portcullis('demo', '--write', 'a', '--scenario', 'huge')
  expect(code).toBe(2)
  expect(err).toMatch(/usage: .*demo, small, clean, hard, tiny/)
})

test('a seed that is no number is refused', async () => {
  expect((await portcullis('demo', '--write', 'a', '--seed', 'x')).code).toBe(2)
})
