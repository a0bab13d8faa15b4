// Spellings that a language's own library does not make in one call, worked out once for each known secret.

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const decimal = '0123456789'
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lower = 'abcdefghijklmnopqrstuvwxyz'

/** Digits in which the bytes of a secret are written as one number. */
export const numberBases: readonly string[] = [
  decimal,
  decimal + lower,
  `${lower}${upper}${decimal}`,
  `${decimal}${lower}${upper}`,
  `${decimal}${upper}${lower}`,
  `${upper}${lower}${decimal}`,
  '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
]

/** Ascii85 (and btoa), RFC 1924 as Python writes it, and Z85 (ZeroMQ RFC 32). */
export const base85Alphabets: readonly string[] = [
  Array.from({ length: 85 }, (_, digit) => String.fromCharCode(33 + digit)).join(''),
  `${decimal}${upper}${lower}!#$%&()*+-;<=>?@^_\`{|}~`,
  `${decimal}${lower}${upper}.-:+=^!/*?&<>()[]{}@%$#`,
]

/** RFC 4648's base32, its variant that sorts, Crockford's, z-base-32 and that of geohashes. */
const base32Alphabets: readonly string[] = [
  `${upper}234567`,
  `${decimal}ABCDEFGHIJKLMNOPQRSTUV`,
  '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
  'ybndrfg8ejkmcpqxot1uwisza345h769',
  '0123456789bcdefghjkmnpqrstuvwxyz',
]

/** Spellings that stand in a text as they are. */
export function rareSpellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const forms: string[] = [shifted47(value), mirrored(value)]
  for (let by = 1; by < upper.length; by++) forms.push(shifted(value, by))
  const base64 = alignedDigits(bytes, 3, 6, base64Digits)
  forms.push(...base64.map((text) => shifted(text, 13)), ...base64.map(asUuencode))
  for (const alphabet of base85Alphabets) forms.push(...alignedBase85(bytes, alphabet))
  for (const alphabet of numberBases) forms.push(asNumber(bytes, alphabet))
  forms.push(asNumber(Buffer.from(bytes).reverse(), decimal))
  for (const columns of [3, 4, 5]) forms.push(inColumns(value, columns))
  for (const from of [0, 1]) forms.push(inSwappedPairs(value, from))
  return forms
}

/** Spellings in a text without its separators and in lower case. */
export function rareSquashedSpellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const each = (spell: (byte: number) => string) => [...bytes].map(spell).join('')
  return [
    ...base32Alphabets.flatMap((alphabet) => alignedDigits(bytes, 5, 5, alphabet)),
    each((byte) => byte.toString(2).padStart(7, '0')),
    each((byte) => [...byte.toString(16).padStart(2, '0')].reverse().join('')),
    // Two bytes for one, which careless decoders of UTF-8 read as one.
    each((byte) => (0xc080 | ((byte & 0xc0) << 2) | (byte & 0x3f)).toString(16)),
    // Words of two bytes as they stand in memory, which is how dumps show them.
    ...[0, 1].map((from) => inSwappedPairs(value, from)).map((text) => Buffer.from(text).toString('hex')),
  ]
}

/** Every so many characters together: a fence of so many rails. */
function inColumns(text: string, columns: number): string {
  const characters = [...text]
  return Array.from({ length: columns }, (_, first) =>
    characters.filter((_character, at) => at % columns === first).join(''),
  ).join('')
}

function inSwappedPairs(text: string, from: number): string {
  return text.slice(from).replace(/(.)(.)/g, '$2$1')
}

/** Each letter so many places further. */
export function shifted(text: string, by: number): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + by) % upper.length) + base)
  })
}

function shifted47(text: string): string {
  return text.replace(/[!-~]/g, (sign) => String.fromCharCode(((sign.charCodeAt(0) - 33 + 47) % 94) + 33))
}

/** A for Z, b for y. */
function mirrored(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    String.fromCharCode((letter <= 'Z' ? 65 + 90 : 97 + 122) - letter.charCodeAt(0)),
  )
}

/** Digits of a few bits each, in every alignment inside a longer text; only those that hang on no neighbour. */
function alignedDigits(
  bytes: Buffer,
  alignments: number,
  width: number,
  alphabet: string,
): readonly string[] {
  return Array.from({ length: alignments }, (_, before) => {
    const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
    const skip = (width - ((before * 8) % width)) % width
    const whole = bits.slice(skip, bits.length - ((bits.length - skip) % width))
    return (whole.match(new RegExp(`.{${width}}`, 'g')) ?? [])
      .map((digit) => alphabet[Number.parseInt(digit, 2)] ?? '')
      .join('')
  })
}

function asUuencode(base64: string): string {
  return base64.replace(/./g, (digit) => {
    const value = base64Digits.indexOf(digit)
    return value === 0 ? '`' : String.fromCharCode(32 + value)
  })
}

const BLOCK_BYTES = 4
const BLOCK_DIGITS = 5

function alignedBase85(bytes: Buffer, alphabet: string): readonly string[] {
  return Array.from({ length: BLOCK_BYTES }, (_, skip) => {
    let text = ''
    for (let at = skip; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) {
      let value = bytes.readUInt32BE(at)
      let block = ''
      for (let digit = 0; digit < BLOCK_DIGITS; digit++) {
        block = (alphabet[value % 85] ?? '') + block
        value = Math.floor(value / 85)
      }
      text += block
    }
    return text
  })
}

function asNumber(bytes: Buffer, alphabet: string): string {
  const base = BigInt(alphabet.length)
  let text = ''
  for (let rest = BigInt(`0x${bytes.toString('hex') || '0'}`); rest > 0n; rest /= base)
    text = (alphabet[Number(rest % base)] ?? '') + text
  return text
}
