import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commands } from './commands.ts'
import { run } from './run.ts'
import { testConsole } from './testing/console.ts'

const START_MS = 30_000
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'up-'))
  const upstream = '{ name: local, protocol: openai, url: "http://127.0.0.1:9/v1" }'
  const text = `mode: observe\nlisten: 127.0.0.1:0\nconsole: 127.0.0.1:0\nupstreams: [${upstream}]\nwatch: { enabled: false }\n`
  await writeFile(join(folder, 'portcullis.yaml'), text)
})
afterEach(() => rm(folder, { recursive: true }))

/** Serves until the gate has said that it is up. */
async function served(
  isTTY: boolean,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const stop = new AbortController()
  const console = { ...testConsole(folder), signal: stop.signal }
  if (isTTY) Object.assign(console.stdout, { isTTY })
  const ended = run(commands, ['up'], console)
  await expect.poll(() => console.err(), { timeout: START_MS }).toContain('"event":"up"')
  stop.abort()
  return { code: await ended, out: console.out(), err: console.err() }
}

test('on a terminal the gate says where it is to be found; a program has the log line alone', async () => {
  const { code, out, err } = await served(true)
  expect(code).toBe(0)
  expect(out).toMatch(
    /^The gate is up, in observe mode.*\n {2}console {2}http:\/\/127\.0\.0\.1:\d+\/\n {2}models {3}http:\/\/127\.0\.0\.1:\d+\/v1\n$/,
  )
  expect(err).toMatch(/^\{.*"event":"up"/)
  expect((await served(false)).out).toBe('')
})
