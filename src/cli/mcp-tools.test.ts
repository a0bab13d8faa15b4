import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openState } from '../store/embedded/state.ts'
import { ToolPinStore } from '../store/embedded/tool-pin-store.ts'
import { portcullis } from './testing/terminal.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mcp-tools-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

function offers(digest: string): void {
  using state = openState(join(cwd, 'portcullis-data'))
  const offered = { server: 'shop', name: 'buy', digest: digest.repeat(64) }
  new ToolPinStore(state).hold(offered, '{"name":"buy"}', 'tool.changed: not what was approved', 1)
}

test('the digest that was looked at is approved, and not what the server says since', async () => {
  offers('a')
  const { out } = await portcullis(['mcp', 'tools'], { cwd })
  const [, line = ''] = out.split('\n')
  expect(line.trim()).toBe(`portcullis mcp approve shop "buy" ${'a'.repeat(12)}`)
  const seen = ['mcp', 'approve', 'shop', 'buy', 'a'.repeat(12)]
  offers('b')
  const late = await portcullis(seen, { cwd })
  expect(late).toMatchObject({ code: 2, err: expect.stringContaining(`is ${'b'.repeat(12)} by now`) })
  expect((await portcullis(['mcp', 'tools'], { cwd })).code).toBe(1)
  offers('a')
  expect(await portcullis(seen, { cwd })).toMatchObject({ code: 0 })
  expect((await portcullis(['mcp', 'tools'], { cwd })).code).toBe(0)
})

test('what is no digest is not taken for one', async () => {
  offers('a')
  const { code, err } = await portcullis(['mcp', 'approve', 'shop', 'buy', 'aa'], { cwd })
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('[DIGEST]') })
})
