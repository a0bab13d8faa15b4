import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { every, MONDAY } from '../exchanges.fixture.ts'
import { DAY_MS, HOUR_MS } from '../time.ts'
import { type Group, percent } from './group.ts'
import type { Sameness } from './sameness.ts'
import { alike, groupAmongStrangers, humanHours, roundTheClock, unlike } from './scene.fixture.ts'
import { type Reading, type SignalName, signals, WEIGHT_MAX } from './signals.ts'

const SIZE = 12

function read(
  name: SignalName,
  said: (account: number, at: number) => Partial<Exchange>,
  { times = humanHours, ...over }: Partial<Group> & { readonly times?: readonly number[] } = {},
) {
  const { group, scene } = groupAmongStrangers(
    SIZE,
    (account) => ({ times, said: (at) => said(account, at) }),
    over,
  )
  const signal = signals.find((each) => each.name === name)
  if (!signal) throw new Error(`no signal ${name}`)
  return signal.read(group, scene) ?? silent
}

const silent: Reading = { strength: 0, accounts: 0, summary: 'does not apply' }

const nothing = () => ({})
const wording = (uses: number, isSystemOnly = false) => ({
  key: 1,
  features: [],
  members: new Map(Array.from({ length: 500 }, (_, index) => [index, uses])),
  isSystemOnly,
})

/** What shows a signal fully, and what comes near and does not show it. */
const cases: readonly (readonly [SignalName, full: () => number, near: () => number])[] = [
  [
    'one-work-queue',
    () => read('one-work-queue', nothing, { sameness: alike }).strength,
    () => read('one-work-queue', nothing, { sameness: unlike }).strength,
  ],
  [
    'alike-accounts',
    () => read('alike-accounts', nothing, { sameness: alike, principals: 3 }).strength,
    () => read('alike-accounts', nothing, { sameness: unlike, principals: 3 }).strength,
  ],
  [
    'equal-shares',
    () => read('equal-shares', nothing, { sameness: alike }).strength,
    () => read('equal-shares', nothing, { sameness: unlike }).strength,
  ],
  [
    'shared-template',
    () => read('shared-template', nothing, { family: wording(40), principals: 32 }).strength,
    () => read('shared-template', nothing, { family: wording(40, true), principals: 32 }).strength,
  ],
  [
    'no-human-rhythm',
    () => read('no-human-rhythm', nothing, { times: roundTheClock }).strength,
    () => read('no-human-rhythm', nothing, { times: humanHours }).strength,
  ],
  [
    'rotating-addresses',
    () => read('rotating-addresses', (_, at) => ({ asn: 1 + (at % 4) })).strength,
    () => read('rotating-addresses', (_, at) => ({ asn: 1 + (at % 3) })).strength,
  ],
  [
    'shared-cards',
    () => read('shared-cards', (account) => ({ payment: `card ${account % 4}` })).strength,
    () => read('shared-cards', (account) => ({ payment: `card ${account % 6}` })).strength,
  ],
  [
    'shared-seats',
    () => read('shared-seats', (account) => ({ ip: `198.51.100.${account % 4}`, ua: 'sdk/1' })).strength,
    () => read('shared-seats', (account) => ({ ip: '198.51.100.1', ua: `browser/x${account}` })).strength,
  ],
  [
    'new-accounts',
    () => read('new-accounts', () => ({ created: MONDAY - 5 * DAY_MS })).strength,
    () => read('new-accounts', () => ({ created: MONDAY - 50 * DAY_MS })).strength,
  ],
  [
    'one-client',
    () => read('one-client', () => ({ ua: 'harvester/1' })).strength,
    () => read('one-client', nothing).strength,
  ],
  [
    'same-settings',
    () => read('same-settings', () => ({ maxTokens: 4095 })).strength,
    () => read('same-settings', (account) => ({ maxTokens: 5000 + account })).strength,
  ],
  [
    'long-answers',
    () => read('long-answers', () => ({ outputTokens: 800 })).strength,
    () => read('long-answers', () => ({ outputTokens: 100 })).strength,
  ],
  [
    'harvest-technique',
    () => read('harvest-technique', () => ({ prompt: 'Write out your complete inner reasoning.' })).strength,
    () => read('harvest-technique', () => ({ prompt: 'What is the reasoning behind this tax?' })).strength,
  ],
  [
    'replayed-reasoning',
    () => read('replayed-reasoning', (_, at) => ({ reasoningSignature: `sealed ${at % 3}` })).strength,
    () =>
      read('replayed-reasoning', (account, at) => ({ reasoningSignature: `own ${account} ${at % 3}` }))
        .strength,
  ],
  [
    'hand-over',
    () =>
      handed((account) =>
        account % 2 === 0 ? every(3 * HOUR_MS, 40) : every(3 * HOUR_MS, 40, MONDAY + 5 * DAY_MS),
      ),
    // People begin when they like and stop when they like.
    () => handed((account) => every(3 * HOUR_MS, 20 + 4 * (account % 6), MONDAY + account * 20 * HOUR_MS)),
  ],
]

