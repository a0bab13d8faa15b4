// Texts of cmd and PowerShell. A shell that reads them takes their backslashes for signs of its own, so they are read
// here as they stand: roughly, because nothing is run, and what was written to deceive is judged by what it names.

/** One order: its program in small letters without its place and `.exe`, its words, and all of it as one line. */
export type WindowsStatement = {
  readonly name: string
  readonly args: readonly string[]
  /** Name and words in small letters, slashes as Windows writes them. */
  readonly line: string
  /** The same with what stood before: a variable, another program. */
  readonly whole: string
}

export const STATEMENTS_MAX = 400
const TEXT_CHARACTERS_MAX = 32_768
const VARIABLES_MAX = 64
const LINE_CHARACTERS_MAX = 4_096
/** Interpreters inside interpreters. */
const DEPTH_MAX = 2

const marks =
  /[A-Za-z]:\\|%[A-Za-z]\w+%|\$env:|\bat \\\\|\bHK(?:LM|CU|CR|U|EY_\w+)[:\\]|\\\\[\w.$?-]+\\|\.exe\b|\b[A-Z][a-z]+-[A-Z][A-Za-z0-9]+\b|\[[A-Z][\w.]+\](?:::|\.)|\$\w+\s*=\s|\.\\\w/
const programs =
  /(?:^|[;|{(&]\s*)(?:cmd(?:\.exe)?\s+\/[a-z](?::\w+)?|(?:get|set|new|add|remove|invoke|start|stop|copy|import|export|out|register|enable|disable|clear|send|select|initialize|format|uninstall)-[a-z]+|powershell|pwsh|reg|sc|net1?|schtasks|cmdkey|vaultcmd|wmic|ntdsutil|vssadmin|netsh|rundll32|wevtutil|fsutil|certutil|esentutl|bitsadmin|auditpol|attrib|wbadmin|diskshadow|dsadd|dsmod|bcdedit|mofcomp|icacls|takeown|findstr|dsrm|bootsect|forfiles|gci|ri|wsl|pktmon|mimikatz|rubeus|taskkill|xcopy|robocopy|fltmc|setx|appcmd|certreq|psexec|reagentc|rpcping|winrm|dsdbutil|tscon|makecab|regsvr32|mshta|cipher|diskpart|manage-bde|sdelete\d*|for(?=\s+\/[ldfr]\s)|(?:del|erase|rd|rmdir|format)(?=\s+(?:\/|[a-z]:)))(?:\s|$)/im

/** One of these is in every text that has a mark; most texts have none, and a few signs are soon looked for. */
const mayHaveMark = /[\\%$[]|HK|\.exe|-[A-Z]/

/** Whether a text may be one of cmd or PowerShell. */
export function isWindowsText(text: string): boolean {
  const start = text.length > TEXT_CHARACTERS_MAX ? text.slice(0, TEXT_CHARACTERS_MAX) : text
  return (mayHaveMark.test(start) && marks.test(start)) || programs.test(start)
}

export function windowsStatements(text: string, depth = 0): readonly WindowsStatement[] {
  const variables = new Map<string, string>()
  const found: WindowsStatement[] = []
  const whole = text.slice(0, TEXT_CHARACTERS_MAX).replace(/[`^]\r?\n\s*/g, ' ')
  for (const words of split(whole)) {
    if (found.length >= STATEMENTS_MAX) break
    const filled = words.map((word) =>
      word.replace(/\$\{?(\w+)\}?/g, (all, name) => variables.get(name.toLowerCase()) ?? all),
    )
    const [first = '', second = '', ...rest] = filled
    if (/^\$\w/.test(words[0] ?? '') && second === '=') {
      const name = (words[0] ?? '').slice(1).toLowerCase()
      const value = rest.join(' ')
      if (variables.size < VARIABLES_MAX && value.length < LINE_CHARACTERS_MAX) variables.set(name, value)
      // `$x = $(net use …)`: the brackets have parted their sign from what it stands for.
      const order = /^[$@&]$/.test(rest[0] ?? '') ? rest.slice(1) : rest
      if (order.length > 0) found.push(statement(order, filled))
    } else if (first !== '') found.push(statement(loopBody(filled), filled))
    const inner = handedOn(filled)
    if (inner !== undefined && depth < DEPTH_MAX) found.push(...windowsStatements(inner, depth + 1))
  }
  return found.slice(0, STATEMENTS_MAX)
}

/** `cmd /c "reg save …"`, `powershell -c "…"`: a text in quotes that another of them reads. */
function handedOn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => interpreters.test(nameOf(word)))
  const from = at < 0 ? -1 : words.findIndex((word, index) => index > at && /^[^\s/-]\S*\s/.test(word))
  // A quote inside ends it early: what follows belongs to it still.
  return from < 0 ? undefined : words.slice(from).join(' ')
}

const interpreters = /^(cmd|powershell|pwsh|%comspec%)$/

/** `for /d %i in (C:\Users\*) do rd /s /q %i` does that to each of the words in between. */
function loopBody(words: readonly string[]): readonly string[] {
  if (words[0]?.toLowerCase() !== 'for') return words
  const [from, to] = [words.indexOf('in'), words.indexOf('do')]
  return from > 0 && to > from && to < words.length - 1
    ? [...words.slice(to + 1), ...words.slice(from + 1, to)]
    : words
}

/** What stands before the program that is meant: `cmd /c`, `start /b`, `call`, `sudo`, `powershell -c`. */
const before =
  /^(cmd|powershell|pwsh|start|call|start-process|invoke-expression|iex|psexec(64)?|sudo|runas|saps)$/

function statement(words: readonly string[], all: readonly string[]): WindowsStatement {
  let at = 0
  while (at < words.length - 1 && before.test(nameOf(words[at] ?? ''))) {
    const own = nameOf(words[at] ?? '')
    at++
    while (at < words.length - 1 && /^[-/\\]/.test(words[at] ?? '')) at++
    if (own === 'psexec' || own === 'psexec64') break
  }
  const name = nameOf(words[at] ?? '')
  const args = words.slice(at + 1)
  return { name, args, line: plain([name, ...args]), whole: plain(all) }
}

function plain(words: readonly string[]): string {
  const line = words.join(' ').slice(0, LINE_CHARACTERS_MAX).toLowerCase()
  return line.replaceAll('/', '\\').replace(/\\{2,}/g, '\\')
}

/** Whether an order, or the text it stands in, is what a pattern describes. */
export function saysSo(pattern: RegExp, { line, whole }: WindowsStatement): boolean {
  return pattern.test(line) || (whole !== line && pattern.test(whole))
}

function nameOf(word: string): string {
  const last = word.slice(Math.max(word.lastIndexOf('\\'), word.lastIndexOf('/')) + 1)
  return last
    .replace(/^[@&.]+/, '')
    .replace(/\.(exe|com|cmd|bat|ps1)$/i, '')
    .toLowerCase()
}

/** Words of each order; quotes hold words together and signs between orders part them. */
function split(text: string): readonly (readonly string[])[] {
  const orders: string[][] = []
  let words: string[] = []
  let word = ''
  let quote = ''
  const endWord = () => {
    if (word !== '') words.push(word)
    word = ''
  }
  const endOrder = () => {
    endWord()
    if (words.length > 0) orders.push(words)
    words = []
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    if (quote !== '') {
      // A backslash before the closing quote is the end of a folder's name far more often than a quote inside.
      if (sign === '\\' && text.charAt(at + 1) === quote && /[^\s;)]/.test(text.charAt(at + 2)))
        word += text.charAt(++at)
      else if (sign === quote) quote = ''
      else word += sign
    } else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '\n' || sign === ';' || sign === '|' || sign === '{' || sign === '}' || sign === '&')
      endOrder()
    else if (sign === '(' || sign === ')' || sign === ',' || sign === ' ' || sign === '\t' || sign === '\r')
      endWord()
    else if (sign === '#' && word === '' && words.length === 0)
      while (at < text.length - 1 && text.charAt(at + 1) !== '\n') at++
    else if (sign === '^' || sign === '`') word += text.charAt(++at)
    else if (sign === '>' && !word.includes('\\')) {
      endWord()
      words.push('>')
    } else word += sign
  }
  endOrder()
  return orders
}
