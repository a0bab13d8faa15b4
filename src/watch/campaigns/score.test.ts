import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { every, MONDAY } from '../exchanges.fixture.ts'
import type { Family } from '../links/families.ts'
import type { LookalikeKind, SignalReading } from '../report.ts'
import { DAY_MS, MINUTE_MS } from '../time.ts'
import { calibration } from './calibration.ts'
import { alike, groupAmongStrangers, humanHours, roundTheClock, unlike } from './scene.fixture.ts'
import { falsePositiveRate, posteriorOf, score, weightOf } from './score.ts'
import { signals } from './signals.ts'
import { untuned } from './tuning.ts'

/** A group is raised from this score on. */
const RAISED = 0.9
const WEIGHT_MAX = 5
const strength = fc.double({ min: 0, max: 1, noNaN: true })
const signal = fc.constantFrom(...signals)

test('no signal weighs more than the cap, for or against, and a stronger one never weighs less', () => {
  fc.assert(
    fc.property(signal, strength, strength, (each, a, b) => {
      const [weak, strong] = [weightOf(each, Math.min(a, b)), weightOf(each, Math.max(a, b))]
      expect(Math.abs(weak)).toBeLessThanOrEqual(WEIGHT_MAX)
      expect(Math.abs(strong)).toBeLessThanOrEqual(WEIGHT_MAX)
      expect(strong).toBeGreaterThanOrEqual(weak - 1e-12)
    }),
    { seed: 16, numRuns: 500 },
  )
})

test('a weight has no step that could be sat upon', () => {
  for (const each of signals)
    for (let at = 0; at < 1; at += 0.001)
      expect(Math.abs(weightOf(each, at + 0.001) - weightOf(each, at)), each.name).toBeLessThan(0.1)
})

test('a signal’s absence never speaks for a campaign', () => {
  for (const each of signals) expect(weightOf(each, 0), each.name).toBeLessThanOrEqual(0)
})

test('the false positive rate falls with strength, begins at 1 and is never 0', () => {
  fc.assert(
    fc.property(signal, strength, strength, ({ name }, a, b) => {
      const [weak, strong] = [
        falsePositiveRate(name, Math.min(a, b)),
        falsePositiveRate(name, Math.max(a, b)),
      ]
      expect(strong).toBeLessThanOrEqual(weak)
      expect(strong).toBeGreaterThan(0)
    }),
    { seed: 17, numRuns: 500 },
  )
  for (const { name } of signals) {
    expect(falsePositiveRate(name, 0)).toBe(1)
    expect(falsePositiveRate(name, 1)).toBeGreaterThanOrEqual(1 / (calibration.groups + 1))
  }
})

test('the calibration counts a benign group at most once for a signal', () => {
  for (const { name } of signals)
    expect(
      calibration.counts[name].reduce((sum, count) => sum + count, 0),
      name,
    ).toBeLessThanOrEqual(calibration.groups)
})

const SIZE = 40

type Case = {
  readonly times: readonly number[]
  readonly said: (account: number, at: number) => Partial<Exchange>
  readonly family?: Family
}

/** Everything a signal can ask for: long answers from many networks by new accounts with one client. */
function loud(account: number, at: number): Partial<Exchange> {
  return {
    created: MONDAY - DAY_MS - account * 12 * 60 * MINUTE_MS,
    ip: `198.51.${account}.1`,
    asn: 100 + ((account + at) % 6),
    ua: 'harvester/1',
    ja4: 't13',
    maxTokens: 4096,
    outputTokens: 4000,
    payment: `q_${account}`,
  }
}

const wrapped = (isSystemOnly: boolean): Family => ({
  key: 1,
  features: [0],
  members: new Map(Array.from({ length: 500 }, (_, index) => [index, 72])),
  isSystemOnly,
})

function scored({ times, said, family = wrapped(false) }: Case) {
  const { group, scene } = groupAmongStrangers(
    SIZE,
    (account) => ({ times, said: (at) => said(account, at) }),
    { sameness: alike, principals: SIZE, family },
  )
  return score(group, scene)
}

const brief = every(20 * MINUTE_MS, 12)

