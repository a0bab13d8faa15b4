// A canary is six plain words that stand for one campaign, in a short closing sentence of an answer. A model trained on
// such answers may say them again, and a data set that holds them shows where it came from. They are made from the
// deployment's secret, so nobody else can make or deny them, and they mean nothing to a reader.
import { createHmac } from 'node:crypto'
import { canaryWords } from './words.ts'

export const CANARY_WORDS = 6
/** Fewer words side by side prove nothing. */
export const WORDS_FOUND_MIN = 3
/** Texts to be checked are data sets at most; beyond this they are to be cut by whoever checks. */
const TEXT_CHARACTERS_MAX = 64 * 1024 * 1024

const frames = ['Reference: ', 'Filed under: ', 'Index terms: ', 'See also: '] as const

export type Canary = { readonly campaign: string; readonly words: readonly string[]; readonly text: string }

export function canaryOf(secret: string, campaign: string): Canary {
  const bytes = createHmac('sha256', secret).update(`canary\0${campaign}`).digest()
  const words = Array.from(bytes.subarray(0, CANARY_WORDS), (byte) => canaryWords[byte] ?? '')
  const frame = frames[(bytes[CANARY_WORDS] ?? 0) % frames.length] ?? frames[0]
  return { campaign, words, text: `${frame}${words.join(' ')}.` }
}

export type CanaryFound = {
  readonly campaign: string
  /** How many of the six words were found side by side. */
  readonly words: number
  /** In their own order; else in any, as where somebody has sorted them or made a list of them. */
  readonly isInOrder: boolean
  /** At most this likely in a text of this length that never met the canary, if its words were drawn at random. */
  readonly chance: number
}

/**
 * Which canaries a text holds, surest first: whole or in part, whatever happened to its spaces, cases, accents and marks, to
 * the words' number and order, and however JSON writes it. Who writes the sentence anew, or translates it, is rid of it.
 */
export function findCanaries(text: string, canaries: readonly Canary[]): readonly CanaryFound[] {
  const normal = plain(text.slice(0, TEXT_CHARACTERS_MAX))
  const listed = (normal.match(/[a-z]+/g) ?? []).map(singular).filter((word) => known.has(word))
  const spaced = ` ${listed.join(' ')} `
  const letters = normal.replace(/[^a-z]+/g, '')
  const places = Math.max(1, listed.length, Math.floor(letters.length / LETTERS_A_WORD))
  return canaries
    .map(({ campaign, words }): CanaryFound => {
      const inOrder = longestRun(words, spaced, letters)
      const starts = CANARY_WORDS - inOrder + 1
      const chance = (places * starts * canaries.length) / canaryWords.length ** inOrder
      const found = { campaign, words: inOrder, isInOrder: true, chance: Math.min(1, chance) }
      const near = inOrder >= WORDS_ANY_ORDER_MIN ? 0 : mostTogether(words, listed)
      if (near < WORDS_ANY_ORDER_MIN) return found
      const ways = choices(CANARY_WORDS, near) * arrangements(WINDOW, near)
      const chanceNear = (listed.length * ways * canaries.length) / canaryWords.length ** near
      return { campaign, words: near, isInOrder: false, chance: Math.min(1, chanceNear) }
    })
    .filter(({ words }) => words >= WORDS_FOUND_MIN)
    .sort((left, right) => right.words - left.words || (left.campaign < right.campaign ? -1 : 1))
}

/** In any order they prove less, so there have to be more of them among so many canary words in a row. */
const WORDS_ANY_ORDER_MIN = 5
const WINDOW = 8

/** Lower case without accents, and what JSON writes for a line end or a character. */
function plain(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\\[nrt]/g, ' ')
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
}

function singular(word: string): string {
  if (known.has(word)) return word
  const one = word.replace(/s$/, '')
  return known.has(one) ? one : word.replace(/es$/, '')
}

/** How many different ones of the words stand among so many listed ones in a row. */
function mostTogether(words: readonly string[], listed: readonly string[]): number {
  let most = 0
  const own = new Set(words)
  for (const [start, word] of listed.entries()) {
    if (!own.has(word)) continue
    most = Math.max(most, new Set(listed.slice(start, start + WINDOW).filter((other) => own.has(other))).size)
  }
  return most
}

function choices(of: number, chosen: number): number {
  return arrangements(of, chosen) / arrangements(chosen, chosen)
}

function arrangements(of: number, chosen: number): number {
  let ways = 1
  for (let step = 0; step < chosen; step++) ways *= of - step
  return ways
}

const known: ReadonlySet<string> = new Set(canaryWords)
const LETTERS_A_WORD = 5

/** Words between which others were put are found by leaving out what is no canary word; words run together, by letters. */
function longestRun(words: readonly string[], spaced: string, letters: string): number {
  for (let length = words.length; length >= WORDS_FOUND_MIN; length--)
    for (let start = 0; start + length <= words.length; start++) {
      const run = words.slice(start, start + length)
      if (spaced.includes(` ${run.join(' ')} `) || letters.includes(run.join(''))) return length
    }
  return 0
}
