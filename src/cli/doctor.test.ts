import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doctor } from './doctor.ts'

let cwd = ''
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'doctor-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))

async function examined(options: Record<string, string | boolean>, env: Record<string, string> = {}) {
  let out = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      out += String(chunk)
      done()
    },
  })
  const signal = new AbortController().signal
  const code = await doctor.run([], options, {
    stdin: Readable.from([]),
    stdout,
    stderr: stdout,
    env,
    cwd,
    signal,
    now: Date.now,
  })
  return { code, out }
}

test('a machine that can run the main job is well', async () => {
  const { code, out } = await examined({ json: true })
  const report = JSON.parse(out)
  expect(code).toBe(0)
  expect(report).toMatchObject({ ok: true, node: process.versions.node, systemNode: null })
  expect(report.checks.map(({ name }: { name: string }) => name)).toEqual([
    'runtime',
    'memory',
    'cores',
    'store',
    'zstd',
    'chromium',
    'bubblewrap',
    'socat',
    'ripgrep',
    'java',
  ])
})

test('an optional tool is found along PATH and nothing is run', async () => {
  const path = join(cwd, 'bwrap')
  writeFileSync(path, '#!/bin/sh\ntouch ran\n')
  chmodSync(path, 0o755)
  const found = JSON.parse((await examined({ json: true }, { PATH: cwd })).out)
  const state = (name: string) => found.checks.find((check: { name: string }) => check.name === name).state
  expect(state('bubblewrap')).toBe('present')
  expect(state('java')).toBe('missing')
})

test('a missing optional tool says what to do and fails nothing', async () => {
  const { code, out } = await examined({}, { PATH: '' })
  expect(code).toBe(0)
  expect(out).toMatch(/– java\s+not on PATH\n.*install\s+java/s)
})

test('a store that cannot be written fails the main job', async () => {
  const { code, out } = await examined({ store: '/proc/none' })
  expect(code).toBe(1)
  expect(out).toContain('✗ store')
})

test('the bundled runtime is named as such', async () => {
  expect((await examined({}, { PORTCULLIS_SYSTEM_NODE: '20.1.0' })).out).toContain(
    'bundled (the system has 20.1.0)',
  )
})