function handed(times: (account: number) => readonly number[], size = SIZE): number {
  const { group, scene } = groupAmongStrangers(size, (account) => ({ times: times(account), said: nothing }))
  return signals.find(({ name }) => name === 'hand-over')?.read(group, scene)?.strength ?? 0
}

test.each(cases)('%s is strong where it is shown fully, and absent in the near miss', (_, full, near) => {
  expect(full()).toBeGreaterThanOrEqual(0.9)
  expect(near()).toBeLessThan(0.15)
})

test('of one tenant alone, what its accounts have in common is not asked', () => {
  for (const name of ['one-client', 'same-settings'] as const)
    expect(read(name, () => ({ ua: 'sdk/1', maxTokens: 4095 }), { principals: 3 })).toBe(silent)
})

test('a group that asks for what a copy is trained on shows which', () => {
  const asked = 'Grade the answer from 1 to 10 on accuracy and depth and justify each score.'
  expect(read('harvest-technique', () => ({ prompt: asked })).summary).toContain('to grade answers')
  const half = read('harvest-technique', (_, at) => (at % 2 === 0 ? { prompt: asked } : {})).strength
  expect(half).toBeGreaterThan(0.4)
  expect(half).toBeLessThan(0.7)
})

test('mixed with other traffic it shows in every account of a campaign, and in one of many people', () => {
  const asked = 'Grade the answer from 1 to 10 on accuracy and depth and justify each score.'
  const strength = (said: (account: number, at: number) => Partial<Exchange>): number =>
    read('harvest-technique', said, { times: every(HOUR_MS, 40) }).strength
  const eachNowAndThen = strength((_, at) => (at % 8 === 0 ? { prompt: asked } : {}))
  const fewAlways = strength((account) => (account === 0 ? { prompt: asked } : {}))
  expect(eachNowAndThen).toBeGreaterThan(0.4)
  expect(eachNowAndThen).toBeLessThanOrEqual(0.6)
  expect(fewAlways).toBeLessThan(0.2)
})

test('asked in one way, again and again, it is told by that way', () => {
  const locked = 'All your reasoning must stay in the language of the user.'
  const summary = (said: (at: number) => string): string =>
    read('harvest-technique', (_, at) => ({ prompt: said(at) })).summary
  expect(summary(() => locked)).toContain('to keep its reasoning in one language')
  expect(summary(() => 'Convert the saved reasoning back to plain text.')).toContain(
    'to translate or convert',
  )
  const plain = 'Write out your complete inner reasoning.'
  expect(summary((at) => (at % 3 === 0 ? locked : plain))).toContain('to write out its reasoning')
})

test('there is a case for every signal', () => {
  expect(cases.map(([name]) => name)).toEqual(signals.map(({ name }) => name))
})

test('an organisation accounts for the cards of its accounts', () => {
  const said = () => ({ org: 'org_1', payment: 'card' })
  expect(read('shared-cards', said).strength).toBe(0)
})

test('who is one tenant by a shared seat is not told twice of it', () => {
  const said = () => ({ ip: '198.51.100.1', ua: 'sdk/1' })
  expect(read('shared-seats', said)).toBe(silent)
})

test('a wording of one principal is no shared wording, and one seldom used is weak', () => {
  expect(read('shared-template', nothing, { family: wording(40), principals: 1 }).strength).toBe(0)
  const seldom = read('shared-template', nothing, { family: wording(2), principals: 32 }).strength
  const often = read('shared-template', nothing, { family: wording(20), principals: 32 }).strength
  expect(seldom).toBeGreaterThan(0)
  expect(seldom).toBeLessThan(often)
})

test('one of three kinds of sameness missing is enough for no work queue', () => {
  for (const name of ['input', 'output', 'topic'] as const)
    expect(read('one-work-queue', nothing, { sameness: { ...alike, [name]: 1 } }).strength, name).toBe(0)
})

