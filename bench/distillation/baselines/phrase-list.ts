import type { Baseline } from '../baselines.ts'

/**
 * Phrases that the public reports on distillation quote or describe: asking for the reasoning behind an answer, for
 * inner monologue, for tags around thoughts, for grades on a rubric.
 */
export const phrases = new RegExp(
  [
    'step[- ]by[- ]step',
    'chain[- ]of[- ]thought',
    '(show|explain|write|lay) (out )?(all )?(of )?(your|the|every|each) (reasoning|thinking|thoughts|steps?)',
    '(internal|inner) (reasoning|monologue|thoughts)',
    'think(ing)? (aloud|out loud|process)',
    'articulate',
    '<(think|thinking|reasoning|scratchpad)>',
    'reasoning (behind|trace|tokens|process)',
    'before (giving|stating) (the|your) (final )?answer',
    'rubric',
    'score (it |this |the \\w+ )?(from|between|on a scale)',
    'you are an? (expert|world[- ]class)',
    'working memory',
  ].join('|'),
  'i',
)

/** A guardrail with a list, generously used: it judges an account by all of its prompts. */
export const phraseList: Baseline = {
  name: 'phrase list',
  summary: 'lower bound (Wilson, 95 %) of the share of an account’s prompts that hold a listed phrase',
  score: ({ accounts }) =>
    Float64Array.from(accounts, (account) => wilson(account.phrases, account.exchanges)),
}

const Z = 1.96

function wilson(hits: number, of: number): number {
  if (of === 0) return 0
  const share = hits / of
  const spread = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))
  return (share + (Z * Z) / (2 * of) - spread) / (1 + (Z * Z) / of)
}
