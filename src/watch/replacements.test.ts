import { expect, test } from 'vitest'
import type { Exchange } from './exchange.ts'
import { Observer } from './observe.ts'
import { FITS_MIN, type Replacement, Replacements } from './replacements.ts'
import { scenarios } from './traffic/scenarios.ts'
import { trafficOf } from './traffic/traffic.ts'
import { Watch } from './watch.ts'

const traffic = trafficOf(scenarios.tiny, 11)
const exchanges = [...traffic]
const last = exchanges.at(-1)?.ts ?? 0

function watched(): {
  observer: Observer
  raised: ReadonlySet<string>
  found: Replacement[]
  /** Has what looks for replacements written down and read again. */
  restart: () => void
  newcomers: () => number
} {
  const found: Replacement[] = []
  const watch = new Watch({ seed: 7 })
  const make = (): Replacements => new Replacements(watch, (replacement) => found.push(replacement))
  let replacements = make()
  const observer = new Observer(watch, (account, record) => replacements.look(account, record))
  const restart = (): void => {
    const kept: unknown = JSON.parse(JSON.stringify(replacements.keep()))
    replacements = make()
    replacements.resume(kept)
  }
  for (const exchange of exchanges) observer.observe(exchange)
  const { raised } = watch.sweep(last)
  replacements.refresh(raised)
  const members = raised.flatMap(({ group }) =>
    group.members.map((index) => watch.accounts.names[index] ?? ''),
  )
  const newcomers = () => (replacements.keep() as { readonly newcomers: readonly unknown[] }).newcomers.length
  return { observer, raised: new Set(members), found, restart, newcomers }
}

/** What an account did, done again later by a new one. */
function repeated(account: string, as: string): Exchange[] {
  return exchanges
    .filter((exchange) => exchange.account === account)
    .slice(0, 20)
    .map((exchange, index) => ({
      ...exchange,
      account: as,
      id: `${as}-${index}`,
      ts: last + 60_000 * (index + 1),
    }))
}

test('a new account that does as a condemned campaign does is found at its first exchanges', () => {
  const { observer, raised, found } = watched()
  const guilty = [...raised].filter((name) => repeated(name, '').length >= FITS_MIN)
  expect(guilty.length).toBeGreaterThan(5)
  for (const name of guilty) for (const exchange of repeated(name, `new-${name}`)) observer.observe(exchange)
  const accounts = new Set(found.map(({ account }) => account))
  expect(accounts.size / guilty.length).toBeGreaterThan(0.9)
})

test('a replacement is found at the same exchange when the gate restarts between any two of its exchanges', () => {
  const [straight, restarted] = [watched(), watched()]
  const guilty = [...straight.raised].filter((name) => repeated(name, '').length >= FITS_MIN).slice(0, 12)
  for (const name of guilty)
    for (const exchange of repeated(name, `new-${name}`)) {
      straight.observer.observe(exchange)
      restarted.restart()
      restarted.observer.observe(exchange)
      expect(restarted.found).toEqual(straight.found)
    }
  expect(straight.found.length).toBeGreaterThan(5)
})

test('a new account that does as honest ones do is not', () => {
  const { observer, raised, found } = watched()
  const honest = [...traffic.truth].filter(([name, { campaign }]) => campaign === null && !raised.has(name))
  for (const [name] of honest)
    for (const exchange of repeated(name, `new-${name}`)) observer.observe(exchange)
  expect(found).toEqual([])
})

test('one that begins with a dozen honest exchanges is found a little later, and once', () => {
  const { observer, raised, found } = watched()
  const honest = [...traffic.truth].find(
    ([name, { campaign }]) => campaign === null && repeated(name, '').length >= 13,
  )?.[0]
  const guilty = [...raised].filter((name) => repeated(name, '').length >= 12).slice(0, 10)
  expect(guilty.length).toBeGreaterThan(3)
  for (const name of guilty) {
    const as = `warm-${name}`
    const warm = repeated(honest ?? '', as).slice(0, 13)
    const told = repeated(name, as).slice(0, 7)
    const shifted = told.map((exchange, index) => ({
      ...exchange,
      id: `${exchange.id}-b`,
      ts: last + 60_000 * (20 + index),
    }))
    for (const exchange of [...warm, ...shifted]) observer.observe(exchange)
  }
  const accounts = found.map(({ account }) => account)
  expect(new Set(accounts).size / guilty.length).toBeGreaterThan(0.5)
  expect(accounts.length).toBe(new Set(accounts).size)
})

test('honest newcomers take no room from others', () => {
  const { observer, raised, newcomers } = watched()
  const honest = [...traffic.truth].filter(([name, { campaign }]) => campaign === null && !raised.has(name))
  for (const [name] of honest)
    for (const exchange of repeated(name, `new-${name}`)) observer.observe(exchange)
  expect(newcomers()).toBeLessThan(honest.length / 20)
  const [guilty = ''] = raised
  for (const exchange of repeated(guilty, 'new-guilty').slice(0, 2)) observer.observe(exchange)
  expect(newcomers()).toBeGreaterThan(0)
})

test('an account that was there before the campaign was raised is left to the sweeps', () => {
  const { observer, raised, found } = watched()
  const [guilty = ''] = raised
  const early = exchanges[0]?.account ?? ''
  for (const exchange of repeated(guilty, early)) observer.observe(exchange)
  expect(found).toEqual([])
})
