import { buriedIn } from '../shell/buried.ts'
import type { ProgramFacts } from '../shell/model.ts'
import { folded, unciphered } from './fold.ts'
import { type Skeleton, skeletonOf } from './skeleton.ts'
import * as terms from './terms.ts'
import { obeysFetched, runsRequests } from './web-orders.ts'

/** Code inside strings of code: eval of a decoded string of a decoded string. */
const DECODING_DEPTH_MAX = 4
/** Code put together from pieces is read to this length. */
const JOINED_CHARACTERS_MAX = 8_192
const SHELL_TEXTS_MAX = 50

/** What a program in any language can do, from its tokens: never from the text of its strings or comments. */
export function readProgram(language: string, code: string): ProgramFacts {
  if (language === 'vim' || language === 'gdb' || language === 'sqlite')
    return [...hosted(language, code), ...(/\bch_open\(/.test(code) ? [['any', code] as const] : [])].reduce(
      (facts, [guest, text]) => merge(facts, read(guest, text, 0)),
      nothingBut([...escapeTexts(language, code), ...terms.calledTexts(skeletonOf('any', code))]),
    )
  return read(language, language === 'powershell' ? powershellText(code) : code, 0)
}

function read(language: string, code: string, depth: number): ProgramFacts {
  const written = skeletonOf(language, code)
  const skeleton = folded(language, written)
  const { strings } = skeleton
  // In Tcl a string is a script that is not run yet.
  const bare =
    language === 'tcl'
      ? [skeleton.code, ...strings.filter((text) => text.includes('['))].join('\n')
      : skeleton.code
  const has = (term: RegExp) => term.test(bare)
  const says = (term: RegExp) => strings.some((text) => term.test(text))
  const evaluates = has(terms.evaluates)
  const decodes = has(terms.decodes) || says(/^(base64|hex|zlib|rot_?13)$/i)
  const runs = runsSomething(language, bare, says)
  let facts: ProgramFacts = {
    connects: connects(language, bare, says),
    listens:
      (has(terms.listensSurely) && !isOnlyWeb(bare, says)) ||
      (language === 'tcl' && has(/\bsocket\s+-server\b/)) ||
      ((has(/\bsockets?\b/i) || says(/^socket$/)) && has(/\blisten\b|\baccept\b|\bListen\b/)),
    runs,
    receives: has(terms.receives),
    wires: has(terms.wires) || says(/[<>]&\s*\d|^[<>+]*&/),
    namesShell:
      strings.some((text, at) => terms.shellName.test(text) && !isTold(bare, strings, at)) ||
      has(/\b(cmd|powershell)\.exe\b/i),
    evaluates,
    decodes,
    downloads:
      has(terms.downloads) || (says(/^https?:\/\//) && has(/\b(get|open|fetch|urlopen|request|source)\b/i)),
    uploads: has(terms.uploads),
    servesCommands:
      ((runs || evaluates) && runsRequests(skeleton)) || (language === 'php' && terms.requestRun.test(code)),
    obeysFetched: (runs || evaluates) && obeysFetched(skeleton),
    dumpsEnvironment: has(terms.environment),
    prints: skeleton.code !== written.code || isOnlySaying(skeleton) ? printed(skeleton) : '',
    shellTexts: [
      ...terms.runTexts(skeleton),
      ...(runs ? strings.filter(isShellLine).map(asLine) : []),
      ...terms.equalTexts(skeleton),
      ...terms.calledTexts(skeleton),
      ...(runs && (strings.some((text) => unreadable.test(text)) || bare.includes('N-ZA-M'))
        ? unciphered(skeleton)
        : []),
      ...(runs && language === 'tcl' ? spawned(code) : []),
      ...(language === 'powershell' && startsPrograms.test(code)
        ? written.code === skeleton.code
          ? [code]
          : [code, restored(skeleton)]
        : []),
      ...(decodes && runs ? decodings(skeleton).filter(isCommand) : []),
      ...(runs || evaluates ? buriedIn(strings) : []),
    ].slice(0, SHELL_TEXTS_MAX),
  }
  if (language === 'powershell' && depth < DECODING_DEPTH_MAX)
    for (const text of strings.filter((each) => /\b(iex|Invoke-Expression|DownloadString)\b/i.test(each)))
      facts = merge(facts, read(language, text, depth + 1))
  if (language === 'powershell' && depth < DECODING_DEPTH_MAX)
    for (const text of strings.filter((each) => /\busing\s+System\b/.test(each)))
      facts = merge(facts, read('csharp', text, depth + 1))
  if (depth < DECODING_DEPTH_MAX && evaluates && strings.length > 1 && /"§\d+"\s*[+.]\s*"§/.test(bare))
    facts = merge(facts, read('any', strings.join('').slice(0, JOINED_CHARACTERS_MAX), depth + 1))
  if (depth < DECODING_DEPTH_MAX && (evaluates || decodes)) {
    for (const text of [...decodings(skeleton), ...unciphered(skeleton)])
      facts = merge(facts, read(language, text, depth + 1))
  }
  return facts
}

/** `"sh", "-c", "mvn verify"`: a shell that is told in the program itself what to do, and no more. */
function isTold(bare: string, strings: readonly string[], at: number): boolean {
  const said = strings[at] ?? ''
  if (/\s-\w*c\s+["']?[\w./]|\s[\w./-]+\.sh\b/.test(said))
    return !/[<>]&|-\w*i\b|\/dev\/(?:tcp|udp)|[$%]\w*$|["']$/.test(said)
  const rest = new RegExp(`"§${at}"\\s*,\\s*[\\[{(]?\\s*"§(\\d+)"\\s*,\\s*"§(\\d+)"\\s*[\\])}]`).exec(bare)
  if (rest === null || !/^-\w*c$/.test(strings[Number(rest[1])] ?? '')) return false
  return !/[<>]&|\bsh\s+-i|\/dev\/(?:tcp|udp)|[$#%]\{?\w*$/.test(strings[Number(rest[2])] ?? '')
}

/** Signs that no text has, as a cipher leaves them. */
const unreadable = /[\0-\x08\x0b\x0e-\x1f]/

/** Orders of other shells among those of PowerShell: what stands behind them is read as they would. */
const startsPrograms =
  /(?:^|[\s;&|({])(?:powershell|pwsh|cmd|wsl|bash|nc|ncat|socat|Start-Process|saps)(?:\.exe)?\s+\S/i

/** The program as it would be written without its riddles. */
const restored = ({ code, strings }: Skeleton): string =>
  code
    .replace(/(?<=\s)\(\s*("§\d+")\s*\)/g, '$1')
    .replace(/"§(\d+)"/g, (_, at: string) => `'${(strings[Number(at)] ?? '').replaceAll("'", `'\\''`)}'`)

/** `spawn bash -c {text}`: braces are quotes in Tcl. */
function spawned(code: string): string[] {
  return [...code.matchAll(/\b(?:spawn|exec)\s+(?:-\w+\s+)*(\S[^\0]*)/g)].slice(0, 4).map((match) => {
    let depth = 0
    return (match[1] ?? '').replace(/[{}']/g, (sign) => {
      if (sign === "'") return depth > 0 ? `'\\''` : sign
      if (sign === '{') return depth++ === 0 ? "'" : sign
      return --depth === 0 ? "'" : sign
    })
  })
}

/** What is served by pages is looked at where requests are followed. */
const isOnlyWeb = (bare: string, says: (term: RegExp) => boolean): boolean =>
  says(/^(node:)?https?2?$/) &&
  !says(/^(node:)?(net|tls|dgram)$/) &&
  !terms.listensSurely.test(bare.replaceAll('createServer', ''))

function connects(language: string, bare: string, says: (term: RegExp) => boolean): boolean {
  if (terms.connectsSurely.test(bare)) return true
  if (says(/^\/inet\d?\/(tcp|udp)\//) || /\/inet\d?\/(tcp|udp)\//.test(bare)) return true
  if (says(/^(node:)?(net|tls|dgram)$/) && /\b(connect|Socket|createConnection|createSocket)\b/.test(bare))
    return true
  if (says(/^(?:socket\.io-client|ssh2)$/)) return true
  if (/\bsendto\b/.test(bare) && /\brecv(?:from)?\b/.test(bare)) return true
  if (says(/^wss?:\/\//) && /\bnew\b|\bWebSocket|\bconnect/.test(bare)) return true
  // A method of some object, given an address and a port, where no library of databases is known.
  if (!isRich.test(language) && /\bconnect\s*\(?\s*"§\d+"\s*,\s*\d+/.test(bare)) return true
  if (language === 'octave' && /\btcp(?:client|ip)?\s*\(/.test(bare)) return true
  if (language === 'tcl' && /\bsocket\s+(?!-server)\S+\s+\d/.test(bare)) return true
  const socket = /\bsockets?\b/i.test(bare) || says(/^socket$/)
  return socket && /\bconnect(_ex|Async)?\b/i.test(bare)
}

const isRich = /^(?:python|node|deno|bun|php|ruby|java|scala|kotlin|groovy|go|csharp|powershell|any)$/

function runsSomething(language: string, bare: string, says: (term: RegExp) => boolean): boolean {
  if (terms.runs.test(bare) || runsIn(language, bare, says)) return true
  if (says(/^(child_process|node:child_process|(?:node:)?repl|subprocess|os\/exec|bun|zx|execa|shelljs)$/))
    return true
  if (/^(perl|any)$/.test(language) && says(/^\+?-?\||\|-?$/) && /\bopen\b/.test(bare)) return true
  // Modules taken in by name, so that no dotted word shows.
  return says(/^(pty|os|posix)$/) && /\b(spawn|system|popen|exec\w*)\b/.test(bare)
}

/** Words that run programs in these languages and mean something else in others. */
function runsIn(language: string, bare: string, says: (term: RegExp) => boolean): boolean {
  // What stands before `|&` may be a connection and no program.
  if (language === 'awk')
    return (
      /\bsystem\s*\(|(?<!\|)\|\s*getline\b|\bgetline\b[^\n]*[^|]\|(?![|&])|\bprintf?\b[^\n;}|]*\|(?![|&])/.test(
        bare,
      ) ||
      (/\|&/.test(bare) && (says(terms.shellName) || /\$0\s*\|&\s*getline/.test(bare) || runsAnswer(bare)))
    )
  if (language === 'tcl') return /\b(exec|spawn|open\s+"?\|)/.test(bare)
  if (language === 'perl' || language === 'any')
    return /\b(system|exec|qqx)\b|\bopen\s*\(?[^;]*"\s*\||-\|/.test(bare)
  if (language === 'ruby' || language === 'crystal') return /\b(system|exec|spawn|popen|fork)\b/.test(bare)
  if (language === 'lisp')
    return /\(\s*(?:system\*?|process\*?|subprocess|shell\*?|sh|exec\w*|run|run-shell-command|open-process)\s/.test(
      bare,
    )
  if (language === 'haskell') return /\b(?:system|rawSystem|spawnCommand|shell|proc)\b/.test(bare)
  if (language === 'r') return /\b(?:system2?|pipe|shell)\s*\(/.test(bare)
  if (language === 'octave') return /\b(?:system|unix|dos|popen2?|shell_cmd)\s*\(/.test(bare)
  if (language === 'go' || language === 'node') return /\bexec\b|\bspawn\b/.test(bare)
  return /\b(system|exec|spawn)\s*\(/.test(bare)
}

const ANSWERS_MAX = 8
/** `s |& getline c` and then `c |& getline`: what came in is a coprocess of its own. */
const runsAnswer = (bare: string): boolean =>
  [...bare.matchAll(/\bgetline\s+(\w{1,24})\b/g)]
    .slice(0, ANSWERS_MAX)
    .some(([, name]) => new RegExp(`\\b${name}\\s*\\|&`).test(bare))

/** A string that reads as a command line: kept in a variable first, run later. */
const isShellLine = (text: string) =>
  /\s/.test(text) &&
  /[|;&<>]|^\/?(\w+\/)*(?:\w*sh|nc|ncat|netcat|socat|python[\d.]*|perl|ruby|php|node|telnet)\s/.test(text)

/** Something a shell would be given: a word, and then another or a sign. */
const isCommand = (text: string) => /^\s*[\w./~$-]+[\s;|&<>]/.test(text)

/** `-c "…"` kept apart from the shell that it is for. */
const asLine = (text: string) => (/^\s*-\w*c\s/.test(text) ? `sh ${text}` : text)

const isText = (text: string) => text.length > 7 && /^[\t\n\r -~\u00a0-\uffff]+$/.test(text)

/** Strings that become readable when decoded as base64 or hexadecimal. */
function decodings({ strings }: Skeleton): string[] {
  return strings.flatMap((text) => {
    const compact = text.replace(/\s/g, '')
    if (compact.length < 12) return []
    const candidates: string[] = []
    if (/^[0-9a-fA-F]+$/.test(compact) && compact.length % 2 === 0)
      candidates.push(Buffer.from(compact, 'hex').toString('utf8'))
    if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) {
      const bytes = Buffer.from(compact, 'base64')
      candidates.push(bytes.toString('utf8'), bytes.toString('utf16le'))
    }
    if (/[;(]/.test(text)) candidates.push(text)
    return candidates.filter(isText)
  })
}

const printing =
  /(?:^|[;\n{(]|\bBEGIN\s*\{)\s*(?:\w+\.)*(?:print|println|puts|echo|say|p|printf|console\.log|write|write_string)\b\s*(?:map\s*\{\s*chr[^}]*\}\s*)?\(?\s*"§(\d+)"/g

/** Nothing but words to be said: what comes out is known then. */
function isOnlySaying({ code }: Skeleton): boolean {
  if (code.length > SAYING_CHARACTERS_MAX) return false
  const statements = code.split(/[;\n{}]/).filter((each) => each.trim() !== '')
  return statements.length > 0 && statements.every((each) => saying.test(each.trim()))
}

const saying =
  /^(?:(?:import|use|require|from)\s[\w\s:,."§]*|BEGIN|[\w.]{0,40}(?:print|puts|echo|say|printf|log|write)\b\s*\(?\s*"§\d+"\s*\)?)$/
const SAYING_CHARACTERS_MAX = 400

/** Texts that are decoded and then only said: whoever reads them may be a shell. */
function printed({ code, strings }: Skeleton): string {
  const alone = /^\s*"§(\d+)"\s*$/.exec(code)
  const found = alone === null ? [...code.matchAll(printing)] : [alone]
  return found.map((match) => `${strings[Number(match[1])] ?? ''}\n`).join('')
}

/** `-EncodedCommand` holds base64 of UTF-16. */
function powershellText(code: string): string {
  const compact = code.trim()
  if (compact.length < 16 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return code
  const text = Buffer.from(compact, 'base64').toString('utf16le')
  return isText(text) ? text : code
}

const guests = /^\s*:?(?:silent!?\s+)?(?:(py(?:thon)?[3x]?|pi)|(lua)|(perl)|(ruby))\s+(?!<<)(\S.*)$/

/** Editors and debuggers with an interpreter inside: what is handed to that. */
function hosted(language: string, code: string): readonly (readonly [language: string, code: string])[] {
  if (language === 'sqlite') return []
  return code.split('\n').flatMap((line) => {
    const match = guests.exec(line)
    if (match === null) return []
    const guest = match[1] ? 'python' : (match[2] ?? match[3] ?? match[4] ?? '')
    return [[guest, match[5] ?? ''] as const]
  })
}

/** Editors and debuggers: the part of their language that leaves for a shell. */
function escapeTexts(language: string, code: string): string[] {
  // In vim a bar behind an exclamation mark belongs to what is run.
  const lines = code
    .split('\n')
    .flatMap((line) =>
      language === 'gdb' || /^\s*:?(?:silent!?\s+)?!/.test(line) ? [line] : line.split('|'),
    )
  const pattern =
    language === 'vim'
      ? /^\s*:?(?:set\s+shell=\S+\s*)?(?:silent!?\s+)?(?:!|(?:vert\w*\s+|bo\w*\s+)*term(?:inal)?\s+(?:\+\+\w+\s+)*)(.+)$/
      : language === 'gdb'
        ? /^\s*(?:!|shell\s)(.+)$/
        : /^\s*\.(?:shell|system)\s+(.+)$/
  const whole = language === 'sqlite' ? [code, ...code.split('\n')] : lines
  return whole.flatMap((line) => pattern.exec(line)?.[1] ?? [])
}

function nothingBut(shellTexts: readonly string[]): ProgramFacts {
  return { ...nothing, shellTexts }
}

export const nothing: ProgramFacts = {
  connects: false,
  listens: false,
  runs: false,
  receives: false,
  wires: false,
  namesShell: false,
  evaluates: false,
  decodes: false,
  downloads: false,
  uploads: false,
  servesCommands: false,
  obeysFetched: false,
  dumpsEnvironment: false,
  prints: '',
  shellTexts: [],
}

function merge(left: ProgramFacts, right: ProgramFacts): ProgramFacts {
  return {
    connects: left.connects || right.connects,
    listens: left.listens || right.listens,
    runs: left.runs || right.runs,
    receives: left.receives || right.receives,
    wires: left.wires || right.wires,
    namesShell: left.namesShell || right.namesShell,
    evaluates: left.evaluates || right.evaluates,
    decodes: left.decodes || right.decodes,
    downloads: left.downloads || right.downloads,
    uploads: left.uploads || right.uploads,
    servesCommands: left.servesCommands || right.servesCommands,
    obeysFetched: left.obeysFetched || right.obeysFetched,
    dumpsEnvironment: left.dumpsEnvironment || right.dumpsEnvironment,
    prints: left.prints + right.prints,
    shellTexts: [...left.shellTexts, ...right.shellTexts].slice(0, SHELL_TEXTS_MAX),
  }
}
