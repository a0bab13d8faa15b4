import assert from 'node:assert/strict'
import type { Finding, Severity } from '../../finding.ts'
import type { Reading } from './shell/model.ts'

/** Looks at what a command would do and says what it saw; it never decides. */
export type CommandDetector = {
  readonly name: string
  readonly inspect: (reading: Reading) => readonly Finding[]
}

export function finding(detector: string, fact: string, severity: Severity, summary: string): Finding {
  return { detector, fact, severity, summary }
}

/** Most looks see nothing: they all return this one list, so that nothing is made for it. */
export const none: readonly Finding[] = []

/** What one look says of each thing, in their order. */
export function ofEach<Thing>(
  things: readonly Thing[],
  look: (thing: Thing, reading: Reading) => readonly Finding[],
  reading: Reading,
): readonly Finding[] {
  if (things.length === 0) return none
  let findings: Finding[] | undefined
  for (const thing of things) {
    const seen = look(thing, reading)
    if (seen.length === 0) continue
    findings ??= []
    for (const each of seen) findings.push(each)
  }
  return findings ?? none
}

/** Several lists as one, in their order. */
export function together(...lists: readonly (readonly Finding[])[]): readonly Finding[] {
  let findings = none
  for (const list of lists)
    if (list.length > 0) findings = findings.length === 0 ? list : [...findings, ...list]
  return findings
}

/** Names of programs whose answers are kept. */
const NAMES_MAX = 2_048
const NAME_CHARACTERS_MAX = 64
const QUESTIONS_MAX = 128

const UNASKED = 0
const NO = 1
const YES = 2

/** For each name the answers to all questions; and the name asked about last, because the next question is about it too. */
const known = new Map<string, Uint8Array>()
let last: { readonly name: string; readonly answers: Uint8Array } = {
  name: '',
  answers: new Uint8Array(QUESTIONS_MAX),
}
let questions = 0

/** Whether a program's name is one of those a pattern describes. Few names come again and again, so answers are kept. */
export function nameIs(pattern: RegExp): (name: string) => boolean {
  const question = questions++
  assert(question < QUESTIONS_MAX, 'there is room for the answers to every question')
  return (name) => {
    if (name !== last.name) {
      const answers = answersOf(name)
      if (answers === undefined) return pattern.test(name)
      last = { name, answers }
    }
    const answer = last.answers[question]
    if (answer !== UNASKED) return answer === YES
    const isSo = pattern.test(name)
    last.answers[question] = isSo ? YES : NO
    return isSo
  }
}

function answersOf(name: string): Uint8Array | undefined {
  const answers = known.get(name)
  if (answers !== undefined || known.size >= NAMES_MAX || name.length > NAME_CHARACTERS_MAX) return answers
  const made = new Uint8Array(QUESTIONS_MAX)
  known.set(name, made)
  return made
}

const SUMMARY_WORD_CHARACTERS_MAX = 60

/** A word from the command, short enough for a summary. The command is not trusted: control characters go. */
export function shown(word: string): string {
  const clean = word.replace(/[^\x20-\x7e]/g, '�')
  return clean.length > SUMMARY_WORD_CHARACTERS_MAX
    ? `${clean.slice(0, SUMMARY_WORD_CHARACTERS_MAX)}…`
    : clean
}

/** A program in words: code that nobody gave a language is only a program. */
export const aProgram = (language: string) => (language === 'any' ? 'a program' : `a ${language} program`)
