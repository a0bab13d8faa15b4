import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { binary, systemNode } from './binary.ts'

const ENDLESS = `---- MODULE Endless ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = x + 1
====
`

test('a command that computes without a pause still ends when it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-stopping-'))
  try {
    writeFileSync(join(folder, 'Endless.tla'), ENDLESS)
    writeFileSync(join(folder, 'Endless.cfg'), 'INIT Init\nNEXT Next\n')
    const child = spawn(systemNode() ?? process.execPath, [
      binary,
      'tla',
      join(folder, 'Endless.tla'),
      '--states-max',
      '2000000000',
    ])
    child.stdout.resume()
    child.stderr.resume()
    const ended = once(child, 'exit')
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect(child.exitCode).toBe(null)
    child.kill('SIGTERM')
    const [code, signal] = await ended
    expect(code === 143 || signal === 'SIGTERM').toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
