import { expect, test } from 'vitest'
import { campaignOf, reportOf } from '../testing/report.ts'
import { blindSpots } from './blind-spots.ts'

test('a log that has everything has no blind spot', () => {
  expect(blindSpots(reportOf())).toEqual([])
})

test('what the log never said is named, and nothing found is no all-clear', () => {
  const [sentence] = blindSpots(reportOf({ campaigns: [], untold: ['prompts', 'cards'] }))
  expect(sentence).toMatch(
    /^The log has no prompts or payment fingerprints, so .+ those\. This is no all-clear;/,
  )
})

test('beside findings it says what is not among them', () => {
  const [sentence] = blindSpots(reportOf({ campaigns: [campaignOf()], untold: ['addresses'] }))
  expect(sentence).toContain(
    'has no addresses, so nothing could be found by that. Campaigns that show only there',
  )
})

test('addresses that most accounts share are said to tell nothing', () => {
  expect(blindSpots(reportOf({ commonAddresses: 2 }))[0]).toContain('the same 2 addresses')
})
