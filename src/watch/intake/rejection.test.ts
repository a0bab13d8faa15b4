import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXAMPLES_PER_REASON_MAX, Rejections, rejectionReasons } from './rejection.ts'

test('every reason is explained in docs/intake.md', () => {
  const page = readFileSync(new URL('../../../docs/intake.md', import.meta.url), 'utf8')
  expect(rejectionReasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([])
})

test('all are counted, some are kept, and what was passed over is no rejection', () => {
  const rejections = new Rejections()
  for (let line = 1; line <= 1000; line++) rejections.add({ file: 'log', line, reason: 'json-malformed' })
  rejections.add({ file: 'log', line: 1001, reason: 'record-irrelevant' })
  rejections.add({ file: 'log', line: 1002, reason: 'field-type', field: 'ts' })
  expect(rejections.total).toBe(1001)
  expect(rejections.passedOver).toBe(1)
  expect(rejections.counts()).toEqual([
    ['json-malformed', 1000],
    ['field-type', 1],
  ])
  expect(rejections.examples().length).toBe(EXAMPLES_PER_REASON_MAX + 1)
})
