// Bytes and letters written in characters that nobody sees, or takes for ornament.

const CHARACTERS_MIN = 8
const BITS_PER_BYTE = 8
/** Two signs that nobody sees are enough to write bits. */
const bitSigns = /[\u200b-\u200f\u2060-\u2064\u180e\ufeff]/gu

/** What stands in such characters: letters as text, bytes as base64, which unwrapping reads on. */
export function unseenIn(text: string): readonly string[] {
  const tags: number[] = []
  const selected: number[] = []
  const dots: number[] = []
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0
    // Tags spell ASCII; the 256 variation selectors number bytes, and so do the 256 patterns of braille.
    if (code >= 0xe0020 && code <= 0xe007e) tags.push(code - 0xe0000)
    else if (code >= 0xfe00 && code <= 0xfe0f) selected.push(code - 0xfe00)
    else if (code >= 0xe0100 && code <= 0xe01ef) selected.push(code - 0xe0100 + 16)
    else if (code >= 0x2800 && code <= 0x28ff) dots.push(code - 0x2800)
  }
  const found = [tags, selected, dots].filter((bytes) => bytes.length >= CHARACTERS_MIN)
  return [...found.map((bytes) => Buffer.from(bytes)), ...bitsIn(text)].map((bytes) =>
    bytes.toString('base64'),
  )
}

function bitsIn(text: string): readonly Buffer[] {
  const signs = text.match(bitSigns) ?? []
  if (signs.length < CHARACTERS_MIN * BITS_PER_BYTE) return []
  const [first, second, ...more] = new Set(signs)
  if (first === undefined || second === undefined || more.length > 0) return []
  return [first, second].map((one) =>
    Buffer.from(
      Array.from({ length: Math.floor(signs.length / BITS_PER_BYTE) }, (_, at) =>
        signs
          .slice(at * BITS_PER_BYTE, (at + 1) * BITS_PER_BYTE)
          .reduce((byte, sign) => byte * 2 + (sign === one ? 1 : 0), 0),
      ),
    ),
  )
}
