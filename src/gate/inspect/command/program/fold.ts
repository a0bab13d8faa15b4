import { inflateRawSync, unzipSync } from 'node:zlib'
import { marks } from '../shell-marks.ts'
import type { Skeleton } from './skeleton.ts'

// What a program would have worked out from its own constants before it did anything: pieces joined, signs by number,
// texts reversed or decoded, members and modules named by a string. Read once more, the program says what it does.

/** Each round may uncover the next: a list of numbers, the text they make, the base64 in that text. */
const ROUNDS_MAX = 8
const TEXT_CHARACTERS_MAX = 65_536
const STRINGS_MAX = 2_000
const NAMES_MAX = 64
/** Keys of a sign-by-sign cipher are tried from the numbers in the code. */
const KEYS_MAX = 6
/** A key of several letters is one of the short texts. */
const KEY_CHARACTERS_MAX = 32
const CIPHERED_MAX = 4

type Rule = readonly [
  needs: RegExp,
  pattern: RegExp,
  value: (texts: readonly string[]) => string | undefined,
  many?: true,
]

const T = '"§(\\d+)"'
const LIST = '((?:"§\\d+"[\\s,]*)+)'
/** A module in front, named or taken in on the spot. */
const BORROWED = '(?:(?:__import__|require)\\s*\\(\\s*"§\\d+"\\s*\\)\\.|[\\w.:\\[\\]]{0,60}[.:\\]])?'
const rule = (needs: RegExp, pattern: string, value: Rule[2]): Rule => [
  needs,
  new RegExp(pattern, 'gi'),
  value,
]
const rules: readonly Rule[] = [
  rule(/\+|\.|-join/, `${T}\\s*(?:\\+|\\.\\.?)\\s*${T}`, ([left = '', right = '']) => left + right),
  rule(/join/i, `${T}\\.join\\(\\s*[[(]${LIST}[\\])]\\s*\\)`, ([by = '', ...all]) => all.join(by)),
  rule(/join/i, `@?[[(]${LIST}[\\])]\\s*(?:\\.join\\(\\s*${T}\\s*\\)|-join\\s*${T})`, (all) =>
    all.slice(0, -1).join(all.at(-1)),
  ),
  rule(
    /join|implode/,
    `(?:implode|join)\\s*\\(\\s*${T}\\s*,\\s*(?:\\[|array\\(|\\()?\\s*${LIST}[\\])]+`,
    ([by = '', ...all]) => all.join(by),
  ),
  rule(
    /chr/,
    `(?:${T}\\.join\\(\\s*map\\s*\\(\\s*chr\\s*,\\s*${T}\\s*\\)\\s*\\)|join\\s*\\(?${T}\\s*,\\s*map[\\s({]*chr[\\s,})]*${T})`,
    (all) => all.at(-1),
  ),
  rule(/chr/, `${T}\\.join\\(\\s*\\[?\\s*chr\\(\\w+\\)\\s*for\\s+\\w+\\s+in\\s+${T}\\s*\\]?\\s*\\)`, (all) =>
    all.at(-1),
  ),
  rule(/fromCharCode/i, `String\\.fromCharCode\\s*\\(?\\s*(?:\\.\\.\\.)?${T}\\s*\\)?`, ([text]) => text),
  rule(/pack/, `${T}\\.pack\\(\\s*${T}\\s*\\)`, ([text = '', form = '']) =>
    /^[cCU]\*?$/.test(form) ? text : undefined,
  ),
  rule(/b(?:ytes|ytearray)/, `\\bbyte(?:s|array)\\(\\s*${T}\\s*\\)`, ([text]) => text),
  rule(
    /\[char/i,
    `(?:-join\\s*)?\\(?\\[char\\[\\]\\]\\s*${T}\\s*\\)?(?:\\s*-join\\s*${T})?`,
    ([text]) => text,
  ),
  rule(
    /b64|base64|64|atob/i,
    `${BORROWED}(?:(?:urlsafe_|standard_)?b64decode|base64_decode|(?:strict_|urlsafe_)?decode64|decode_base64|atob|FromBase64String|decodebytes|decodestring)\\s*\\(?\\s*${T}\\s*\\)?`,
    (all) => fromBase64(all.at(-1) ?? ''),
  ),
  rule(
    /\[char\]/i,
    `-join\\s*\\(?\\s*@?\\(?${T}\\)?\\s*\\|\\s*(?:%|ForEach-Object)\\s*\\{\\s*\\[char\\]\\s*\\$_\\s*\\}\\s*\\)?`,
    ([text]) => text,
  ),
  rule(/decodeBase64/, `${T}\\.decodeBase64\\(\\)`, ([text = '']) => fromBase64(text)),
  rule(/\bnew String/, `\\bnew String\\(\\s*${T}\\s*\\)`, ([text]) => text),
  rule(/GetString/i, `[\\w.:\\[\\]]{0,60}GetString\\(\\s*${T}\\s*\\)`, ([text]) => text),
  rule(/from\(/, `Buffer\\.from\\(\\s*${T}\\s*,\\s*${T}\\s*\\)`, ([text = '', how = '']) =>
    decoded(how, text),
  ),
  rule(/decode\(/, `\\b(?:codecs\\.)?decode\\(\\s*${T}\\s*,\\s*${T}\\s*\\)`, ([text = '', how = '']) =>
    decoded(how, text),
  ),
  rule(/hex/i, `${BORROWED}(?:fromhex|unhexlify|hex2bin|a2b_hex)\\s*\\(?\\s*${T}\\s*\\)?`, (all) =>
    fromHex(all.at(-1) ?? ''),
  ),
  rule(/hex/, `\\(?${T}\\)?\\s*=~\\s*s\\/\\(\\.\\.\\)\\/chr[ (]*hex[^;]*\\/\\w+`, ([text = '']) =>
    fromHex(text),
  ),
  rule(/pack/, `\\bpack\\s*\\(?\\s*${T}\\s*,\\s*${T}\\s*\\)?`, ([form = '', text = '']) =>
    /^H/.test(form) ? fromHex(text) : undefined,
  ),
  rule(/pack/, `\\[\\s*${T}\\s*\\]\\.pack\\(?\\s*${T}\\s*\\)?`, ([text = '', form = '']) =>
    /^H/.test(form) ? fromHex(text) : undefined,
  ),
  rule(
    /unpack/,
    `${T}\\.unpack1?\\(?\\s*${T}\\s*\\)?(?:\\[0\\]|\\.first|\\.join)?`,
    ([text = '', form = '']) => (form.startsWith('m') ? fromBase64(text) : undefined),
  ),
  rule(
    /compress|inflate|gzdecode|unzip/,
    `${BORROWED}(?:decompress|gzinflate|gzuncompress|gzdecode|inflate\\w{0,8}|gunzip\\w{0,8}|unzip\\w{0,8})\\s*\\(\\s*${T}\\s*\\)`,
    (all) => inflated(all.at(-1) ?? ''),
  ),
  rule(/rot_?13/, `\\bstr_rot13\\s*\\(\\s*${T}\\s*\\)`, ([text = '']) => rotated(text)),
  rule(/::-1|rev/, `${T}\\s*(?:\\[::-1\\]|\\.reverse\\b(?:\\(\\))?|:reverse\\(\\))`, ([text = '']) =>
    reversed(text),
  ),
  rule(
    /rev/,
    `(?:"§\\d+"\\.join\\s*\\(\\s*reversed\\(\\s*${T}\\s*\\)\\s*\\)|(?:\\breverse|\\bstrrev|\\bstring\\.reverse)\\s*\\(?\\s*${T}\\s*\\)?)`,
    (all) => reversed(all.at(-1) ?? ''),
  ),
  rule(/reverse/, `${T}\\.split\\(\\s*${T}\\s*\\)\\.reverse\\(\\)\\.join\\(\\s*${T}\\s*\\)`, ([text = '']) =>
    reversed(text),
  ),
  rule(/unescape|decodeURI/, `\\b(?:unescape|decodeURI(?:Component)?)\\(\\s*${T}\\s*\\)`, ([text = '']) =>
    text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
  ),
  rule(/-f/, `${T}\\s*-f\\s*${LIST}`, ([form = '', ...all]) =>
    form.replace(/\{(\d+)\}/g, (_, index: string) => all[Number(index)] ?? ''),
  ),
  // What these do to a text that is already read changes nothing.
  rule(
    /decode|toString|str\(/,
    `${T}\\.(?:decode|toString|strip|trim)\\(\\s*(?:"§\\d+")?\\s*\\)`,
    ([text]) => text,
  ),
]

/** Rules for languages where two strings side by side are one. */
const besideEachOther = rule(/./, `${T}\\s*${T}`, ([left = '', right = '']) => left + right)
const joinsBeside = /^(python|awk|ruby|c)$/

const mayFold =
  /"\s*(?:\+|\.)\s*"§|join|implode|chr|char|rev|decode|64|atob|hex|pack|inflate|compress|rot_?13|::-1|unescape|getattr|import|\bas\s+\w|require|\["§|const_get|\bsend\b|call_user|-f\s*"|New-Object|\bmap\b|Buffer|"\s*"§|`|\[Type\]|[&.]\s*\(|ComSpec|gcm|=\s*"§/i

/** The same program with its constants worked out and its borrowed names undone. */
export function folded(language: string, skeleton: Skeleton): Skeleton {
  if (!mayFold.test(skeleton.code)) return skeleton
  const strings = [...skeleton.strings]
  let code = skeleton.code
  if (language === 'python' || language === 'any') {
    code = code.replace(/(?<![-\w])[bBrRuUfF]{1,2}(?="§)/g, '')
    for (const [index, text] of strings.entries())
      if (text.includes('{')) strings[index] = text.replace(/\{(['"])([\w./-]*)\1\}/g, '$2')
  }
  if (language === 'powershell')
    code = code
      .replace(/(\w)`(?=\w)/g, '$1')
      .replace(everyComSpec, 'iex')
      .replace(/\[ScriptBlock\]::Create/gi, 'iex ')
  if (language === 'powershell') filledIn(code, strings)
  code = numbersAsText(code, strings)
  for (let round = 0; round < ROUNDS_MAX && strings.length < STRINGS_MAX; round++) {
    const before = code
    for (const each of joinsBeside.test(language) ? [...rules, besideEachOther] : rules)
      code = applied(each, code, strings)
    code = members(language, bound(code), strings)
    if (code === before) break
  }
  return { code: unaliased(language, code, strings), strings }
}

/** `"Net.Sockets.$x"`, where `$x` is put together from strings. */
function filledIn(code: string, strings: string[]): void {
  for (const [, name = '', first, second] of code.matchAll(/(\$\w+)\s*=\s*"§(\d+)"(?:\s*\+\s*"§(\d+)")?/g)) {
    const value =
      (strings[Number(first)] ?? '') + (second === undefined ? '' : (strings[Number(second)] ?? ''))
    for (const [index, text] of strings.entries())
      if (text.includes(name) && text.length + value.length < TEXT_CHARACTERS_MAX)
        strings[index] = text.replaceAll(name, () => value)
  }
}

function applied([needs, pattern, value]: Rule, code: string, strings: string[]): string {
  if (!needs.test(code)) return code
  return code.replace(pattern, (whole) => {
    const texts = [...whole.matchAll(/"§(\d+)"/g)].map((match) => strings[Number(match[1])] ?? '')
    const text = value(texts)
    if (text === undefined || text.length > TEXT_CHARACTERS_MAX || strings.length >= STRINGS_MAX) return whole
    return `"§${strings.push(text) - 1}"`
  })
}

const everyComSpec =
  /\(?\$(?:env:ComSpec|PSHome|ShellId|VerbosePreference)[^;|)]{0,30}-join\s*"§\d+"\)?|\(?\b(?:gcm|gal|Get-Command|Get-Alias)\s+(?:i\S?\*\S*|\*ke-e\S*)\s*\)?/gi

/** `[99, 111, …]`, `[char]99+[char]111`: letters by their number. */
function numbersAsText(code: string, strings: string[]): string {
  if (!/chr|char|pack|byte/i.test(code)) return code
  const text = (numbers: string) => {
    const codes = (numbers.match(/\d+|0x[0-9a-f]+/gi) ?? []).map(Number)
    const isText = codes.every((each) => each > 8 && each < 256)
    return isText ? `"§${strings.push(String.fromCharCode(...codes)) - 1}"` : undefined
  }
  return code
    .replace(
      /\[?\bchr?(?:ar)?\]?\s*\(?\s*(\d{1,3})\b(?!\s*,\s*\d)\)?/gi,
      (whole, number: string) => text(number) ?? whole,
    )
    .replace(
      /(fromCharCode\s*\(|\b(?:string\.)?char\s*\(|[[(])\s*((?:(?:0x[0-9a-f]{2}|\d{1,3})\s*,\s*){2,65536}(?:0x[0-9a-f]{2}|\d{1,3}))\s*[\])]/gi,
      (whole, before: string, numbers: string) => {
        const made = text(numbers)
        return made === undefined ? whole : /^from/i.test(before) ? `${before}${made})` : made
      },
    )
}

/** A name given one string once stands for it. */
function bound(code: string): string {
  const values = new Map<string, string | undefined>()
  for (const [, name = '', value = ''] of code.matchAll(
    /(?:^|[;\n{}]|<\?(?:php|=)?|\b(?:let|const|var|local|my|our)\s)[ \t]*(\$?[A-Za-z_]\w*)[ \t]*:?=[ \t]*("§\d+")[ \t]*(?=[;\n}]|$)/g,
  ))
    if (values.size < NAMES_MAX) values.set(name, values.has(name) ? undefined : value)
  let out = code
  for (const [name, value] of values) {
    if (value === undefined) continue
    const pattern = new RegExp(`(?<![\\w$.:])${name.replace('$', '\\$')}\\b(?!\\s*:?=[^=])`, 'g')
    out = out.replace(pattern, value)
  }
  return out
}

const isName = (text: string) => /^[A-Za-z_][\w.:]{0,60}$/.test(text)

/** Members, functions and modules named by a string become the words they are. */
function members(language: string, code: string, strings: readonly string[]): string {
  const named = (pattern: RegExp, make: (name: string, whole: RegExpExecArray) => string) => (text: string) =>
    text.replace(pattern, (...found) => {
      const match = found as unknown as RegExpExecArray
      const name = strings[Number(/"§(\d+)"/.exec(match[0])?.[1])] ?? ''
      return isName(name) ? make(name, match) : match[0]
    })
  let out = code
  if (out.includes('getattr'))
    out = named(/\bgetattr\s*\(\s*([\w.]+|__import__\("§\d+"\))\s*,\s*"§\d+"\s*\)/g, (name, match) => {
      const at = strings[Number(/,\s*"§(\d+)"/.exec(match[0])?.[1])] ?? name
      const owner = match[1]?.startsWith('__import__') === true ? name : match[1]
      return isName(at) ? `${owner}.${at}` : match[0]
    })(out)
  if (/^(node|deno|bun|lua|any|applescript)$/.test(language))
    out = named(/(?<=[\w)])\[\s*"§\d+"\s*\]/g, (name) => `.${name}`)(out)
  if (/call_user_func|\$\w+\s*\(|"\s*\)?\s*\(|const_get|send/.test(out)) {
    out = named(/\bcall_user_func(?:_array)?\s*\(\s*"§\d+"\s*,?/g, (name) => `${name}(`)(out)
    if (language === 'php') out = named(/\(?"§\d+"\)?\s*\(/g, (name) => `${name}(`)(out)
    out = named(/\b(?:Object\.)?const_get\s*\(?\s*"§\d+"\s*\)?/g, (name) => name)(out)
    out = named(/\.(?:public_)?send\s*\(?\s*"§\d+"\s*,?/g, (name) => `.${name}(`)(out)
    out = out.replace(/\.(?:public_|__)?send(?:__)?\s*\(?\s*:(\w+|`)\s*,?/g, (_, name: string) =>
      name === '`' ? '.system(' : `.${name}(`,
    )
  }
  if (language === 'powershell') {
    out = named(
      /(?:\bNew-Object\s+(?:-TypeName\s+)?\(*|\[Type\]\s*)"§\d+"\)*/gi,
      (name) => `New-Object ${name}`,
    )(out)
    out = named(/(?<=^|[;|&{(\s])[&.]\s*\(?\s*"§\d+"\s*\)?/g, (name) => ` ${name} `)(out)
  }
  return out
}

/** `import socket as s`, `s = __import__("socket")`, `a, b = map(__import__, ("x", "y"))`: s.x is socket.x. */
function unaliased(language: string, code: string, strings: readonly string[]): string {
  if (!/\bas\b|import|require|modules/.test(code)) return code
  const names = new Map<string, string>()
  const texts = (words: string) => [...words.matchAll(/"§(\d+)"/g)].map(([, at]) => strings[Number(at)] ?? '')
  const keep = (name: string | undefined, owner: string | undefined) => {
    if (name !== undefined && owner !== undefined && isName(owner) && names.size < NAMES_MAX)
      names.set(name.trim(), owner)
  }
  for (const [, owner, name] of code.matchAll(/\b([A-Za-z_][\w.]{0,60})\s+as\s+([A-Za-z_]\w*)/g))
    keep(name, owner)
  for (const [, name, module] of code.matchAll(
    /(?<!\w)([A-Za-z_]\w{0,40})\s*=\s*(?:[\w.]{0,40}__import__|[\w.]{0,40}import_module|[\w.]{0,40}require|\w{1,40}(?:\.modules)?\[)\s*\(?\s*("§\d+")/g,
  ))
    keep(name, texts(module ?? '')[0])
  for (const [, left = '', right = ''] of code.matchAll(
    /(?<![\w,])((?:[A-Za-z_]\w{0,40}\s?,\s?){1,8}[A-Za-z_]\w{0,40})\s*=\s*(?:map\s*\(\s*)?\[?\s*(?:[\w.]{0,40}import\w{0,20})\s*[(,\s]([^;\n]*)/g,
  )) {
    const modules = texts(right)
    for (const [index, name] of left.split(',').entries()) keep(name, modules[index])
  }
  if (language === 'go')
    for (const [, name, path] of code.matchAll(/(?<![\w)"])([A-Za-z_]\w*)\s+("§\d+")/g))
      keep(
        name,
        texts(path ?? '')[0]
          ?.split('/')
          .at(-1),
      )
  let out = code
  for (const [name, owner] of names)
    if (name !== owner) out = out.replace(new RegExp(`(?<![\\w.$])${name}(?=\\.)`, 'g'), () => owner)
  return out
}

/** Texts under a cipher of one number: added, taken away or crossed with each sign. */
export function unciphered({ code, strings }: Skeleton): readonly string[] {
  if (code.includes('N-ZA-M') || code.includes('n-za-m'))
    return strings
      .filter((each) => each.length > 7)
      .slice(0, CIPHERED_MAX)
      .map(rotated)
  if (!/\^|[+-]\s*\d|\bxor\b/i.test(code)) return []
  const keys = [...new Set((code.match(/\b\d{1,3}\b/g) ?? []).map(Number))]
    .filter((key) => key > 0 && key < 256)
    .slice(0, KEYS_MAX)
  const found: string[] = []
  const words = strings
    .filter((each) => each.length > 1 && each.length <= KEY_CHARACTERS_MAX)
    .slice(0, KEYS_MAX)
  for (const text of strings
    .filter((each) => each.length > 24 && !/^[\w+/=\s]+$/.test(each))
    .slice(0, CIPHERED_MAX)) {
    for (const word of words) {
      const made = [...text]
        .map((sign, at) => String.fromCharCode(sign.charCodeAt(0) ^ word.charCodeAt(at % word.length)))
        .join('')
      if (/^[\t\n\r -~]+$/.test(made) && (marks.test(made) || /^[a-z][\w./-]*\s+\S/.test(made)))
        found.push(made)
    }
    for (const key of keys)
      for (const change of [
        (sign: number) => sign ^ key,
        (sign: number) => sign - key,
        (sign: number) => sign + key,
      ]) {
        const made = text.replace(/[\s\S]/g, (sign) => String.fromCharCode(change(sign.charCodeAt(0)) & 255))
        if (
          /^[\t\n\r -~]+$/.test(made) &&
          (marks.test(made) ||
            /import|require|\b(?:use|socket|exec|eval|system|open)\b|^[a-z][\w./-]*\s+\S/.test(made))
        )
          found.push(made)
      }
  }
  return found
}

function decoded(how: string, text: string): string | undefined {
  if (/^base_?64/i.test(how)) return fromBase64(text)
  if (/^hex/i.test(how)) return fromHex(text)
  return /^rot_?13$/i.test(how) ? rotated(text) : undefined
}

function fromBase64(text: string): string | undefined {
  const compact = text.replace(/\s/g, '')
  return /^[A-Za-z0-9+/_-]{2,}={0,2}$/.test(compact)
    ? Buffer.from(compact, 'base64').toString('latin1')
    : undefined
}

function fromHex(text: string): string | undefined {
  const compact = text.replace(/\s/g, '')
  return /^(?:[0-9a-fA-F]{2})+$/.test(compact) ? Buffer.from(compact, 'hex').toString('latin1') : undefined
}

function inflated(text: string): string | undefined {
  const bytes = Buffer.from(text, 'latin1')
  for (const undo of [unzipSync, inflateRawSync])
    try {
      return undo(bytes, { maxOutputLength: TEXT_CHARACTERS_MAX }).toString('latin1')
    } catch {
      // Not of this form, or too long: the next is tried, and then the text stays as it was.
    }
  return undefined
}

const reversed = (text: string) => [...text].reverse().join('')

const rotated = (text: string) =>
  text.replace(/[a-z]/gi, (sign) => {
    const base = sign <= 'Z' ? 65 : 97
    return String.fromCharCode(((sign.charCodeAt(0) - base + 13) % 26) + base)
  })
