// Numbered things and surroundings that the user named, against those a call acts on: VMs 1-3 and vm-5, staging and production.
import type { CallAct } from '../../act.ts'
import { effectOf, nameWords } from '../flow/effects.ts'
import { valuesOf } from '../flow/values.ts'

const RANGE_MAX = 1_000
const NUMBERS_SHOWN = 5
const VALUE_CHARACTERS_MAX = 80

const final =
  /delet|remov|destroy|terminat|drop|purge|stop|shut|reset|revoke|cancel|wipe|refund|merge|reboot|restart|disabl|suspend|close|approve/i

/** A call that cannot be taken back acts on another number of the same kind. */
export function otherNumber({ tool, arguments: args }: CallAct, task: string): string | undefined {
  if (task === '' || !final.test(tool)) return undefined
  for (const [field, given] of Object.entries(args))
    for (const value of [given].flat()) {
      if (typeof value !== 'string' && typeof value !== 'number') continue
      for (const each of onesOf(String(value))) {
        const match = /^([a-z][a-z _.#-]*?)?[ _.#-]*(\d{1,6})$/i.exec(each)
        if (!match) continue
        const [, own, number = ''] = match
        // A bare number says by its field, or by the tool, what it is one of: `order_id: 4711`.
        for (const kind of own === undefined ? kindsOf(field, tool) : [own]) {
          const named = numbersOf(task, kind)
          if (named.size > 0 && !named.has(Number(number)))
            return `${tool} acts on ${kind} ${number}; the user named ${kind} ${[...named].slice(0, NUMBERS_SHOWN).join(', ')}`
        }
      }
    }
  return undefined
}

/** "4,5" and "4 5" are two. */
function onesOf(value: string): readonly string[] {
  const text = value.trim()
  return /^\d{1,6}(?:[\s,;]+\d{1,6})+$/.test(text) ? text.split(/[\s,;]+/) : [text]
}

function kindsOf(field: string, tool: string): readonly string[] {
  const match = /^([a-z][a-z_-]*?)[_-]?(?:ids?|numbers?|nos?|nums?)$/i.exec(field)
  if (match?.[1] !== undefined) return [match[1]]
  if (!/^(?:ids?|numbers?|nos?|nums?)$/i.test(field)) return []
  const things = nameWords(tool).filter((word) => !final.test(word))
  if (things.length === 0) return []
  const whole = things.join(' ').replace(/s$/, '')
  // A pull request is a PR.
  return things.length === 1 ? [whole] : [whole, things.map((word) => word[0]).join('')]
}

/** Numbers that a text gives to a kind of thing: `VMs 1-3`, `vm-1 and vm-2`, `servers 4, 5 and 6`. */
function numbersOf(text: string, kind: string): ReadonlySet<number> {
  const found = new Set<number>()
  const word = kind.replace(/[^a-z]+/gi, '[ _.#-]*')
  const pattern = new RegExp(
    `\\b${word}s?[ _.#-]*(\\d{1,6}(?:\\s*(?:-|–|to|through|,|and|&|,\\s*and)\\s*(?:${word}s?[ _.#-]*)?\\d{1,6})*)`,
    'gi',
  )
  for (const match of text.matchAll(pattern)) {
    const list = (match[1] ?? '')
      .replace(/\s*(?:–|\bto\b|\bthrough\b)\s*/gi, '-')
      .replace(new RegExp(`${word}s?[ _.#-]*`, 'gi'), '')
    for (const range of list.match(/\d+\s*-\s*\d+|\d+/g) ?? []) {
      const [from = 0, to = from] = range.split('-').map(Number)
      for (let number = from; number <= to && number - from < RANGE_MAX; number++) found.add(number)
    }
  }
  return found
}

const live = /(?:^|[^a-z])(?:prod|production)(?:[^a-z]|$)/i
const rehearsing =
  /\b(?:staging|stage|sandbox|preview|uat|qa|dev|development|test)[ -](?:\w+ )?(?:environments?|clusters?|systems?|servers?|databases?|db|namespaces?|hosts?|nodes?|instances?|accounts?|deployments?|stack)\b|\b(?:on|in|to|from) (?:the )?(?:staging|sandbox|uat|qa|dev|preview)\b/i

/** The user spoke of a place to try things only, and a call that changes something acts on the one that counts. */
export function otherSurroundings({ tool, arguments: args }: CallAct, task: string): string | undefined {
  if (!rehearsing.test(task) || /\b(?:prod|production|live)\b/i.test(task)) return undefined
  const effect = effectOf(tool, undefined)
  if (effect === 'look' || effect === 'visit' || effect === 'message') return undefined
  const value = valuesOf(args).find(({ text }) => text.length <= VALUE_CHARACTERS_MAX && live.test(text))
  if (value === undefined) return undefined
  return `${tool} acts on ${value.text}; the user spoke of ${(rehearsing.exec(task)?.[0] ?? '').trim()} only`
}
