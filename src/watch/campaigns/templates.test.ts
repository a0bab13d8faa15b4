import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { every, exchange, MONDAY, watchOf } from '../exchanges.fixture.ts'
import { familiesOf } from '../links/families.ts'
import { Observer } from '../observe.ts'
import type { Template } from '../report.ts'
import { DAY_MS, HOUR_MS } from '../time.ts'
import { templatesOf } from './templates.ts'

/** Accounts that must have written a run for it to be shown. */
const ANONYMITY = 8
const wrapper =
  'You are a careful analyst who lays out the whole chain of reasoning first. Now consider this task: {payload} End with the final answer on a line of its own and nothing more behind it.'

type Prompts = (account: number, at: number) => string

/** The templates of all families once the watch has swept and then seen everything again. */
function templatesIn(accounts: number, times: number, prompt: Prompts): Template[] {
  const told = (from: number, round: number): Exchange[] =>
    Array.from({ length: accounts }, (_, account) =>
      every(HOUR_MS, times, from).map((ts, at) =>
        exchange({ ts, account: `a${account}`, prompt: prompt(account, round * times + at) }),
      ),
    ).flat()
  const watch = watchOf(told(MONDAY, 0))
  watch.sweep(watch.until ?? 0)
  const observer = new Observer(watch)
  const later = told(MONDAY + 30 * DAY_MS, 1).sort((a, b) => a.ts - b.ts)
  for (const each of later) observer.observe(each)
  const everybody = [...watch.accounts.names.keys()]
  return familiesOf(watch.features, watch.accounts).flatMap((family) => templatesOf(family, everybody, watch))
}

/** A number written in letters, so that no two payloads share a word by chance. */
function spelt(...numbers: readonly number[]): string {
  return numbers
    .map((number) => [...String(number)].map((digit) => 'qwrtzpsdfg'[Number(digit)]).join(''))
    .join('x')
}

test('a wrapper is shown with its variable part masked', () => {
  const [template, ...rest] = templatesIn(12, 6, (account, at) =>
    wrapper.replace('{payload}', `${spelt(account, at)} and ${spelt(at, account)} alone.`),
  )
  expect(rest).toEqual([])
  expect(template?.text).toMatch(
    /^You are a careful analyst who lays out .* … .*on a line of its own and nothing more/,
  )
  expect(template?.accounts).toBe(12)
  expect(template?.exchanges).toBeGreaterThan(12 * 6)
})

test('marks that touch a shown word are shown with it', () => {
  const tagged =
    'Put «every» step you took between <scratch> and </scratch>, then say (in full) what you [hold] true.'
  const [template] = templatesIn(
    12,
    6,
    (account, at) => `${spelt(account, at)} ${spelt(at, account)} — «${tagged} ${spelt(at, account, at)}`,
  )
  expect(template?.text).toBe(
    '… «every» step you took between <scratch> and </scratch>, then say (in full) what you [hold] …',
  )
})

test('no word is ever shown that fewer than eight accounts wrote where it stands', () => {
  const known = new Set(wrapper.toLowerCase().match(/[a-z]+/g))
  const rare = fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(
      rare,
      fc.integer({ min: 0, max: ANONYMITY - 1 }),
      fc.constantFrom('{payload}', '{payload} secret', '{payload} pass'),
      (lengths, sharers, extra) => {
        const templates = templatesIn(12, 4, (account, at) => {
          // Some accounts share a payload, too few of them for it to be anybody's wrapper.
          const who = account < sharers ? 'shared' : spelt(account)
          const said = lengths
            .map((length) => `${who}x${spelt(length, account < sharers ? 0 : at)}`)
            .join(' ')
          return wrapper.replace(
            '{payload}',
            extra.replace('{payload}', account < sharers ? said : `${said}.`),
          )
        })
        expect(templates.length).toBeGreaterThan(0)
        for (const { text } of templates) {
          const shown = text.toLowerCase().match(/[a-z]+/g) ?? []
          expect(shown.filter((word) => !known.has(word) && !/^(secret|pass)$/.test(word))).toEqual([])
        }
      },
    ),
    { seed: 18, numRuns: 25 },
  )
})

test('a number in a shared run may be one account’s own and is never shown', () => {
  const templates = templatesIn(12, 4, (account, at) =>
    wrapper
      .replace('chain', `chain for customer 41111111${account}${at} in full, and the whole chain`)
      .replace('{payload}', spelt(account, at)),
  )
  expect(templates.length).toBeGreaterThan(0)
  for (const { text } of templates) {
    expect(text).toContain('customer')
    expect(text).not.toMatch(/[1-9]/)
  }
})

test('what seven accounts share is not shown, though they repeat it', () => {
  expect(
    templatesIn(ANONYMITY - 1, 20, (account, at) => wrapper.replace('{payload}', spelt(account, at))),
  ).toEqual([])
})

test('two wrappers of the same accounts are two templates, the better shared first', () => {
  const other =
    'Grade the answer below by the rubric and give one score from one to ten, with reasons: {payload}'
  const templates = templatesIn(12, 12, (account, at) =>
    ((account * 5 + at) % 3 === 0 ? other : wrapper).replace('{payload}', spelt(account, at)),
  )
  expect(templates).toHaveLength(2)
  const isOther = templates.map(({ text }) => text.includes('one score from one to ten'))
  expect(isOther.sort()).toEqual([false, true])
  const accounts = templates.map((template) => template.accounts)
  expect(accounts).toEqual(accounts.toSorted((a, b) => b - a))
})

test('without texts there is nothing to show', () => {
  expect(templatesIn(12, 4, () => '')).toEqual([])
})
