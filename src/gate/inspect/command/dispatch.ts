// Which looks are worth their work. A command is a few programs with a few words, and almost no look has anything to say
// of either: so each is asked once about a program's name, and once about a word.
import assert from 'node:assert/strict'
import { Remembered } from '../../../kernel/remembered.ts'
import type { Finding } from '../../finding.ts'
import { none } from './detector.ts'
import type { Invocation, Reading } from './shell/model.ts'

export type Look = (invocation: Invocation, reading: Reading) => readonly Finding[]

/**
 * What a look returns that has nothing to say of any program of this name, whatever its words and wherever it stands. It
 * is not asked about the name again, so nothing but the name may lead here.
 */
export const unconcerned: readonly Finding[] = []

/** Names whose looks are kept, for each table. */
const NAMES_MAX = 2_048
const NAME_CHARACTERS_MAX = 64

/** The looks as one, in their order: a table by program's name, of those that may have something to say. */
export function looksByName(...looks: readonly Look[]): Look {
  const table = new Map<string, readonly Look[]>()
  return (invocation, reading) => {
    const { name } = invocation
    const concerned = table.get(name) ?? looks
    let findings = none
    let left = concerned
    for (const look of concerned) {
      const seen = look(invocation, reading)
      if (seen === unconcerned) left = left.filter((each) => each !== look)
      else if (seen.length > 0) findings = findings.length === 0 ? seen : [...findings, ...seen]
    }
    if (
      left !== concerned &&
      (table.size < NAMES_MAX || table.has(name)) &&
      name.length <= NAME_CHARACTERS_MAX
    )
      table.set(name, left)
    return findings
  }
}

/** As many as a number has bits that cost nothing. */
const MARKS_MAX = 30
const tests: ((word: string) => boolean)[] = []
/** Options, common files and sub-commands come again and again. At most some 4 MB are kept. */
const limits = { entriesMax: 8_192, charactersMax: 64 }
let known = new Remembered<number>(limits)

/** A question about a word, answered by a bit of `marksOf`: what one of the words must have before a look begins. */
export function wordMark(test: (word: string) => boolean): number {
  assert(tests.length < MARKS_MAX, 'there is a bit for every question')
  known = new Remembered(limits)
  return 1 << (tests.push(test) - 1)
}

/** The marks of all the words together. */
export function marksOf(words: readonly string[]): number {
  let marks = 0
  for (const word of words) marks |= known.of(word, marksOfWord)
  return marks
}

function marksOfWord(word: string): number {
  let marks = 0
  for (const [bit, test] of tests.entries()) if (test(word)) marks |= 1 << bit
  return marks
}
