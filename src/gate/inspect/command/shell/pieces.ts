import { handedMarks } from '../shell-marks.ts'
import { hasMarker } from './model.ts'
import type { Produced } from './output.ts'

// Programs that hand on a part of what they read, or say it in another writing: payloads are taken apart by them and
// put together again.

type Producer = (args: readonly string[], input: string | undefined) => Produced | undefined

/** A piece of what is not known is not known either; a `$` in a whole command is its own. */
const ofKnown =
  (producer: Producer): Producer =>
  (args, input) =>
    input !== undefined && ((input.includes('$') && !handedMarks.test(input)) || hasMarker(input))
      ? undefined
      : producer(args, input)

/** Nothing is cut off there, so that a variable stays one. */
const ofRead =
  (producer: Producer): Producer =>
  (args, input) =>
    input !== undefined && hasMarker(input) ? undefined : producer(args, input)

const plainWords = (args: readonly string[]) => args.filter((arg) => !/^-./.test(arg))
const optionOf = (args: readonly string[], letter: string) => {
  const at = args.findIndex((arg) => arg.startsWith(`-${letter}`))
  const word = args[at] ?? ''
  return at < 0 ? undefined : word.length > 2 ? word.slice(2) : args[at + 1]
}

/** `cut -c3-`, `cut -d_ -f2`. */
const cut: Producer = (args, input) => {
  if (input === undefined) return undefined
  const byCharacter = optionOf(args, 'c') ?? optionOf(args, 'b')
  const range = /^(\d+)?(-)?(\d+)?$/.exec(byCharacter ?? optionOf(args, 'f') ?? '')
  if (range === null) return undefined
  const from = Number(range[1] ?? 1) - 1
  const to = range[2] === undefined ? from + 1 : range[3] === undefined ? undefined : Number(range[3])
  const by = byCharacter === undefined ? (optionOf(args, 'd') ?? '\t') : ''
  const text = input
    .split('\n')
    .map((line) => line.split(by).slice(from, to).join(by))
    .join('\n')
  return { text, decoding: 'cut' }
}

const lines = (args: readonly string[]) =>
  Number(optionOf(args, 'n') ?? /^-(\d+)$/.exec(args[0] ?? '')?.[1] ?? 10)

/** `tail -c +3`, `tail -n +2`, `tail -1`. */
const tail: Producer = (args, input) => {
  if (input === undefined) return undefined
  const start = /^\+(\d+)$/.exec(optionOf(args, 'c') ?? '')?.[1]
  if (start !== undefined) return { text: input.slice(Number(start) - 1) }
  const all = input.replace(/\n$/, '').split('\n')
  const first = /^\+(\d+)$/.exec(optionOf(args, 'n') ?? '')?.[1]
  if (first !== undefined) return { text: all.slice(Number(first) - 1).join('\n') }
  const count = lines(args)
  return Number.isFinite(count) ? { text: all.slice(-count).join('\n') } : undefined
}

const head: Producer = (args, input) => {
  if (input === undefined) return undefined
  const characters = Number(optionOf(args, 'c'))
  if (characters > 0) return { text: input.slice(0, characters) }
  const count = lines(args)
  return count > 0 ? { text: input.split('\n').slice(0, count).join('\n') } : undefined
}

/** Bytes as hexadecimal numbers. */
const numbers: Producer = (args, input) =>
  input !== undefined && args.some((arg) => /x1$|^-\w*p/.test(arg))
    ? { text: (Buffer.from(input).toString('hex').match(/../g) ?? []).join(' ') }
    : undefined

