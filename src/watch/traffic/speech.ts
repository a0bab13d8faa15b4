// What people and programs say: the grammars compiled, and the habits of whoever types.
import { Grammar } from './grammar.ts'
import type { Random } from './random.ts'
import { forms, logistics, money, shopping, travel } from './topics/errands.ts'
import { coding, grading, instructions, reasoning, sensitive, tools } from './topics/harvest.ts'
import { cooking, fitness, garden, household } from './topics/home.ts'
import { type Language, languages } from './topics/languages.ts'
import { maths, school, science, translation, writing } from './topics/learning.ts'
import { invoice, review, sensorNote, symptomNote, ticket } from './topics/records.ts'
import { followUp, medical, passage, rolePlay, smallTalk } from './topics/talk.ts'
import { code, data, shell, techSupport } from './topics/technical.ts'
import {
  biasProbe,
  officeHead,
  probe,
  productHead,
  starterSheet,
  toolHead,
  toolPrompt,
  viralPrompt,
} from './topics/templates.ts'

export const topics = {
  cooking: Grammar.of(cooking),
  garden: Grammar.of(garden),
  fitness: Grammar.of(fitness),
  household: Grammar.of(household),
  travel: Grammar.of(travel),
  shopping: Grammar.of(shopping),
  forms: Grammar.of(forms),
  logistics: Grammar.of(logistics),
  money: Grammar.of(money),
  shell: Grammar.of(shell),
  code: Grammar.of(code),
  data: Grammar.of(data),
  techSupport: Grammar.of(techSupport),
  maths: Grammar.of(maths),
  school: Grammar.of(school),
  translation: Grammar.of(translation),
  writing: Grammar.of(writing),
  science: Grammar.of(science),
  smallTalk: Grammar.of(smallTalk),
  rolePlay: Grammar.of(rolePlay),
  medical: Grammar.of(medical),
} as const

export type Topic = keyof typeof topics
export const topicNames = Object.keys(topics) as readonly Topic[]

export const languageNames = Object.keys(languages) as readonly Language[]
export const foreign: Readonly<Record<Language, Grammar>> = {
  de: Grammar.of(languages.de),
  fr: Grammar.of(languages.fr),
  es: Grammar.of(languages.es),
  pt: Grammar.of(languages.pt),
  pl: Grammar.of(languages.pl),
  tr: Grammar.of(languages.tr),
  zh: Grammar.of(languages.zh),
  ja: Grammar.of(languages.ja),
  ru: Grammar.of(languages.ru),
}

/** Records that products and batch jobs process. */
export const records = {
  review: Grammar.of(review),
  ticket: Grammar.of(ticket),
  invoice: Grammar.of(invoice),
  passage: Grammar.of(passage),
  symptomNote: Grammar.of(symptomNote),
  sensorNote: Grammar.of(sensorNote),
} as const

export type RecordKind = keyof typeof records
export const recordNames = Object.keys(records) as readonly RecordKind[]

/** Texts that many callers share word for word once drawn: product heads, tool prompts, task sheets. */
export const sheets = {
  productHead: Grammar.of(productHead),
  officeHead: Grammar.of(officeHead),
  toolPrompt: Grammar.of(toolPrompt),
  toolHead: Grammar.of(toolHead),
  viralPrompt: Grammar.of(viralPrompt),
  starterSheet: Grammar.of(starterSheet),
  probe: Grammar.of(probe),
  biasProbe: Grammar.of(biasProbe),
} as const

/** What campaigns ask for. */
export const harvests = {
  reasoning: Grammar.of(reasoning),
  coding: Grammar.of(coding),
  instructions: Grammar.of(instructions),
  grading: Grammar.of(grading),
  tools: Grammar.of(tools),
  sensitive: Grammar.of(sensitive),
} as const

export type Harvest = keyof typeof harvests

const remarks = Grammar.of(followUp)
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** How somebody types. */
export type Voice = 'plain' | 'lower' | 'tidy' | 'hasty'
const voices: readonly Voice[] = ['plain', 'plain', 'lower', 'tidy', 'tidy', 'hasty']

export function voiceOf(random: Random): Voice {
  return random.pick(voices)
}

export function typed(text: string, voice: Voice, random: Random): string {
  if (voice === 'lower') return text.toLowerCase().replace(/[.!]$/, '')
  if (voice === 'tidy') return text.charAt(0).toUpperCase() + text.slice(1)
  if (voice === 'hasty') return mistyped(text, random)
  return text
}

/** One or two letters swapped, doubled, dropped or hit beside the key. */
function mistyped(text: string, random: Random): string {
  let wrong = text
  for (let slips = random.between(0, 2); slips > 0; slips--) {
    const at = random.between(0, Math.max(0, wrong.length - 2))
    const [here, next] = [wrong.charAt(at), wrong.charAt(at + 1)]
    const slip = random.between(0, 3)
    const instead =
      slip === 0
        ? next + here
        : slip === 1
          ? here
          : slip === 2
            ? here + here + next
            : random.pick([...LETTERS]) + next
    wrong = wrong.slice(0, at) + instead + wrong.slice(at + 2)
  }
  return wrong
}

/** Somebody's own interests: a few topics they come back to, now and then another, in one or two languages. */
export type Interests = (random: Random, opening: boolean) => string

export function interestsOf(random: Random, foreignShare = 0.25): Interests {
  const voice = voiceOf(random)
  const grammars = Array.from({ length: random.between(1, 4) }, () => topics[random.pick(topicNames)])
  const tongue = random.chance(foreignShare) ? foreign[random.pick(languageNames)] : undefined
  const ownShare = tongue ? 0.25 + 0.7 * random.next() : 1
  const pastes = random.chance(0.25)
  return (moment, opening) => {
    if (!opening && moment.chance(0.35)) return typed(remarks.expand(moment), voice, moment)
    if (tongue && moment.chance(ownShare)) return tongue.expand(moment)
    const grammar = moment.chance(0.9) ? moment.pick(grammars) : topics[moment.pick(topicNames)]
    const text = typed(grammar.expand(moment), voice, moment)
    if (pastes && moment.chance(0.2)) return `${text}\n\n${records.passage.expand(moment)}`
    return text
  }
}

/** Anything anybody might ask: the traffic behind a reseller, a proxy or a relay. */
export function anything(random: Random, foreignShare: number): string {
  if (random.chance(foreignShare)) return foreign[random.pick(languageNames)].expand(random)
  if (random.chance(0.2)) return remarks.expand(random)
  return typed(topics[random.pick(topicNames)].expand(random), voiceOf(random), random)
}
