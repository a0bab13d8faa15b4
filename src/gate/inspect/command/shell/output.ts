import { gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { EXPANSION_CHARACTERS_MAX } from './model.ts'
import { pieces } from './pieces.ts'

/** Decompressed text may be this long; a bomb stops here. */
const INFLATED_BYTES_MAX = 262_144

export type Produced = {
  readonly text: string
  /** The name of the decoding when the output is the input made readable. */
  readonly decoding?: string
}

/**
 * What a program would print, for the few programs whose output follows from their words and input alone. These
 * are what payloads are hidden with; everything else is unknown.
 */
export function outputOf(
  name: string,
  args: readonly string[],
  input: string | undefined,
  readFile: (path: string) => string | undefined,
): Produced | undefined {
  const produce = Object.hasOwn(producers, name) ? producers[name] : undefined
  if (produce === undefined) return undefined
  const produced = produce(args, input, readFile)
  if (produced === undefined || produced.text.length <= EXPANSION_CHARACTERS_MAX) return produced
  return { ...produced, text: produced.text.slice(0, EXPANSION_CHARACTERS_MAX) }
}

type Producer = (
  args: readonly string[],
  input: string | undefined,
  readFile: (path: string) => string | undefined,
) => Produced | undefined

const plainWords = (args: readonly string[]) => args.filter((arg) => !/^-./.test(arg))

function sourceText(
  args: readonly string[],
  input: string | undefined,
  readFile: (path: string) => string | undefined,
): string | undefined {
  const files = plainWords(args).filter((arg) => arg !== '-')
  if (files.length === 0) return input
  const texts = files.map((file) => (file === '/dev/stdin' ? input : readFile(file)))
  return texts.some((text) => text === undefined) ? undefined : texts.join('')
}

const decoded = (encoding: BufferEncoding, text: string): Produced => ({
  text: Buffer.from(text.replace(/\s/g, ''), encoding).toString('utf8'),
  decoding: encoding,
})

const isDecode = (args: readonly string[]) =>
  args.some((arg) => /^-(d|D|[a-z]*d[a-z]*|-decode)$/.test(arg) || arg === '-di' || arg === '-id')

const identity: Producer = (args, input, readFile) => {
  const text = sourceText(args, input, readFile)
  return text === undefined ? undefined : { text }
}

const gunzip: Producer = (args, input, readFile) => {
  const text = sourceText(args, input, readFile)
  if (text === undefined) return undefined
  // Binary text does not survive a string, so decoders upstream leave the bytes as latin1 behind a mark.
  try {
    const bytes = Buffer.from(text, 'latin1')
    const plain = gunzipSync(bytes, { maxOutputLength: INFLATED_BYTES_MAX })
    return { text: plain.toString('utf8'), decoding: 'gzip' }
  } catch {
    return undefined
  }
}

const base64: Producer = (args, input, readFile) => {
  const text = sourceText(args, input, readFile)
  if (text === undefined) return undefined
  if (!isDecode(args)) return { text: Buffer.from(text, 'utf8').toString('base64') }
  return binaryAware(Buffer.from(text.replace(/\s/g, ''), 'base64'), 'base64')
}

/** Compressed bytes stay latin1 so that a `gunzip` further down can read them. */
function binaryAware(bytes: Buffer, decoding: string): Produced {
  // Letters of two bytes, which `iconv` is to make one of.
  if (bytes.length > 7 && bytes[1] === 0 && bytes[3] === 0 && bytes[5] === 0)
    return { text: bytes.toString('utf16le'), decoding }
  const isCompressed = (bytes[0] === 0x1f && bytes[1] === 0x8b) || bytes[0] === 0x78
  return { text: bytes.toString(isCompressed ? 'latin1' : 'utf8'), decoding }
}

const tr: Producer = (args, input) => {
  if (input === undefined) return undefined
  const [first = '', second = ''] = plainWords(args).map(characterSet)
  if (args.some((arg) => /^-[a-z]*d/.test(arg))) {
    const removed = new Set(first)
    return { text: [...input].filter((character) => !removed.has(character)).join('') }
  }
  if (second === '') return { text: input }
  const map = new Map([...first].map((from, index) => [from, second[index] ?? second.at(-1) ?? '']))
  return { text: [...input].map((character) => map.get(character) ?? character).join(''), decoding: 'tr' }
}

const classes: Readonly<Record<string, string>> = {
  '[:lower:]': 'a-z',
  '[:upper:]': 'A-Z',
  '[:digit:]': '0-9',
}

function characterSet(text: string): string {
  const plain = printfEscapes(text.replace(/\[:[a-z]+:\]/g, (name) => classes[name] ?? ''))
  return plain.replace(/(.)-(.)/gs, (_, from: string, to: string) => {
    const [start, end] = [from.charCodeAt(0), to.charCodeAt(0)]
    if (end < start || end - start > 255) return `${from}-${to}`
    return String.fromCharCode(...Array.from({ length: end - start + 1 }, (_, index) => start + index))
  })
}

function printfEscapes(text: string): string {
  if (!text.includes('\\')) return text
  const bytes = text.replace(
    /\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|u[0-9a-fA-F]{1,4}|[abefnrtv\\'"])/g,
    (_, code: string) => {
      if (code.startsWith('x') || code.startsWith('u'))
        return String.fromCharCode(Number.parseInt(code.slice(1), 16))
      if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255)
      return escapes[code] ?? code
    },
  )
  return bytes
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const echo: Producer = (args) => {
  let at = 0
  let isEscaped = false
  let newline = '\n'
  for (; /^-[neE]+$/.test(args[at] ?? ''); at++) {
    if (args[at]?.includes('e')) isEscaped = true
    if (args[at]?.includes('n')) newline = ''
  }
  const text = args.slice(at).join(' ')
  const plain = isEscaped ? printfEscapes(text) : text
  return {
    text: plain + newline,
    ...(plain !== text && /\\(x|0|[0-7])/.test(text) ? { decoding: 'escapes' } : {}),
  }
}

const printf: Producer = (args) => {
  const format = args[0] === '--' ? args[1] : args[0]
  if (format === undefined || format === '-v') return undefined
  const values = args.slice(args[0] === '--' ? 2 : 1)
  const plain = printfEscapes(format)
  const hidden = plain !== format && /\\(x|0|[0-7])/.test(format) ? { decoding: 'escapes' } : {}
  const count = (plain.match(/%[-\d.]*[sbqdixcu]/g) ?? []).length
  if (count === 0) return { text: plain, ...hidden }
  let text = ''
  const queue = [...values]
  do {
    text += plain.replace(/%%|%[-\d.]*([sbqdixcu])/g, (_whole, kind: string | undefined) => {
      if (kind === undefined) return '%'
      const value = queue.shift() ?? ''
      if (kind === 'c') return value.slice(0, 1)
      if (kind === 'x') return Number(value).toString(16)
      return kind === 'b' ? printfEscapes(value) : value
    })
  } while (queue.length > 0 && text.length < EXPANSION_CHARACTERS_MAX)
  return { text, ...hidden }
}

const xxd: Producer = (args, input, readFile) => {
  const letters = args.filter((arg) => arg.startsWith('-')).join('')
  if (!letters.includes('r')) return undefined
  const text = sourceText(args, input, readFile)
  if (text === undefined) return undefined
  return binaryAware(Buffer.from(text.replace(/[^0-9a-fA-F]/g, ''), 'hex'), 'hex')
}

const openssl: Producer = (args, input) => {
  const isBase64 = args.includes('base64') || args.includes('-base64') || args.includes('-a')
  if (input === undefined || !isBase64 || !args.includes('-d')) return undefined
  if (args.some((arg) => /^-(aes|des|k$|pass|chacha)/.test(arg))) return undefined
  return decoded('base64', input)
}

const zlibFlate: Producer = (_, input) => {
  if (input === undefined) return undefined
  try {
    const plain = inflateSync(Buffer.from(input, 'latin1'), { maxOutputLength: INFLATED_BYTES_MAX })
    return { text: plain.toString('utf8'), decoding: 'zlib' }
  } catch {
    return undefined
  }
}

const firstWord: Producer = (args) => {
  const word = plainWords(args)[0]
  return word === undefined ? undefined : { text: word }
}

const rev: Producer = (args, input, readFile) => {
  const text = sourceText(args, input, readFile)
  if (text === undefined) return undefined
  const reversed = text.split('\n').map((line) => [...line].reverse().join(''))
  return { text: reversed.join('\n'), decoding: 'reversal' }
}

const base32: Producer = (args, input) => {
  if (input === undefined || !isDecode(args)) return undefined
  let bits = ''
  for (const letter of input.toUpperCase().replace(/[^A-Z2-7]/g, '')) {
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')
  }
  const bytes = bits.match(/.{8}/g) ?? []
  return {
    text: Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString('utf8'),
    decoding: 'base32',
  }
}

const producers: Readonly<Record<string, Producer>> = {
  ...pieces,
  echo,
  printf,
  cat: identity,
  tee: (_, input) => (input === undefined ? undefined : { text: input }),
  base64,
  gbase64: base64,
  base32,
  xxd,
  rev,
  tac: (args, input, readFile) => {
    const text = sourceText(args, input, readFile)
    return text === undefined
      ? undefined
      : { text: `${text.replace(/\n$/, '').split('\n').reverse().join('\n')}\n` }
  },
  iconv: (_, input) => (input === undefined ? undefined : { text: input }),
  tr,
  which: firstWord,
  command: (args) => (/^-[vV]$/.test(args[0] ?? '') ? { text: args[1] ?? '' } : undefined),
  realpath: firstWord,
  openssl,
  gunzip,
  zcat: gunzip,
  gzip: (args, input, readFile) =>
    args.some((arg) => /^-[a-z]*d/.test(arg))
      ? gunzip(args, input, readFile)
      : input === undefined || input.length > EXPANSION_CHARACTERS_MAX
        ? undefined
        : { text: gzipSync(input).toString('latin1') },
  paste: (args, input, readFile) => {
    if (input !== undefined && args.some((arg) => /^-\w*s/.test(arg))) {
      const at = args.findIndex((arg) => /^-\w*d/.test(arg))
      const joint = /d(.*)$/.exec(args[at] ?? '')?.[1] || (at < 0 ? '\t' : (args[at + 1] ?? ''))
      return { text: `${input.replace(/\n$/, '').split('\n').join(joint)}\n` }
    }
    const files = plainWords(args).map((path) => readFile(path)?.replace(/\n$/, ''))
    if (files.length === 0 || files.some((text) => text === undefined)) return undefined
    const by = args.find((arg) => arg.startsWith('-d'))?.slice(2) || '\t'
    return { text: `${files.join(by)}\n` }
  },
  curl: (args) => {
    const said = args.find((arg) => arg.startsWith('data:'))
    const body = /^data:[^,]*;base64,(.*)$/s.exec(said ?? '')?.[1]
    return body === undefined ? undefined : decoded('base64', body)
  },
  'zlib-flate': zlibFlate,
}