/** Numbers turned into letters: `awk '{printf "%c", $1}'`. */
const awk: Producer = (args, input) => {
  const script = plainWords(args)[0] ?? ''
  if (input === undefined || !/printf\s*\(?\s*"%c"/.test(script)) return undefined
  const codes = (input.match(/\d+/g) ?? []).map(Number)
  return codes.every((code) => code < 256)
    ? { text: String.fromCharCode(...codes), decoding: 'numbers' }
    : undefined
}

/** `s/a/b/` in any number, where no sign of a pattern repeats: no text can keep that busy. */
const substitution = /^\s*s([/|#,:@!])((?:(?!\1)[^\\]|\\.)*)\1((?:(?!\1)[^\\]|\\.)*)\1(g?)\s*$/
const SUBSTITUTIONS_MAX = 8

const sed: Producer = (args, input) => {
  if (input === undefined) return undefined
  const said = args.flatMap((arg, index) => (/^(-e|--expression)$/.test(args[index - 1] ?? '') ? [arg] : []))
  const scripts = (said.length > 0 ? said : plainWords(args).slice(0, 1)).flatMap((script) =>
    script.split(';'),
  )
  if (scripts.length === 0 || scripts.length > SUBSTITUTIONS_MAX) return undefined
  let text = input
  const shown = args.some((arg) => /^-[a-zA-Z]*n/.test(arg))
    ? /^\s*(\d+|\$)?(?:,(\d+|\$))?p\s*$/.exec(scripts[0] ?? '')
    : null
  if (shown !== null) {
    const all = input.replace(/\n$/, '').split('\n')
    const place = (said: string) => (said === '$' ? all.length : Number(said))
    const from = shown[1] === undefined ? 1 : place(shown[1])
    const to = shown[2] !== undefined ? place(shown[2]) : shown[1] === undefined ? all.length : from
    return { text: all.slice(from - 1, to).join('\n'), decoding: 'sed' }
  }
  for (const script of scripts) {
    const letters = /^\s*y([/|#,:@!])([^\\]*)\1([^\\]*)\1\s*$/.exec(script)
    if (letters !== null) {
      const [from, to] = [[...(letters[2] ?? '')], [...(letters[3] ?? '')]]
      const map = new Map(from.map((sign, index) => [sign, to[index] ?? sign]))
      text = [...text].map((sign) => map.get(sign) ?? sign).join('')
      continue
    }
    const match = substitution.exec(script)
    if (match === null) return undefined
    const [, , from = '', to = '', flag = ''] = match
    const pattern = args.some((arg) => /^-[a-zA-Z]*[Er]/.test(arg))
      ? from
      : from.replace(/\\([(){}|])|([(){}|])/g, (_, escaped: string, plain: string) => escaped ?? `\\${plain}`)
    if (/[*+{?]|\\\d/.test(pattern) || pattern === '') return undefined
    const made = to
      .replace(/\$/g, '$$$$')
      .replace(/\\(\d)|\\(.)|&/g, (_, group: string, sign: string) =>
        group !== undefined
          ? `$${group}`
          : sign !== undefined
            ? sign === 'n'
              ? '\n'
              : sign
            : '$$&'.slice(1),
      )
    try {
      text = text.replace(new RegExp(pattern, `${flag}m`), made)
    } catch {
      return undefined
    }
  }
  return { text, decoding: 'sed' }
}

/** Lines that hold a plain text, or do not. */
const grep: Producer = (args, input) => {
  const [pattern = '', ...files] = plainWords(args)
  if (input === undefined || files.length > 0 || !/^\^?[^\\^$*+?{}()|[\]]*\$?$/.test(pattern))
    return undefined
  if (args.some((arg) => /^-/.test(arg) && !/^-[viEFa]+$/.test(arg))) return undefined
  const isLeftOut = args.some((arg) => /^-\w*v/.test(arg))
  const like = new RegExp(pattern, args.some((arg) => /^-\w*i/.test(arg)) ? 'i' : '')
  const found = input.split('\n').filter((line) => like.test(line) !== isLeftOut)
  return { text: found.join('\n') }
}

/** Numbers of letters in pairs, as `perl -pe 's/(..)/chr(hex $1)/ge'` reads them. */
const pairs: Producer = (args, input) => {
  const script = args.join(' ')
  const compact = input?.replace(/\s/g, '') ?? ''
  return /^-\w*[pn]/.test(args[0] ?? '') &&
    /chr\W*\(?\s*hex|pack\W*\(?\s*["']?H/.test(script) &&
    /^(?:[0-9a-f]{2})+$/i.test(compact)
    ? { text: Buffer.from(compact, 'hex').toString('utf8'), decoding: 'hex' }
    : undefined
}

const uudecode: Producer = (_, input) => {
  const body = /^begin-base64[^\n]*\n([\s\S]*?)\n=+\s*$/m.exec(input ?? '')?.[1]
  return body === undefined
    ? undefined
    : { text: Buffer.from(body.replace(/\s/g, ''), 'base64').toString('utf8'), decoding: 'base64' }
}

const jq: Producer = (args, input) => {
  const filter = plainWords(args)[0] ?? ''
  if (/\bimplode\b/.test(filter)) {
    const codes = (`${filter} ${input ?? ''}`.match(/\d+/g) ?? []).map(Number)
    const isText = codes.length > 0 && codes.every((code) => code < 65_536)
    return isText ? { text: String.fromCharCode(...codes), decoding: 'numbers' } : undefined
  }
  if (!filter.includes('@base64d')) return undefined
  const said =
    /"([A-Za-z0-9+/_=-]+)"/.exec(filter)?.[1] ?? /^\s*"?([A-Za-z0-9+/_=\s-]+)"?\s*$/.exec(input ?? '')?.[1]
  return said === undefined
    ? undefined
    : { text: Buffer.from(said.replace(/\s/g, ''), 'base64').toString('utf8'), decoding: 'base64' }
}

export const pieces: Readonly<Record<string, Producer>> = {
  cut: ofKnown(cut),
  tail: ofRead(tail),
  head: ofRead(head),
  od: numbers,
  hexdump: numbers,
  awk: ofKnown(awk),
  gawk: ofKnown(awk),
  mawk: ofKnown(awk),
  uudecode,
  sed: ofRead(sed),
  gsed: ofRead(sed),
  perl: pairs,
  jq,
  grep: ofRead(grep),
}