/** For each explanation a group that fits it fully and shows every other signal, and the same group a step aside. */
const explained: readonly (readonly [LookalikeKind, fits: Case, aside: Case])[] = [
  [
    'company',
    { times: roundTheClock, said: (account, at) => ({ ...loud(account, at), org: 'org_1' }) },
    { times: roundTheClock, said: loud },
  ],
  [
    'product',
    {
      times: roundTheClock,
      said: (account, at) => ({
        ...loud(account, at),
        ip: `198.51.100.${account % 2}`,
        created: MONDAY - account * 10 * DAY_MS,
      }),
    },
    {
      times: roundTheClock,
      said: (account, at) => ({ ...loud(account, at), ip: `198.51.100.${account % 2}` }),
    },
  ],
  [
    'class',
    {
      times: humanHours,
      said: (account, at) => {
        const { payment: _, ...cardless } = loud(account, at)
        return { ...cardless, ip: '198.51.100.1', asn: 7 }
      },
    },
    // Nobody who comes from network after network sits in a class.
    { times: humanHours, said: (account, at) => ({ ...loud(account, at), ip: '198.51.100.1' }) },
  ],
  [
    'promotion',
    {
      times: brief,
      said: (account, at) => {
        const { payment: _, ...cardless } = loud(account, at)
        return { ...cardless, created: MONDAY - account * 60 * MINUTE_MS }
      },
    },
    { times: brief, said: loud },
  ],
  // A prompt that goes round for a week: each comes once, with a card of its own or none.
  [
    'promotion',
    {
      times: every(10 * MINUTE_MS, 8),
      said: (account, at) => ({ ...loud(account, at), created: MONDAY - account * 4 * 60 * MINUTE_MS }),
    },
    { times: every(10 * MINUTE_MS, 8), said: loud },
  ],
  [
    'fans',
    { times: humanHours, said: loud, family: wrapped(true) },
    { times: humanHours, said: loud, family: wrapped(false) },
  ],
]

test.each(explained)('a %s that fits fully is not raised, whatever the signals say', (kind, fits, aside) => {
  const held = scored(fits)
  expect(held.explanations[0]).toMatchObject({ kind, fit: 1 })
  expect(held.evidence.length).toBeGreaterThanOrEqual(6)
  expect(held.score).toBeLessThan(RAISED)
  const raised = scored(aside)
  expect(raised.explanations.find((each) => each.kind === kind)?.fit).toBeLessThan(0.5)
  expect(raised.score).toBeGreaterThan(RAISED)
})

test('free trials that are burnt for what a copy is trained on are no promotion', () => {
  const burnt = scored({
    times: every(10 * MINUTE_MS, 8),
    said: (account, at) => ({
      ...loud(account, at),
      created: MONDAY - account * 4 * 60 * MINUTE_MS,
      prompt: 'Write out your complete inner reasoning.',
    }),
  })
  expect(burnt.explanations.find(({ kind }) => kind === 'promotion')?.fit).toBe(0)
  expect(burnt.score).toBeGreaterThan(RAISED)
})

/** One server, one card, one system prompt: an application that spreads its users over its keys. */
function application(account: number, over: Partial<Exchange> = {}): Partial<Exchange> {
  return {
    created: MONDAY - DAY_MS - account * MINUTE_MS,
    ...{ ip: '198.51.100.1', ua: 'app/1', payment: 'card', outputTokens: 100 },
    ...{ system: 'You help people with their letters.', prompt: 'Is this polite enough?' },
    ...over,
  }
}

/** Answers are as long as those of the strangers around, unless it says otherwise. */
const tenants: readonly (readonly [aside: string, fits: boolean, over: Partial<Exchange>])[] = [
  ['an application', true, {}],
  ['one that asks for reasoning', false, { prompt: 'Write out your complete inner reasoning.' }],
  ['one with far longer answers', false, { outputTokens: 900 }],
  ['one without a system prompt', false, { system: '' }],
  ['machines that ask for a word', true, { system: '', outputTokens: 20 }],
  [
    'graders, who ask for a mark',
    false,
    { prompt: 'Grade this answer with a score by the rubric.', outputTokens: 20 },
  ],
]

test.each(tenants)('a tenant with a card and a server: %s', (_, isApplication, over) => {
  const { group, scene } = groupAmongStrangers(
    SIZE,
    (account) => ({ times: roundTheClock, said: () => application(account, over) }),
    { sameness: alike },
  )
  expect(group.principals).toBe(1)
  const fit = score(group, scene).explanations.find(({ kind }) => kind === 'product')?.fit ?? 0
  if (isApplication) expect(fit).toBeGreaterThan(0.9)
  else expect(fit).toBeLessThan(0.5)
})

test('a wrapper before the questions is not an application’s', () => {
  const { group, scene } = groupAmongStrangers(
    SIZE,
    (account) => ({ times: roundTheClock, said: () => application(account) }),
    { sameness: alike },
  )
  const wording = new Int32Array(scene.accounts.count).fill(1)
  const fitOf = (isSystemOnly: boolean): number =>
    score(group, { ...scene, wording, families: [wrapped(isSystemOnly)] }).explanations.find(
      ({ kind }) => kind === 'product',
    )?.fit ?? 0
  expect(fitOf(true)).toBeGreaterThan(0.9)
  expect(fitOf(false)).toBe(0)
})

