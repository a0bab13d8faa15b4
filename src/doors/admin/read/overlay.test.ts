import { expect, test } from 'vitest'
import type { Campaign } from '../../../watch/report.ts'
import type { Change, ChangeDetail } from '../state/change-store.ts'
import { campaignFixture } from './campaign.fixture.ts'
import { overlaid } from './overlay.ts'

const members = (accounts: number, at: number): Campaign['members'] => ({
  exchanges: Array.from({ length: accounts }, (_, index) => at + index),
  outputTokens: Array.from({ length: accounts }, () => 1),
  first: Array.from({ length: accounts }, (_, index) => at + index),
  last: Array.from({ length: accounts }, (_, index) => at + index + 1),
  created: Array.from({ length: accounts }, () => 0),
  shared: [{ kind: 'card', value: 'x', accounts: Array.from({ length: accounts }, (_, index) => index) }],
})
const found = [
  campaignFixture({ id: 'c_1', accounts: ['a', 'c', 'e'], members: members(3, 10) }),
  campaignFixture({ id: 'c_2', accounts: ['b', 'c'], members: members(2, 100) }),
].map((campaign) => ({ campaign, source: 'test', savedAt: 0 }))

function change(detail: ChangeDetail, undone?: number): Change {
  return { id: 'x', ts: 0, detail, author: 'ann', reason: 'because', undone, undoneBy: undefined }
}

const merge: ChangeDetail = { kind: 'merge', campaign: 'c_1', from: ['c_2'] }

test('a merge counts each account once and keeps its columns beside its name', () => {
  const [one, ...rest] = overlaid(found, [change(merge)])
  expect(rest).toEqual([])
  expect(one?.campaign.accounts).toEqual(['a', 'b', 'c', 'e'])
  expect(one?.campaign.members?.exchanges).toEqual([10, 100, 11, 12])
  expect(one?.campaign.members?.shared).toEqual([{ kind: 'card', value: 'x', accounts: [0, 1, 2, 3] }])
  expect(one?.merged).toEqual(['c_2'])
})

test('a split moves accounts with their columns, and merging the part back gives what was', () => {
  const split: ChangeDetail = { kind: 'split', campaign: 'c_1', part: 'c_1-p', accounts: ['c', 'e'] }
  const apart = overlaid(found, [change(split)])
  expect(apart.map(({ campaign }) => [campaign.id, campaign.accounts])).toEqual([
    ['c_1', ['a']],
    ['c_2', ['b', 'c']],
    ['c_1-p', ['c', 'e']],
  ])
  expect(apart[2]?.campaign.members?.exchanges).toEqual([11, 12])
  const back = overlaid(found, [change(split), change({ kind: 'merge', campaign: 'c_1', from: ['c_1-p'] })])
  expect(back[0]?.campaign.accounts).toEqual(found[0]?.campaign.accounts)
  expect(back[0]?.campaign.members?.exchanges).toEqual(found[0]?.campaign.members?.exchanges)
})

test('what was undone, or names a campaign that is gone, changes nothing', () => {
  expect(overlaid(found, [change(merge, 1)])).toHaveLength(2)
  expect(overlaid(found, [change({ kind: 'state', campaign: 'c_9', state: 'benign' })])).toHaveLength(2)
  expect(overlaid(found, [change({ kind: 'merge', campaign: 'c_1', from: ['c_9', 'c_1'] })])).toHaveLength(2)
})
