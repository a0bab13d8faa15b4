import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameIs } from './detector.ts'

const pattern = /^(ba|z)?sh$|^python[\d.]*$|x{3}/
const isShell = nameIs(pattern)
const isOther = nameIs(/^curl$/)

test('a remembered answer is the answer of the pattern, whatever was asked before', () => {
  const names = fc.oneof(
    fc.constantFrom('sh', 'bash', 'python3', 'curl', '', 'x'.repeat(200)),
    fc.string({ maxLength: 80 }),
  )
  fc.assert(
    fc.property(fc.array(names, { maxLength: 40 }), (asked) => {
      for (const name of asked) {
        expect(isShell(name)).toBe(pattern.test(name))
        expect(isOther(name)).toBe(name === 'curl')
      }
    }),
    { seed: 5 },
  )
})

test('when no more names are kept, answers stay right', () => {
  for (let index = 0; index < 5_000; index++) expect(isShell(`python${index}`)).toBe(true)
  expect(isShell('late')).toBe(false)
  expect(isShell('bash')).toBe(true)
  expect(isOther('bash')).toBe(false)
})
