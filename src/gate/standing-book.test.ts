import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MeasureStore } from '../store/embedded/measure-store.ts'
import { openState } from '../store/embedded/state.ts'
import { Standings } from './standing-book.ts'

let directory: string
let database: DatabaseSync
let store: MeasureStore
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'standings-'))
  database = openState(directory)
  store = new MeasureStore(database)
})
afterEach(() => {
  database.close()
  rmSync(directory, { recursive: true, force: true })
})

function apply(standing: string, accounts: string[], expires?: number): string {
  return store.apply(
    { standing, parameters: {}, reason: 'r', author: 'a', campaign: undefined, created: 1, expires },
    accounts,
  )
}

test('the most severe measure stands, and what is left stands when it is undone', async () => {
  const book = new Standings(store, [])
  apply('slowed', ['x', 'y'])
  const severe = apply('quarantined', ['x'])
  await book.refresh(10)
  expect([
    book.standingOf('x', 10).kind,
    book.standingOf('y', 10).kind,
    book.standingOf('z', 10).kind,
  ]).toEqual(['quarantined', 'slowed', 'clear'])
  store.undo(severe, 'b', 20)
  await book.refresh(20)
  expect(book.standingOf('x', 20).kind).toBe('slowed')
})

test('a measure ends by itself at its moment, without a refresh', async () => {
  const book = new Standings(store, [])
  apply('verify', ['x'], 1_000)
  await book.refresh(10)
  expect(book.standingOf('x', 999).kind).toBe('verify')
  expect(book.standingOf('x', 1_000).kind).toBe('clear')
})

test('the allow-list wins, whether it is in the store or in the configuration', async () => {
  const book = new Standings(store, ['partner-*'])
  apply('quarantined', ['partner-1', 'friend', 'foe'])
  store.allow({ account: 'friend', reason: 'r', author: 'a', created: 1 })
  await book.refresh(10)
  expect(['partner-1', 'friend', 'foe'].map((account) => book.standingOf(account, 10).kind)).toEqual([
    'clear',
    'clear',
    'quarantined',
  ])
})

test('accounts added to a measure later are under it too', async () => {
  const book = new Standings(store, [])
  const id = apply('quarantined', ['x'])
  await book.refresh(10)
  store.extend(id, ['x', 'y'])
  await book.refresh(10)
  expect(book.standingOf('y', 10).kind).toBe('quarantined')
  expect(book.accounts).toBe(2)
})

test('a measure is applied to all of its accounts or to none', () => {
  const accounts = ['x', null as unknown as string]
  expect(() => apply('quarantined', accounts)).toThrow()
  expect(store.list()).toEqual([])
})

test('a standing this version does not know is left alone', async () => {
  const book = new Standings(store, [])
  apply('banished', ['x'])
  await book.refresh(10)
  expect(book.standingOf('x', 10).kind).toBe('clear')
})

test('a large campaign is taken in turns that let requests through', async () => {
  const book = new Standings(store, [])
  apply(
    'slowed',
    Array.from({ length: 24_000 }, (_, index) => `a${index}`),
  )
  let turns = 0
  const count = setInterval(() => turns++, 0)
  await book.refresh(10)
  clearInterval(count)
  expect(book.accounts).toBe(24_000)
  expect(turns).toBeGreaterThan(2)
})
