import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { every, MONDAY } from '../exchanges.fixture.ts'
import { DAY_MS, HOUR_MS } from '../time.ts'
import { Random } from '../traffic/random.ts'
import { CATEGORIES_MAX } from './classes.ts'
import { refine } from './refine.ts'
import { groupAmongStrangers, humanHours, roundTheClock } from './scene.fixture.ts'
import { traitsOf } from './traits.ts'

const harvester: Partial<Exchange> = { ua: 'harvester/1', maxTokens: 4096, outputTokens: 900, plan: 'pro' }

test('harvesters that sit among a proxy’s own customers fall away from them', () => {
  const harvesters = 30
  const { group, scene } = groupAmongStrangers(60, (account) =>
    account < harvesters
      ? { times: roundTheClock, said: () => ({ ...harvester, created: MONDAY - 5 * DAY_MS }) }
      : {
          times: humanHours.slice(0, 9),
          said: () => ({ ua: 'app/1', maxTokens: 512, outputTokens: 90, created: MONDAY - 400 * DAY_MS }),
        },
  )
  const parts = refine(group, scene).map(({ members }) => members)
  expect(parts).toHaveLength(2)
  expect(parts).toContainEqual(group.members.slice(0, harvesters))
  expect(parts).toContainEqual(group.members.slice(harvesters))
})

test('one campaign stays whole', () => {
  const { group, scene } = groupAmongStrangers(40, () => ({ times: roundTheClock, said: () => harvester }))
  expect(refine(group, scene).map(({ members }) => members)).toEqual([group.members])
})

test('two queues of one operator are looked at as two as well, before anybody judges them', () => {
  const half = 30
  const subject = (account: number, at: number): string => {
    const random = Random.of(account, 'queue', at)
    const words =
      account < half ? 'dough flour butter sugar yeast oven' : 'bridge girder rivet truss anchor cable'
    const word = (): string => random.pick(words.split(' '))
    return `is ${word()} a ${word()} or not`
  }
  const { group, scene } = groupAmongStrangers(2 * half, (account) => ({
    times: roundTheClock,
    said: (at) => ({ ...harvester, prompt: subject(account, at) }),
  }))
  const parts = refine(group, scene).map(({ members }) => members)
  expect(parts).toContainEqual(group.members)
  expect(parts).toContainEqual(group.members.slice(0, half))
  expect(parts).toContainEqual(group.members.slice(half))
})

test('an account far from the others in load is left out, and one in length', () => {
  const { group, scene } = groupAmongStrangers(30, (account) => ({
    times: account === 0 ? every(HOUR_MS / 60, 72 * 60) : roundTheClock,
    said: () => ({ ...harvester, outputTokens: account === 1 ? 9 : 900 }),
  }))
  expect(refine(group, scene).map(({ members }) => members)).toEqual([group.members.slice(2)])
})

test('parts of fewer than eight are no groups', () => {
  const { group, scene } = groupAmongStrangers(7, () => ({ times: roundTheClock, said: () => harvester }))
  expect(refine(group, scene)).toEqual([])
})

test('a trait never has more categories than the classes can count, and does not ask who came first', () => {
  const { group, scene } = groupAmongStrangers(50, (account) => ({
    times: roundTheClock.slice(0, 1 + account),
    said: (at) => ({
      ua: `client/${account % 20}`,
      asn: at + 1,
      maxTokens: account + 1,
      plan: `plan ${account % 15}`,
      outputTokens: 2 ** (account % 40),
      inputTokens: 2 ** (account % 30),
      payment: `card ${account % 3}`,
      created: MONDAY - account * 40 * DAY_MS,
    }),
  }))
  const traits = traitsOf(scene, group.members)
  for (const trait of traits) expect(Math.max(...trait)).toBeLessThan(CATEGORIES_MAX)
  const backwards = traitsOf(scene, group.members.toReversed())
  expect(backwards.map((trait) => trait.toReversed())).toEqual(traits)
})

test('a few strangers beside one tenant’s many accounts are not several principals', () => {
  const { group } = groupAmongStrangers(40, (account) => ({
    times: roundTheClock,
    said: () => ({ ...harvester, payment: account < 36 ? 'card' : `card ${account}` }),
  }))
  expect(group.principals).toBeLessThanOrEqual(2)
  const pairs = groupAmongStrangers(40, (account) => ({
    times: roundTheClock,
    said: () => ({ ...harvester, payment: `card ${account >> 2}` }),
  }))
  expect(pairs.group.principals).toBe(10)
})

test('strangers of whom some met on one exit are many principals still', () => {
  const { group } = groupAmongStrangers(80, (account) => ({
    times: roundTheClock,
    said: () => ({ ...harvester, payment: account < 30 ? 'card' : `card ${account}` }),
  }))
  expect(group.principals).toBeGreaterThan(16)
})
