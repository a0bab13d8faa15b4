// Is the model asked, over and over, for what a copy is trained on? Reasoning, grades, tool traces, safe rewritings.

import type { Accounts } from '../profiles/accounts.ts'
import { type Technique, techniques, waysToReasoning } from '../sketches/technique.ts'
import { elsewhere, excess, percent } from './group.ts'
import type { Signal } from './signals.ts'

/** Exchanges assumed to have asked for nothing, so that a handful of them cannot speak loudly. */
const ASSUMED = 4
/** Share at which it counts fully: wrappers vary, and some bare tasks go between them. */
const SHARE_FULL = 0.8
/**
 * Mixed with other traffic a harvest asks for it now and then, but so does every account: people who do are one in many. Asked
 * for in this share of exchanges by nine in ten accounts, beyond what others ask anyway, it counts as much.
 */
const MIXED_SHARE_FULL = 0.1
const MIXED_STRENGTH = 0.6
const LOW_QUANTILE = 0.1
/** Share of those that ask for reasoning, above which the way they do it names them. */
const WAY_SHARE_MIN = 0.5

const asked: Record<Technique, string> = {
  reasoning: 'to write out its reasoning',
  grading: 'to grade answers by criteria',
  tools: 'for traces of tool use',
  'safe-rewriting': 'to rewrite what is sensitive as what is safe',
  'language-lock': 'to keep its reasoning in one language',
  tagging: 'to put its reasoning between tags',
  pretext: 'for its reasoning under a pretext (debugging, a “real” system prompt)',
  laundering: 'to translate or convert what it reasoned before',
}

export const harvestTechnique: Signal = {
  name: 'harvest-technique',
  sensitivity: 0.4,
  avoidedBy: 'behaviour',
  // Courses that grade and students who ask for reasons are rare in our benign traffic and may not be in yours.
  weightMax: 3,
  read: ({ members }, { accounts, population }) => {
    let exchanges = ASSUMED
    for (const index of members) exchanges += accounts.exchanges[index] ?? 0
    let best = { strength: 0, share: 0, least: 0, base: 0, at: 0 }
    for (const [at, technique] of techniques.entries()) {
      if (waysToReasoning.has(technique)) continue
      let asking = 0
      let own = 0
      for (const index of members) {
        const times = accounts.techniques[index * techniques.length + at] ?? 0
        asking += times
        own += times / Math.max(1, accounts.exchanges[index] ?? 1) / members.length
      }
      const share = asking / exchanges
      const base = elsewhere(population.techniques[at] ?? 0, own, members.length, population)
      const pure = Math.min(1, excess(share, base) / SHARE_FULL)
      const everybodys = asking === 0 || pure >= MIXED_STRENGTH ? 0 : leastOf(accounts, members, at)
      const mixed = MIXED_STRENGTH * Math.min(1, excess(everybodys, base) / MIXED_SHARE_FULL)
      const strength = Math.max(pure, mixed)
      if (strength > best.strength) best = { strength, share, least: mixed > pure ? everybodys : 0, base, at }
    }
    const { strength, share, least, base, at } = best
    const everybody = least === 0 ? '' : `; nine in ten of these in ${percent(least)} or more of theirs`
    return {
      strength,
      accounts: members.filter((index) => (accounts.techniques[index * techniques.length + at] ?? 0) > 0)
        .length,
      summary: `in ${percent(share)} of their exchanges the model is asked ${asked[wayOf(accounts, members, techniques[at] ?? 'reasoning')]}; in ${percent(base)} of what other accounts ask${everybody}`,
    }
  },
}

/** The share of its exchanges in which nine in ten of the accounts ask for it at least. */
export function leastOf(accounts: Accounts, members: readonly number[], at: number): number {
  const shares = Float64Array.from(members, (index) => {
    const exchanges = Math.max(1, accounts.exchanges[index] ?? 1)
    return (accounts.techniques[index * techniques.length + at] ?? 0) / exchanges
  }).sort()
  return shares[Math.floor(LOW_QUANTILE * shares.length)] ?? 0
}

/** The named way behind most of what is asked, where there is one. */
function wayOf(accounts: Accounts, members: readonly number[], technique: Technique): Technique {
  if (technique !== 'reasoning') return technique
  const times = (name: Technique): number => {
    const at = techniques.indexOf(name)
    return members.reduce((sum, index) => sum + (accounts.techniques[index * techniques.length + at] ?? 0), 0)
  }
  const most = [...waysToReasoning].sort((a, b) => times(b) - times(a))[0]
  return most !== undefined && times(most) > WAY_SHARE_MIN * times('reasoning') ? most : technique
}
