import { expect, test } from 'vitest'
import { crowdsOf } from './crowds.ts'
import { groupAmongStrangers, humanHours } from './scene.fixture.ts'

const nobody: ReadonlySet<number> = new Set()

test('people behind one address with clients and cards of their own are a carrier', () => {
  const { group, scene } = groupAmongStrangers(12, (account) => ({
    times: humanHours,
    said: () => ({ ip: '198.51.100.7', ua: `app/${account}`, payment: `p_own_${account}` }),
  }))
  const crowds = crowdsOf(scene, nobody).filter(({ kind }) => kind === 'carrier')
  expect(crowds.map(({ members }) => members)).toEqual([group.members])
})

test('one client at one address is no carrier', () => {
  const { scene } = groupAmongStrangers(12, (account) => ({
    times: humanHours,
    said: () => ({ ip: '198.51.100.7', ua: 'server/1', payment: `p_own_${account}` }),
  }))
  expect(crowdsOf(scene, nobody).filter(({ kind }) => kind === 'carrier')).toEqual([])
})

test('the seats of one organisation are a company, unless they are raised', () => {
  const { group, scene } = groupAmongStrangers(9, () => ({ times: humanHours, said: () => ({ org: 'o_1' }) }))
  expect(crowdsOf(scene, nobody).filter(({ kind }) => kind === 'company')).toHaveLength(1)
  expect(crowdsOf(scene, new Set(group.members)).filter(({ kind }) => kind === 'company')).toEqual([])
})
