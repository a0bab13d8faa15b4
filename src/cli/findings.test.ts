import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { storeFlag } from './findings.ts'
import { portcullis } from './testing/terminal.ts'

test.each(['./data', 'my data', "it's", '$HOME `x` "y"', 'dätä', '~/x'])(
  'a command that is suggested for the store %j can be pasted into a shell',
  (store) => {
    const read = execFileSync('sh', ['-c', `printf '%s\\n'${storeFlag({ store })}`], { encoding: 'utf8' })
    expect(read).toBe(`--store\n${store}\n`)
  },
)

test('without a store nothing is added', () => {
  expect(storeFlag({})).toBe('')
})

test('findings are where the configuration of the folder says, as everything else of the store', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'findings-'))
  try {
    writeFileSync(join(cwd, 'portcullis.yaml'), 'store: ./elsewhere\n')
    const { err } = await portcullis(['campaigns'], { cwd })
    expect(err).toContain(join(cwd, 'elsewhere'))
    const other = await portcullis(['campaigns', '--store', 'here'], { cwd })
    expect(other.err).toContain(join(cwd, 'here'))
  } finally {
    rmSync(cwd, { recursive: true })
  }
})
