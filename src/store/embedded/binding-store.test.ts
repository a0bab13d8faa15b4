import { appendFileSync, chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BindingStore } from './binding-store.ts'

let store = ''
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'bindings-'))
})
afterEach(() => rmSync(store, { recursive: true, force: true }))

function opened(bindingsMax = 1_000, failed: (error: unknown) => void = (error) => expect(error).toBeNull()) {
  return BindingStore.open(store, bindingsMax, failed)
}

function digest(number: number): string {
  return number.toString(16).padStart(32, '0')
}

test('what was bound is known after a restart, in its order and whatever an account is called', async () => {
  const names = ['alice', 'a "quoted"\nname', '日本', '']
  const first = opened()
  for (const [index, name] of names.entries()) first.add(digest(index), name)
  first.add(`x${digest(1).slice(1)}`, 'claims')
  await first[Symbol.asyncDispose]()
  await using second = opened()
  const known = names.map((name, index) => [digest(index), name])
  expect(second.take()).toEqual([...known, [`x${digest(1).slice(1)}`, 'claims']])
  expect(second.take()).toEqual([])
})

test('a line that a crash broke off costs itself alone', async () => {
  const first = opened()
  first.add(digest(1), 'alice')
  await first[Symbol.asyncDispose]()
  const [file = ''] = readdirSync(join(store, 'bindings'))
  appendFileSync(join(store, 'bindings', file), `${digest(2)} "al`)
  const second = opened()
  second.add(digest(3), 'bruno')
  await second[Symbol.asyncDispose]()
  await using third = opened()
  expect(third.take()).toEqual([
    [digest(1), 'alice'],
    [digest(3), 'bruno'],
  ])
})

test('the last ones are kept, and no more than twice as many', async () => {
  const max = 100
  for (let run = 0; run < 5; run++) {
    await using kept = opened(max)
    for (let index = 0; index < max; index++) {
      kept.add(digest(run * max + index), 'alice')
      if (index % 7 === 0) await kept.flush()
    }
  }
  await using last = opened(max)
  const known = last.take().map(([name]) => name)
  expect(known.length).toBeGreaterThanOrEqual(max)
  expect(known.length).toBeLessThanOrEqual(2 * max + 7)
  expect(known.slice(-max)).toEqual(Array.from({ length: max }, (_, index) => digest(4 * max + index)))
  expect(readdirSync(join(store, 'bindings')).length).toBeLessThanOrEqual(2)
})

test('what cannot be written is said and written later', async () => {
  const failures: unknown[] = []
  const kept = opened(1_000, (error) => failures.push(error))
  // A folder that is a file: also root cannot write into it.
  rmSync(join(store, 'bindings'), { recursive: true })
  writeFileSync(join(store, 'bindings'), '')
  kept.add(digest(1), 'alice')
  await kept.flush()
  expect(failures.length).toBeGreaterThan(0)
  rmSync(join(store, 'bindings'))
  opened()[Symbol.asyncDispose]()
  chmodSync(join(store, 'bindings'), 0o700)
  await kept[Symbol.asyncDispose]()
  await using again = opened()
  expect(again.take()).toEqual([[digest(1), 'alice']])
})
