// What of a call's effect, its values and a sentence is weighed when a call is judged, each by itself.
import { sharesKey } from './choice.ts'
import type { Directive } from './directives.ts'
import { type Effect, effectOfWord, nameWords, nounEffect } from './effects.ts'
import { fold } from './fold.ts'
import type { TaskReading } from './readings.ts'
import { holds, hostOf, type Value } from './values.ts'

/** Effects that a task must call for in words, even when it hands over everything else. */
export const grave: ReadonlySet<Effect> = new Set(['pay', 'delete', 'share', 'identity'])

/** Effects that go along with looking; where they go is what counts. */
export const passing: ReadonlySet<Effect> = new Set(['visit', 'download', 'submit'])

export const NAMES_MAX = 50
/** The user, as tools call whoever they work for. */
export const self = /^@?(?:me|myself|self|user|owner|current[ _-]?user|mine)$/i

/** Effects that only bring something here. */
export const looking: ReadonlySet<Effect> = new Set(['visit', 'download'])

/** Words for the one are often said of the other. */
export const kin: Partial<Record<Effect, readonly Effect[]>> = {
  message: ['publish'],
  publish: ['message'],
  create: ['change'],
  change: ['create'],
}

/** Names of people and marks of things (`C-771`, `O-33218`) that a text speaks of. */
export function namesIn(text: string): readonly string[] {
  const found =
    text.match(
      /(?<=[\p{Ll},&'’)] )\p{Lu}[\p{L}'’-]{2,}|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z-])[\w-]{3,40}|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b|\b\d{3,12}\b/gu,
    ) ?? []
  return found.slice(0, NAMES_MAX).map(fold)
}

/** The task wants to know something and nothing done. */
export function onlyLooks({ effects }: TaskReading): boolean {
  return [...effects].every((effect) => effect === 'look' || passing.has(effect))
}

/**
 * A sentence about something else may share a word with the task; no more than one of this many. Where a call is given
 * nothing, only this tells; where it is given something, that is compared as well, and one shared word will do.
 */
const FOREIGN_TO_SHARED = 4

export function isForeign(
  words: ReadonlySet<string>,
  task: ReadonlySet<string>,
  hasValues: boolean,
): boolean {
  const shared = [...words].filter((word) => task.has(word)).length
  return hasValues ? shared === 0 : shared * FOREIGN_TO_SHARED <= words.size
}

/** A tool for a thing of its own, which the sentence speaks of and the task does not: a gift card among groceries. */
export function namesThing(
  tool: string,
  keys: ReadonlySet<string>,
  { keys: said }: Directive,
  task: ReadonlySet<string>,
): boolean {
  const doing = nameWords(tool).filter(
    (word) => effectOfWord(word) !== undefined || nounEffect([word]) === 'pay',
  )
  const things = new Set([...keys].filter((key) => !doing.some((word) => word.startsWith(key))))
  return sharesKey(things, said) && !sharesKey(things, task)
}

/** Where a file lies is told in passing by whatever tool last touched it. */
export function isPath({ text }: Value): boolean {
  return /^[\w.~-]*\/[\w./ -]+$/.test(text)
}

export function isHost(core: string): boolean {
  return !core.includes('@') && hostOf(`${core}/`) !== undefined
}

/** To send money somebody may say send; a place in the sentence settles what is meant. */
export const outward: readonly Effect[] = ['message', 'pay', 'share', 'publish']

export function isTold({ told }: Directive, effect: Effect, kind: Value['kind']): boolean {
  if (told.effects.has(effect)) return true
  return kind === 'place' && outward.includes(effect) && outward.some((each) => told.effects.has(each))
}

/** A task that writes a tool's name asks for what it does. Only a name that is no word: `web_search`, not `send`. */
export function isSpelledOut(tool: string, task: string): boolean {
  return /[a-z]_[a-z]/i.test(tool) && holds(task, tool.toLowerCase())
}
