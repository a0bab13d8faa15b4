import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { portcullisProcess } from './binary.ts'

const home = mkdtempSync(join(tmpdir(), 'portcullis-compiled-'))
const compiled = join(home, 'portcullis', 'compiled')
const stdin = `${JSON.stringify({ id: '1', session: 's', kind: 'command', command: 'rm -rf /' })}\n`

function judge(cacheHome: string) {
  const env = {
    XDG_CACHE_HOME: cacheHome,
    NODE_COMPILE_CACHE: undefined,
    NODE_DISABLE_COMPILE_CACHE: undefined,
  }
  return portcullisProcess({ cwd: tmpdir(), stdin, env }, 'judge')
}

afterEach(() => rmSync(home, { recursive: true, force: true }))

describe.skipIf(process.platform !== 'linux')('what was compiled', () => {
  test('is kept in a folder that is its user’s alone, and the next start says the same', async () => {
    const first = await judge(home)
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(statSync(compiled).mode & 0o777).toBe(0o700)
    expect(readdirSync(compiled, { recursive: true }).length).toBeGreaterThan(100)
    expect(await judge(home)).toEqual(first)
  })

  test('is not kept where others may write: what lies there is run', async () => {
    mkdirSync(compiled, { recursive: true })
    // The mode given to mkdir is cut by the umask.
    chmodSync(compiled, 0o777)
    expect(await judge(home)).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(compiled)).toEqual([])
  })

  test('is not needed: without a folder to write into everything works', async () => {
    mkdirSync(home, { recursive: true })
    const file = join(home, 'file')
    writeFileSync(file, '')
    const { code, out, err } = await judge(file)
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(out)).toMatchObject({ id: '1', action: 'deny' })
  })
})
