// Characters that were written apart: as numbers among other words, one by one in quotes, with others in between.

import { unseenIn } from './unseen.ts'
import { listedBytes, numberedBytes } from './written-bytes.ts'

const CODES_MIN = 8
const TOKENS_MAX = 50
const PUT_TOGETHER_MAX = 10_000
/** Numbers are looked for in shorter texts only. */
const NUMBERS_CHARACTERS_MAX = 65_536
const invisible = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g

/** Texts that come out when what was written apart is put together. */
export function apartIn(text: string): readonly string[] {
  const found: string[] = []
  if (/[^\x00-\x7f]/.test(text)) found.push(text.normalize('NFKC').replace(invisible, ''), ...unseenIn(text))
  for (const radix of (text.match(/\d\d/g)?.length ?? 0) < CODES_MIN ? [] : ([10, 8, 16] as const)) {
    const codes = codesIn(text, radix)
    if (codes !== undefined) found.push(codes)
  }
  found.push(...singlesIn(text).map((singles) => singles.slice(0, PUT_TOGETHER_MAX).join('')))
  const tokens = (text.match(/(?<![!-~])[!-~]{24,500}(?![!-~])/g) ?? []).slice(0, TOKENS_MAX)
  for (const token of tokens) for (const first of [0, 1]) found.push(every(2, token, first))
  // With more in between it is rare, so all of them are looked at together.
  for (const step of tokens.length === 0 ? [] : [3, 4])
    found.push(
      tokens
        .flatMap((token) => [0, 1, 2, 3].slice(0, step).map((first) => every(step, token, first)))
        .join(' '),
    )
  // What begins like something compressed when it is read backwards.
  for (const token of text.match(/[A-Za-z0-9+/_-]{20,}/g) ?? [])
    if (/(?:Is4H|vULK|Je)$/.test(token)) found.push([...token].reverse().join(''))
  const numbers = text.length > NUMBERS_CHARACTERS_MAX ? [] : [...listedBytes(text), ...numberedBytes(text)]
  for (const bytes of numbers) found.push(bytes.toString('base64'))
  return found
}

/** Characters that stand one by one: in quotes, as the values of fields, between spaces. */
function singlesIn(text: string): readonly (readonly string[])[] {
  const quoted = [...text.matchAll(/(["'`])([^\\\s])\1/g)].map((match) => match[2] ?? '')
  const whole = [...text.matchAll(/(["'`])((?:\\.|(?!\1)[^\\\n])*)\1/g)]
    .map((match) => match[2] ?? '')
    .filter(({ length }) => length === 1)
  const words = text.match(/(?<!\S)\S(?!\S)/g) ?? []
  return [quoted, whole, words].filter(({ length }) => length >= CODES_MIN)
}

const numbers: Readonly<Record<10 | 8 | 16, RegExp>> = {
  10: /(?<![\w.])\d{2,3}(?![\w.])/g,
  8: /(?<![\w.])[0-7]{2,3}(?![\w.])/g,
  16: /(?<![\w.])(?:0x)?[0-9a-fA-F]{2}(?![\w.])/g,
}

/** Numbers of characters, whatever stands between them: `chr(72) + chr(105)`. */
function codesIn(text: string, radix: 10 | 8 | 16): string | undefined {
  const codes = (text.match(numbers[radix]) ?? [])
    .map((code) => Number.parseInt(code, radix))
    .filter((code) => code > 31 && code < 127)
  return codes.length < CODES_MIN ? undefined : String.fromCharCode(...codes.slice(0, PUT_TOGETHER_MAX))
}

function every(step: number, token: string, first: number): string {
  let text = ''
  for (let at = first; at < Math.min(token.length, PUT_TOGETHER_MAX); at += step) text += token[at]
  return text
}
