import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failure, type Result, success } from '../../kernel/result.ts'
import { appendToJournal, readJournal } from './journal.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
  path = join(folder, 'deep', 'verdicts.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

const numbers = (value: unknown): Result<number, string> =>
  typeof value === 'number' ? success(value) : failure('it is no number')

test('there is nothing in a journal that is not there, and what is appended is read in its order', () => {
  expect(readJournal(path, numbers)).toEqual([])
  for (const value of [3, 1, 2]) appendToJournal(path, value)
  expect(readJournal(path, numbers)).toEqual([3, 1, 2])
})

test('a line that a crash broke off hides none of those before and after it', () => {
  appendToJournal(path, 1)
  appendFileSync(path, '{"kind":"verd')
  appendToJournal(path, 2)
  expect(readJournal(path, numbers)).toEqual([1, 2])
})

test('a whole line that does not fit is an error that names it', () => {
  appendToJournal(path, 1)
  appendToJournal(path, 'two')
  expect(() => readJournal(path, numbers)).toThrow(/line 4: it is no number/)
})
