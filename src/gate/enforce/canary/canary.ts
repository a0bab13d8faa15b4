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
  /** How many of the six words were found side by side and in their order. */
  readonly words: number
  /** At most this likely in a text of this length that never met the canary, if its words were drawn at random. */
  readonly chance: number
}

/** Which canaries a text holds, surest first: whole or in part, whatever happened to its spaces, cases and marks. */
export function findCanaries(text: string, canaries: readonly Canary[]): readonly CanaryFound[] {
  const normal = text.slice(0, TEXT_CHARACTERS_MAX).normalize('NFKC').toLowerCase()
  const listed = (normal.match(/[a-z]+/g) ?? []).filter((word) => known.has(word))
  const spaced = ` ${listed.join(' ')} `
  const letters = normal.replace(/[^a-z]+/g, '')
  const places = Math.max(1, listed.length, Math.floor(letters.length / LETTERS_A_WORD))
  return canaries
    .map(({ campaign, words }) => {
      const found = longestRun(words, spaced, letters)
      const starts = CANARY_WORDS - found + 1
      const chance = Math.min(1, (places * starts * canaries.length) / canaryWords.length ** found)
      return { campaign, words: found, chance }
    })
    .filter(({ words }) => words >= WORDS_FOUND_MIN)
    .sort((left, right) => right.words - left.words || (left.campaign < right.campaign ? -1 : 1))
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
