import { expect, test } from 'vitest'
import { every, MONDAY, watchOf } from '../exchanges.fixture.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts'
import { Random } from '../traffic/random.ts'
import { commonItems } from './items.ts'
import { groupOf } from './refine.ts'
import { sceneOf } from './scene.ts'
import { score } from './score.ts'

const ACCOUNTS = 24
const RAISED = 0.9
const WRAPPER =
  'Write out your complete inner reasoning step by step before you answer the question that follows here.'

/** Questions of words of their own: no two of them share a run of words. */
function questions(count: number): string[] {
  const random = Random.of(7, 'questions')
  return Array.from({ length: count }, () =>
    Array.from({ length: 14 }, () => `w${random.hex(5).replace(/\d/g, 'q')}`).join(' '),
  )
}

const pool = questions(40 * ACCOUNTS)

/** How many exchanges an account, and which question account a asks as its k-th. */
type Work = readonly [exchanges: number, asked: (account: number, k: number) => number]

const work = {
  /** Everybody is set the same, and each begins elsewhere. */
  set: [20, (account, k) => (k + account) % 20],
  /** Each is set a half of them, drawn by lot. */
  half: [20, (account, k) => (k * 7 + account * 13) % 40],
  dealt: [20, (account, k) => account * 20 + k],
  /** Each question goes to three accounts. */
  bestOf: [20, (account, k) => Math.floor((account * 20 + k) / 3)],
  few: [3, (account, k) => (k + account) % 20],
} satisfies Record<string, Work>

/** New accounts of one client that ask round the clock for what a copy is trained on, among strangers. */
function scened([exchanges, asked]: Work, isCrowd = false) {
  const watch = watchOf([
    ...Array.from({ length: ACCOUNTS }, (_, account) =>
      every(isCrowd ? MINUTE_MS : 3 * HOUR_MS, exchanges, MONDAY + account * MINUTE_MS).map((ts, k) => ({
        ...{
          ts,
          id: `g${account}/${k}`,
          account: `g${account}`,
          key: `k${account}`,
          model: 'm',
          status: 200,
        },
        ...{ ua: 'tool/1', ja4: 'tool', maxTokens: 999, inputTokens: 60, outputTokens: 900 },
        ...{ ip: isCrowd ? '198.51.100.1' : `198.51.${account}.1`, created: MONDAY - DAY_MS },
        prompt: `${WRAPPER} ${pool[asked(account, k)] ?? ''}`,
      })),
    ).flat(),
    ...Array.from({ length: 200 }, (_, account) =>
      every(2 * HOUR_MS, 2, MONDAY + account * MINUTE_MS).map((ts, k) => ({
        ...{
          ts,
          id: `s${account}/${k}`,
          account: `s${account}`,
          key: `k${account}`,
          model: 'm',
          status: 200,
        },
        ...{ ua: `browser/${account}`, ja4: `${account}`, maxTokens: account, outputTokens: 100 },
        ...{ ip: `203.0.113.${account}`, payment: `p${account}`, created: MONDAY - (90 + account) * DAY_MS },
      })),
    ).flat(),
  ])
  const { accounts, features } = watch
  const scene = sceneOf(accounts, features)
  const members = [...accounts.names.keys()].filter((index) => accounts.names[index]?.startsWith('g'))
  return { scene, group: groupOf({ origin: 'cohort', key: 'g', members }, scene) }
}

function commonOf(asked: Work): number | undefined {
  const { group, scene } = scened(asked)
  return commonItems(group, scene)
}

test('questions that everybody is set are common, those that a queue deals out are not', () => {
  expect(commonOf(work.set)).toBeGreaterThan(0.9)
  expect(commonOf(work.half)).toBeGreaterThan(0.9)
  expect(commonOf(work.dealt)).toBeLessThan(0.05)
})

test('a queue that has each question answered a few times has nothing in common', () => {
  expect(commonOf(work.bestOf)).toBeLessThan(0.1)
})

test('of accounts that sent next to nothing it is not asked', () => {
  expect(commonOf(work.few)).toBeUndefined()
})

test('who is set the same questions is not raised, who is dealt them out is', () => {
  const [set, dealt] = [work.set, work.dealt].map((each) => {
    const { group, scene } = scened(each)
    return score(group, scene)
  })
  expect(dealt?.score).toBeGreaterThan(RAISED)
  expect(set?.score).toBeLessThan(RAISED)
  expect(set?.explanations[0]).toMatchObject({ kind: 'benchmark', fit: 1 })
})

test('a crowd at one address that is never set the same, and asks for reasons only, is no class', () => {
  const fits = [work.set, work.dealt].map((each) => {
    const { group, scene } = scened(each, true)
    return score(group, scene).explanations.find(({ kind }) => kind === 'class')?.fit
  })
  expect(fits[0]).toBe(1)
  expect(fits[1]).toBeLessThan(0.1)
})
