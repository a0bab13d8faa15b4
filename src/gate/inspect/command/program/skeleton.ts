/** A program with its strings lifted out and its comments gone, so that words in them are never read as code. */
export type Skeleton = {
  /** Each string is `"§N"`, with N its place in `strings`. */
  readonly code: string
  readonly strings: readonly string[]
}

/** Longer programs are read to this length. */
const PROGRAM_CHARACTERS_MAX = 65_536

const hashComments = new Set(
  'python perl ruby r julia awk tcl elixir crystal nim powershell octave gdb php'.split(' '),
)
const slashComments = new Set(
  'node deno bun php java go c rust groovy scala kotlin csharp dart v any'.split(' '),
)
const dashComments = new Set('lua haskell applescript sqlite'.split(' '))

// One alternative per token: comments by language, then strings with their escapes.
const triple = /"""([\s\S]*?)"""|'''([\s\S]*?)'''/y
const double = /"((?:[^"\\]|\\[\s\S])*)"/y
const single = /'((?:[^'\\]|\\[\s\S])*)'/y
const tick = /`((?:[^`\\]|\\[\s\S])*)`/y
const here = /@(["'])\n([\s\S]*?)\n\1@/y
const perlQuote =
  /\bq[qxw]?\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|\(([^()]*)\)|\[([^[\]]*)\]|\/([^/]*)\/|\|([^|]*)\||([~!^@%&;:])((?:(?!\6)[\s\S])*)\6)/y
const rubyQuote = /%[qQwW]?(?:\{([^{}]*)\}|\(([^()]*)\)|\[([^[\]]*)\]|([~!^|])((?:(?!\4)[\s\S])*)\4)/y
const rubyRun = /%x(?:\{((?:[^{}]|\{[^{}]*\})*)\}|\(([^()]*)\)|\[([^[\]]*)\]|([~!^|])((?:(?!\4)[\s\S])*)\4)/y
const luaLong = /\[(=*)\[([\s\S]*?)\]\1\]/y
const lineComment = /[^\n]*/y
const blockComment = /\/\*[\s\S]*?(?:\*\/|$)/y

export function skeletonOf(language: string, source: string): Skeleton {
  const text = source.length > PROGRAM_CHARACTERS_MAX ? source.slice(0, PROGRAM_CHARACTERS_MAX) : source
  const strings: string[] = []
  let code = ''
  let at = 0
  const lift = (value: string, before = '', after = '') => {
    code += `${before}"§${strings.length}"${after}`
    strings.push(value)
  }
  while (at < text.length) {
    const comment = commentAt(language, text, at)
    if (comment > 0) {
      at += comment
      code += ' '
      continue
    }
    const token = stringAt(language, text, at)
    if (token === undefined) {
      code += text[at]
      at++
      continue
    }
    // Backticks and qx run what they hold in these languages.
    const inner = token.value.includes('{') ? interpolated(token, text[at] ?? '') : ''
    const only = token.isRun ? /^\s*(?:#\{([\s\S]*)\}|[$]\{?(\w+)\}?)\s*$/.exec(token.value) : null
    if (only !== null) {
      // Nothing but a value: what it is made of is code.
      const made = skeletonOf(language, only[1] ?? `$${only[2] ?? ''}`)
      const base = strings.length
      strings.push(...made.strings)
      code += `system(${made.code.replace(/§(\d+)/g, (_, index: string) => `§${base + Number(index)}`)})`
    } else if (token.isRun) lift(token.value, 'system(', `${inner})`)
    else if (inner !== '' && isScript.test(language))
      lift(unescaped(language, token.value, token.isRaw), '', inner)
    else lift(unescaped(language, token.value, token.isRaw))
    at += token.length
  }
  // Runs of blanks say nothing here, and patterns would try each of their pieces.
  return { code: code.replace(/[ \t]{2,}/g, ' ').replace(/\n\s+/g, '\n'), strings }
}

const isScript = /^(?:node|deno|bun|any)$/

/** What stands inside a string to be worked out is code: `#{…}` in Ruby, `${…}` between ticks. */
function interpolated({ value }: StringToken, quote: string): string {
  if (quote === '"' || quote === "'") return ''
  return [...value.matchAll(/[#$@]\{([^{}]*)\}/g)].map((match) => ` ${match[1] ?? ''} `).join('')
}

function commentAt(language: string, text: string, at: number): number {
  const character = text[at]
  const next = text[at + 1]
  if (character === '#' && hashComments.has(language)) {
    // `$#array` in Perl and `#{…}` in Ruby strings are no comments; a comment follows a space or a line start.
    const before = at === 0 ? '\n' : text[at - 1]
    return before === '\n' || before === ' ' || before === '\t' || before === ';'
      ? run(lineComment, text, at)
      : 0
  }
  if (character === '/' && slashComments.has(language)) {
    // `http://` outside a string is rare, but a URL after a colon is never a comment.
    if (next === '/' && text[at - 1] !== ':') return run(lineComment, text, at)
    if (next === '*') return run(blockComment, text, at)
  }
  if (character === '-' && next === '-' && dashComments.has(language)) return run(lineComment, text, at)
  return 0
}

function run(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0].length ?? 0
}

type StringToken = {
  readonly value: string
  readonly length: number
  readonly isRun: boolean
  readonly isRaw: boolean
}

function stringAt(language: string, text: string, at: number): StringToken | undefined {
  const character = text[at]
  const found = (pattern: RegExp, isRun = false, isRaw = false): StringToken | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) return undefined
    const value = match.slice(1).findLast((group) => group !== undefined) ?? ''
    return { value, length: match[0].length, isRun, isRaw }
  }
  switch (character) {
    case '"':
      return (language === 'python' ? found(triple) : undefined) ?? found(double)
    case "'":
      if (language === 'rust' || language === 'haskell' || language === 'lisp') return undefined
      return (
        (language === 'python' ? found(triple) : undefined) ?? found(single, false, isRawSingle(language))
      )
    case '`':
      if (language === 'powershell' || language === 'lisp' || language === 'haskell') return undefined
      // A symbol in Ruby: the name of what runs a command.
      if (language === 'ruby' && text[at - 1] === ':') return undefined
      return found(tick, /^(perl|php|ruby|crystal|julia|any)$/.test(language))
    case '@': {
      if (language !== 'powershell') return undefined
      here.lastIndex = at
      const match = here.exec(text)
      return match ? { value: match[2] ?? '', length: match[0].length, isRun: false, isRaw: true } : undefined
    }
    case '[':
      return language === 'lua' ? found(luaLong, false, true) : undefined
    case '%':
      if (!/^(ruby|crystal)$/.test(language) || /[\w)\]"']/.test(text[at - 1] ?? ' ')) return undefined
      return found(rubyRun, true) ?? found(rubyQuote)
    case 'q':
      if (language !== 'perl' || /[\w$@%&]/.test(text[at - 1] ?? ' ')) return undefined
      return found(perlQuote, text.startsWith('qx', at))
    default:
      return undefined
  }
}

const isRawSingle = (language: string) => /^(perl|php|ruby|powershell|r)$/.test(language)

function unescaped(language: string, text: string, isRaw: boolean): string {
  if (isRaw || language === 'powershell' || !text.includes('\\')) return text
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{2,3}|[\s\S])/g, (_, code: string) => {
    if (/^[xu][0-9a-fA-F]/.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    if (/^[0-7]{2,3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8))
    if (code === 'n') return '\n'
    if (code === 't') return '\t'
    return code
  })
}
