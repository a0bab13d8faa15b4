/** More alternatives than this are left as written. */
const ALTERNATIVES_MAX = 256

/** `{nc,-e,sh}` to its alternatives and `{1..3}` to its numbers; anything else stays as it is. */
export function expandBraces(text: string): string[] {
  const open = text.indexOf('{')
  const close = matching(text, open)
  if (open < 0 || close < 0) return [text]
  const head = text.slice(0, open)
  const body = text.slice(open + 1, close)
  const tails = expandBraces(text.slice(close + 1))
  const pieces = range(body) ?? alternatives(body)
  if (pieces === undefined || pieces.length * tails.length > ALTERNATIVES_MAX) return [text]
  return pieces.flatMap((piece) => tails.map((tail) => head + piece + tail))
}

function matching(text: string, open: number): number {
  let depth = 0
  for (let at = open; at >= 0 && at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return -1
}

function range(body: string): string[] | undefined {
  const match = /^(-?\d{1,4})\.\.(-?\d{1,4})$/.exec(body)
  if (!match) return undefined
  const from = Number(match[1])
  const to = Number(match[2])
  if (Math.abs(to - from) >= ALTERNATIVES_MAX) return undefined
  const step = from <= to ? 1 : -1
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => String(from + index * step))
}

function alternatives(body: string): string[] | undefined {
  const pieces: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < body.length; at++) {
    if (body[at] === '{') depth++
    else if (body[at] === '}') depth--
    else if (body[at] === ',' && depth === 0) {
      pieces.push(body.slice(start, at))
      start = at + 1
    }
  }
  if (pieces.length === 0) return undefined
  pieces.push(body.slice(start))
  return pieces.flatMap((piece) => expandBraces(unquoted(piece)))
}

/** Quotes and backslashes inside braces are still in the text here. */
function unquoted(piece: string): string {
  return piece.replace(/\\(.)|(['"])(.*?)\2/g, (_, escaped, __, quoted) => escaped ?? quoted ?? '')
}
