import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { storeFlag } from './findings.ts'

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