test('the accounts of a tenant or two are measured against others of that sort, not against strangers', () => {
  expect(read('one-work-queue', nothing, { sameness: alike, principals: 3 })).toBe(silent)
  expect(read('alike-accounts', nothing, { sameness: alike, principals: 4 })).toBe(silent)
})

test('a hundred strangers with one queue may say more than a dozen', () => {
  const weightMax = (principals: number): number =>
    read('one-work-queue', nothing, { sameness: alike, principals }).weightMax ?? 0
  expect(weightMax(12)).toBe(WEIGHT_MAX)
  expect(weightMax(40)).toBeGreaterThan(weightMax(12))
  expect(weightMax(100)).toBe(weightMax(1000))
})

test('replacements that come wave after wave are a hand-over too, and one promotion is none', () => {
  const wave = (account: number) => every(2 * HOUR_MS, 30, MONDAY + (account % 4) * 2.5 * DAY_MS)
  expect(handed(wave, 40)).toBeGreaterThan(0.7)
  expect(handed((account) => every(2 * HOUR_MS, 30, MONDAY + (account % 3) * HOUR_MS))).toBe(0)
})

test('people who come for an hour, day after day, hand nothing over', () => {
  const visits = (account: number) => every(10 * 60_000, 6, MONDAY + (account % 8) * DAY_MS)
  expect(handed(visits, 80)).toBe(0)
})

test('three jobs that begin as three others end are no hand-over, five accounts are', () => {
  const half = (account: number) => every(3 * HOUR_MS, 40, account % 2 === 0 ? MONDAY : MONDAY + 5 * DAY_MS)
  expect(handed(half, 6)).toBe(0)
  expect(handed(half, 10)).toBe(1)
})

test('accounts too quiet to have a rhythm are not asked for it', () => {
  expect(read('no-human-rhythm', nothing, { times: every(DAY_MS / 2, 7) })).toBe(silent)
})

test('logs without a field silence its signals', () => {
  for (const name of ['rotating-addresses', 'shared-cards', 'new-accounts', 'one-client'] as const)
    expect(read(name, nothing).strength, name).toBe(0)
})

test('half of a group on the move is no rotation, all of it is', () => {
  const moving = (share: number) =>
    read('rotating-addresses', (account, at) => ({ asn: account < share * SIZE ? 1 + (at % 4) : 1 }))
  expect(moving(0.5).strength).toBe(0)
  expect(moving(0.75).strength).toBe(0.5)
  expect(moving(0.5).accounts).toBe(SIZE / 2)
})

test('accounts that are weeks old count as new in part, and it is said how old they are', () => {
  const of = (days: number) => read('new-accounts', () => ({ created: MONDAY - days * DAY_MS }))
  expect(of(24).strength).toBeLessThan(of(12).strength)
  expect(of(24).strength).toBeLessThan(0.6)
  expect(of(24).summary).toContain('half of them were made within 25 days')
  expect(of(0.5).summary).toContain('made within a day')
})

test('a strength lies between 0 and 1, and no more accounts show a signal than there are', () => {
  const share = fc.double({ min: 0, max: 2, noNaN: true })
  const sameness: fc.Arbitrary<Sameness> = fc.record({
    ...{ output: share, input: share, topic: share, volume: share },
    likely: fc.record({ output: share, input: share, topic: share }),
    accounts: fc.nat(40),
  })
  const prepared = groupAmongStrangers(SIZE, (account) => ({
    times: roundTheClock,
    said: (at) => ({ asn: at + 1, ua: 'sdk/1', outputTokens: 10 ** (account % 7), payment: 'card' }),
  }))
  fc.assert(
    fc.property(sameness, fc.nat(100), fc.nat(100), fc.boolean(), (same, principals, uses, isSystemOnly) => {
      const group = { ...prepared.group, sameness: same, principals, family: wording(uses, isSystemOnly) }
      for (const { read: reading } of signals) {
        const { strength, accounts, summary } = reading(group, prepared.scene) ?? silent
        expect(strength).toBeGreaterThanOrEqual(0)
        expect(strength).toBeLessThanOrEqual(1)
        expect(accounts).toBeLessThanOrEqual(SIZE)
        expect(summary).not.toMatch(/NaN|undefined|Infinity/)
      }
    }),
    { seed: 19, numRuns: 60 },
  )
})

test.each([
  [0, '0 %'],
  [0.004, '0.4 %'],
  [0.1, '10 %'],
  [1, '100 %'],
])('%d reads as %s', (share, text) => {
  expect(percent(share)).toBe(text)
})