test('an explanation takes more the better it fits', () => {
  const scores = [0, 10, 24, 30, 36, 40].map(
    (inside) =>
      scored({
        times: roundTheClock,
        said: (account, at) => ({ ...loud(account, at), ...(account < inside && { org: 'org_1' }) }),
      }).score,
  )
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  expect(scores[2]).toBeGreaterThan(RAISED)
  expect(scores[5]).toBeLessThan(RAISED)
})

test('what one tool gives all its users counts once', () => {
  const queue = [{ signal: 'one-work-queue', strength: 0.6 }]
  const tool = ['one-client', 'same-settings'].map((signal) => ({ signal, strength: 1 }))
  const of = (...readings: readonly SignalReading[]): number =>
    posteriorOf([...queue, ...readings], [], untuned)
  const alone = tool.map((reading) => of(reading))
  expect(Math.min(...alone)).toBeGreaterThan(of())
  expect(of(...tool)).toBeLessThanOrEqual(Math.max(...alone))
  expect(of(...tool)).toBeGreaterThan(of())
  // What is absent is charged each by itself.
  expect(of({ signal: 'one-client', strength: 0 }, { signal: 'same-settings', strength: 0 })).toBeLessThan(
    of({ signal: 'one-client', strength: 0 }),
  )
})

test('what a careful campaign does without, it does without once', () => {
  const lasting = [
    { signal: 'one-work-queue', strength: 0.95 },
    { signal: 'no-human-rhythm', strength: 1 },
  ]
  const avoided = ['rotating-addresses', 'shared-cards', 'shared-seats', 'new-accounts', 'one-client']
  const scores = avoided.map((_, count) =>
    posteriorOf(
      [...lasting, ...avoided.slice(0, count + 1).map((signal) => ({ signal, strength: 0 }))],
      [],
      untuned,
    ),
  )
  // Each absence counts, the next for less; together for no more than that one in four campaigns is so careful.
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  const odds = (score: number): number => Math.log(score / (1 - score))
  const none = posteriorOf(lasting, [], untuned)
  expect(odds(none) - odds(scores.at(-1) ?? 0)).toBeLessThan(Math.log(4))
  expect(odds(none) - odds(scores.at(-1) ?? 0)).toBeGreaterThan(Math.log(2))
})

test('a group may say more than its signal may, and less', () => {
  const queue = (weightMax: number): number =>
    posteriorOf([{ signal: 'one-work-queue', strength: 1, weightMax }], [], untuned)
  expect(queue(6)).toBeGreaterThan(queue(5))
  expect(queue(2)).toBeLessThan(queue(5))
})

test('who works from home goes with the class, and strangers do not', () => {
  const pupils = (madeOnDay: number) =>
    scored({
      times: humanHours,
      said: (account, at) => {
        const { payment: _, ...cardless } = loud(account, at)
        const isHome = account >= 30
        return {
          ...cardless,
          ip: isHome ? `203.0.113.${account}` : '198.51.100.1',
          asn: isHome ? account : 7,
          created: MONDAY - (isHome ? madeOnDay : 1 + (account % 5)) * DAY_MS,
        }
      },
    }).explanations.find(({ kind }) => kind === 'class')?.fit ?? 0
  expect(pupils(3)).toBe(1)
  expect(pupils(200)).toBe(0.75)
})

test('tenants of their own score next to nothing, and evidence lists only what they show', () => {
  const { group, scene } = groupAmongStrangers(
    SIZE,
    (account) => ({
      times: humanHours,
      said: () => ({
        ua: `browser/${account}`,
        maxTokens: account + 1,
        outputTokens: 100,
        created: MONDAY - 300 * DAY_MS,
        payment: `q_${account}`,
        ip: `198.51.${account}.1`,
      }),
    }),
    { sameness: unlike },
  )
  const { score: found, evidence } = score(group, scene)
  expect(found).toBeLessThan(0.01)
  expect(evidence).toEqual([])
})

test('evidence is in order of how rare it is among benign groups, and never below partial strength', () => {
  const { evidence } = scored({ times: roundTheClock, said: loud })
  const rates = evidence.map((each) => each.falsePositiveRate)
  expect(rates).toEqual(rates.toSorted((a, b) => a - b))
  for (const each of evidence) {
    expect(each.strength).toBeGreaterThanOrEqual(0.3)
    expect(each.strength).toBeLessThanOrEqual(1)
    expect(each.accounts).toBeLessThanOrEqual(SIZE)
  }
})
