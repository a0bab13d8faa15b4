// Which looks are worth their work. A command is a few programs with a few words, and almost no look has anything to say
// of either: so each is asked once about a program's name, and once about a word.
import assert from 'node:assert/strict'
import type { Finding } from '../../finding.ts'
import { none } from './detector.ts'
import type { Invocation, Reading } from './shell/model.ts'

export type Look = (invocation: Invocation, reading: Reading) => readonly Finding[]

/**
 * What a look returns that has nothing to say of any program of this name, whatever its words and wherever it stands. It
 * is not asked about the name again, so nothing but the name may lead here.
 */
export const unconcerned: readonly Finding[] = []

/** For each table, by its number, the looks that may have something to say of a program. */
export type Concerns = (readonly Look[] | undefined)[]

/** Names that are kept. */
const NAMES_MAX = 2_048
const NAME_CHARACTERS_MAX = 64
const names = new Map<string, Concerns>()
let tables = 0

/** What was found out about a name; it is filled in as looks are asked. */
export function concernsOf(name: string): Concerns {
  const kept = names.get(name)
  if (kept !== undefined) return kept
  const made: Concerns = new Array(tables).fill(undefined)
  if (names.size < NAMES_MAX && name.length <= NAME_CHARACTERS_MAX) names.set(name, made)
  return made
}

/** The looks as one, in their order: only those are asked that may have something to say of this name. */
export function looksByName(...looks: readonly Look[]): Look {
  const table = tables++
  return (invocation, reading) => {
    const concerned = invocation.concerns[table] ?? looks
    if (concerned.length === 0) return none
    let findings = none
    let left = concerned
    for (const look of concerned) {
      const seen = look(invocation, reading)
      if (seen === unconcerned) left = left.filter((each) => each !== look)
      else if (seen.length > 0) findings = findings.length === 0 ? seen : [...findings, ...seen]
    }
    if (left !== concerned) invocation.concerns[table] = left
    return findings
  }
}

/** As many as a number has bits that cost nothing. */
const MARKS_MAX = 30
const tests: ((word: string) => boolean)[] = []
/** Options, common files and sub-commands come again and again. All of them take some 5 MB. */
const WORDS_MAX = 32_768
const WORD_CHARACTERS_MAX = 64
const known = new Map<string, number>()

/** A question about a word, answered by a bit of `marksOf`: what one of the words must have before a look begins. */
export function wordMark(test: (word: string) => boolean): number {
  assert(tests.length < MARKS_MAX, 'there is a bit for every question')
  known.clear()
  return 1 << (tests.push(test) - 1)
}

/** The marks of all the words together. */
export function marksOf(words: readonly string[]): number {
  let marks = 0
  for (const word of words) marks |= known.get(word) ?? marksOfWord(word)
  return marks
}

function marksOfWord(word: string): number {
  let marks = 0
  tests.forEach((test, bit) => {
    if (test(word)) marks |= 1 << bit
  })
  if (word.length > WORD_CHARACTERS_MAX) return marks
  // Begun again rather than kept by age: what is common is soon back.
  if (known.size >= WORDS_MAX) known.clear()
  known.set(word, marks)
  return marks
}
