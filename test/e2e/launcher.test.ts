import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { portcullisProcess, systemNode } from './binary.ts'

const node = systemNode()
const version = node && execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1)
const isOld = version !== undefined && Number(version.split('.')[0]) < 24

test.skipIf(!isOld)(
  'under an older Node the launcher goes on under the bundled one and doctor says so',
  async () => {
    const { code, out } = await portcullisProcess(
      { cwd: tmpdir(), ...(node && { node }) },
      'doctor',
      '--json',
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ systemNode: version, node: expect.stringMatching(/^24\./) })
  },
)

test.skipIf(!isOld)('the exit code and the streams pass through the launcher', async () => {
  const ended = await portcullisProcess({ cwd: tmpdir(), ...(node && { node }) }, 'hnut')
  expect(ended).toEqual({ code: 2, out: '', err: expect.stringMatching(/^portcullis: usage: .*hnut/) })
})

test('under Node 24 the launcher starts nothing else', async () => {
  const { code, out } = await portcullisProcess({ cwd: tmpdir() }, 'doctor', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ systemNode: null, node: process.versions.node })
})
