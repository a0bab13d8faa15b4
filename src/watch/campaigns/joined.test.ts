import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { every, MONDAY } from '../exchanges.fixture.ts'
import { DAY_MS, HOUR_MS } from '../time.ts'
import { Random } from '../traffic/random.ts'
import type { Scene } from './group.ts'
import { joined } from './joined.ts'
import { groupOf } from './refine.ts'
import { groupAmongStrangers } from './scene.fixture.ts'
import { type Scored, score } from './score.ts'

const SIZE = 40
const HALF = SIZE / 2
const SURE = 0.99
const LIKELY = 0.7

type Said = (account: number, at: number) => Partial<Exchange>

/** The first half of the accounts is raised, the second is looked at again. */
function found(said: Said, { likely = LIKELY, times = (_account: number): number => 40 } = {}) {
  const { group, scene } = groupAmongStrangers(SIZE, (account) => ({
    times: every(HOUR_MS, times(account)),
    said: (at) => said(account, at),
  }))
  const of = (members: readonly number[], sure: number): Scored => ({
    ...score(groupOf({ ...group, members }, scene), scene),
    explanations: [],
    score: sure,
  })
  const [raised, cleared] = [group.members.slice(0, HALF), group.members.slice(HALF)]
  return {
    ...joined({ raised: [of(raised, SURE)], cleared: [of(cleared, likely)] }, scene),
    everybody: group.members,
    ...{ raisedFirst: raised, clearedFirst: cleared, scene },
  }
}

const words = 'dough flour butter sugar yeast oven bridge girder rivet truss anchor cable'.split(' ')

/** One queue: lengths and subjects that have nothing to do with the account. */
const queued: Said = (account, at) => {
  const random = Random.of(account, 'queue', at)
  return {
    prompt: `is ${random.pick(words)} a ${random.pick(words)} or not`,
    outputTokens: random.between(200, 800),
    inputTokens: random.between(100, 200),
    created: MONDAY - 9 * DAY_MS,
  }
}
const card = (account: number): Partial<Exchange> => ({ payment: `card ${account % 4}` })

test('who shares a card with a campaign and sends what nothing tells from it is of the campaign', () => {
  const { raised, cleared, everybody } = found((account, at) => ({
    ...queued(account, at),
    ...card(account),
  }))
  expect(raised.map(({ group }) => group.members)).toEqual([everybody])
  expect(raised[0]?.score).toBe(SURE)
  expect(cleared).toEqual([])
})

test('a group that is tied to it by nothing is left, however alike', () => {
  const { raised, cleared, raisedFirst } = found(queued)
  expect(raised.map(({ group }) => group.members)).toEqual([raisedFirst])
  expect(cleared).toHaveLength(1)
})

test('a neighbour with the same card that sends something else is left', () => {
  const { raised, raisedFirst } = found((account, at) => {
    const own = account < HALF ? queued(account, at) : { outputTokens: 10, inputTokens: 4000 }
    return { ...own, ...card(account) }
  })
  expect(raised.map(({ group }) => group.members)).toEqual([raisedFirst])
})

test('a group that is unlikely by itself is not taken along', () => {
  const said: Said = (account, at) => ({ ...queued(account, at), ...card(account) })
  expect(found(said, { likely: 0.2 }).raised[0]?.group.members).toHaveLength(HALF)
})

test('who shares card and wording is of the campaign, though other traffic makes its accounts different', () => {
  const mixed: Said = (account, at) => ({
    ...(at % 3 === 0
      ? queued(account, at)
      : { outputTokens: 20 + 40 * account, inputTokens: 10 + 30 * account }),
    ...card(account),
  })
  const { raisedFirst, clearedFirst, scene } = found(mixed)
  const told = (seen: Scene): number => {
    const of = (members: readonly number[], sure: number): Scored => ({
      ...score(groupOf({ origin: 'template', key: 'w', members }, seen), seen),
      explanations: [],
      score: sure,
    })
    const both = joined({ raised: [of(raisedFirst, SURE)], cleared: [of(clearedFirst, LIKELY)] }, seen)
    return both.raised[0]?.group.members.length ?? 0
  }
  expect(told(worded(scene))).toBe(SIZE)
  expect(told(scene)).toBe(HALF)
})

/** The same wording behind all of them, by the scene's own account of it. */
function worded(scene: Scene): Scene {
  return { ...scene, wording: new Int32Array(scene.accounts.count).fill(1) }
}

test('who shares the wording alone is a campaign of its own, unless it is loaded alike', () => {
  const tell = (times: (account: number) => number): number => {
    const { raisedFirst, clearedFirst, scene } = found(queued, { times })
    const spoken = worded(scene)
    const of = (members: readonly number[], sure: number): Scored => ({
      ...score(groupOf({ origin: 'template', key: 'w', members }, spoken), spoken),
      explanations: [],
      score: sure,
    })
    return joined({ raised: [of(raisedFirst, SURE)], cleared: [of(clearedFirst, LIKELY)] }, spoken).raised
      .length
  }
  expect(tell((account) => 30 + (account % 5) * 4)).toBe(1)
  expect(tell((account) => (account < HALF ? 20 : 160))).toBe(2)
})
