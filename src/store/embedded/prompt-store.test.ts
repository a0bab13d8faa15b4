import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PromptStore } from './prompt-store.ts'

let store: string
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'prompts-'))
})
afterEach(() => rmSync(store, { recursive: true, force: true }))

const key = 'a long key that the operator keeps'
const kept = { id: 'd_1', ts: 1_000, account: 'alice', system: 'Be kind.', prompt: 'A private question 🌍' }

test('what is kept is read back with the key, and nothing of it stands in the files', () => {
  {
    using prompts = PromptStore.open(store, { key, days: 30_000 })
    prompts.keep(kept)
    prompts.keep({ ...kept, id: 'd_2', ts: 2_000, system: undefined })
    prompts.flush(10_000)
    expect(prompts.find('d_1')).toEqual(kept)
    expect(prompts.find('d_3')).toBeUndefined()
  }
  for (const name of readdirSync(store))
    expect(readFileSync(join(store, name)).includes('private question')).toBe(false)
  using again = PromptStore.open(store, { key, days: 30_000 })
  expect(again.find('d_1')).toEqual(kept)
})

test('another key, a changed byte or another exchange’s row opens nothing', () => {
  {
    using prompts = PromptStore.open(store, { key, days: 30_000 })
    prompts.keep(kept)
    prompts.keep({ ...kept, id: 'd_2' })
  }
  {
    using other = PromptStore.open(store, { key: `${key}!`, days: 30_000 })
    expect(() => other.find('d_1')).toThrow(/cannot be read with this key/)
  }
  const database = new DatabaseSync(join(store, 'prompts.db'))
  database.exec("UPDATE prompt SET sealed = (SELECT sealed FROM prompt WHERE id = 'd_2') WHERE id = 'd_1'")
  database.close()
  using prompts = PromptStore.open(store, { key, days: 30_000 })
  expect(() => prompts.find('d_1')).toThrow(/cannot be read/)
  expect(prompts.find('d_2')).toBeDefined()
})

test('a prompt whose time is over is gone', () => {
  using prompts = PromptStore.open(store, { key, days: 1 })
  prompts.keep(kept)
  prompts.flush(1_000)
  expect(prompts.find('d_1', 2_000)).toBeDefined()
  const later = 1_000 + 2 * 86_400_000
  expect(prompts.find('d_1', later)).toBeUndefined()
  prompts.flush(later)
  expect(prompts.find('d_1', 2_000)).toBeUndefined()
})
