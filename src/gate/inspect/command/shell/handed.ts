import { handedMarks } from '../shell-marks.ts'

// Whole shells inside a word that a program is handed: by an exploit, a job of a scheduler, a request to a web shell, a
// broker's message. Whoever takes the word runs it; a sentence about such a line does not read as one.

/** Programs whose words are said, searched for or kept, and run by nobody. */
const speakers = new Set(
  'echo printf print grep egrep fgrep zgrep rg ag ack sed gsed awk git gh glab hub svn hg test [ [[ expr case read man info apropos whatis tldr cheat history fc type which help diff cmp comm sort uniq cut tr wc head tail cat tac tee less more mail mutt sendmail logger wall notify-send say figlet cowsay xdg-open open code vi vim nvim nano emacs jq yq yara semgrep sigma falco claude codex gemini aider ollama llm openai pbcopy xclip xsel wl-copy clip export declare local readonly typeset unset set true false : pytest vitest jest mocha bats rspec go cargo find ls stat file jira linear portcullis'.split(
    ' ',
  ),
)

export const isSpeaker = (name: string): boolean => speakers.has(name)

const WORD_CHARACTERS_MIN = 16
const WORD_CHARACTERS_MAX = 8_192
const TEXTS_MAX = 12

export type Handed = { readonly kind: 'shell' | 'page'; readonly text: string }

/** Texts in the words of a program, or in what it sends on, that would open a shell where they are run. */
export function handedTexts(
  name: string,
  args: readonly string[],
  sent: string | undefined,
): readonly Handed[] {
  let found = none
  // A whole command in quotes, where a program's name should stand.
  if (name.includes(' ') && isWorthALook(name)) found = textsIn(name)
  if (!speakers.has(name))
    for (const [at, word] of args.entries())
      if (isWorthALook(word)) found = [...found, ...textsIn(word)]
      else if (word.includes(' ')) {
        const text = orders.test(args[at - 1] ?? '') ? word : ordered.exec(word)?.[1]
        if (text !== undefined) found = [...found, { kind: 'shell', text }]
      }
  if (sent !== undefined && isWorthALook(sent)) found = [...found, ...textsIn(sent)]
  return found.length > TEXTS_MAX ? found.slice(0, TEXTS_MAX) : found
}

/** Options whose word is a command, of whatever program: `--run`, `--health-cmd`, `--rsh-command`. */
const orders = /^--?(?:[\w-]+-)?(?:command|cmd|exec|run|hook|rsh)$/

/** The same in one word: `--rsh-command=text`, `APT::Update::Pre-Invoke::=text`. */
const ordered = /^-{0,2}(?:[\w:.]+-)?(?:command|cmd|exec|run|hook|rsh|invoke|filter)(?:::)?=(.+)$/is

const none: readonly Handed[] = []

/** Whether a word may be what one of the questions here looks for, of whatever program. */
export function mayBeHanded(word: string): boolean {
  const head = lastOf(word)
  return (
    isHead(head) ||
    orders.test(word) ||
    ordered.test(word) ||
    bang.test(word) ||
    isWorthALook(word) ||
    holdsCommand(word)
  )
}

/** A script, or a description with a shell and its text in a list. */
export const holdsCommand = (word: string): boolean =>
  word.startsWith('#!') || word.includes('=#!') || word.includes('"-c",')

const listed = /\[\s*(?:"?(?:\/\w+)*\/?\w{0,3}sh"?\s*,\s*)?"?-\w*c"?\s*,\s*"((?:[^"\\]|\\.)*)"/g
/** `"postCreateCommand": "text"`, wherever it stands. */
const named = /"[\w.-]*(?:command|cmd|script|run|exec|shell|hook)"\s*:\s*"((?:[^"\\]|\\.)*)"/gi
/** What a field of a task, a step or a resource has a shell run. */
const field =
  /^[ \t]*(?:-[ \t]+)?"?(?:[\w.]+\.)?(?:shell|command|cmd|run|script|inline|ExecStart\w*)"?[ \t]*[:=][ \t]*(\S.*)$/gm

/** One of a list: a step of `script:` or `cmds:`. */
const item = /^[ \t]*-[ \t]+(?![\w.-]+:\s)(\S.*)$/gm

/** Commands in the fields and lists of a configuration that whoever is given it has run. */
export function fieldTexts(text: string): readonly string[] {
  if (text.startsWith('#!')) return [text]
  if (text.includes('=#!')) return [text.slice(text.indexOf('=#!') + 1)]
  const texts = [...text.matchAll(listed), ...text.matchAll(named)].map((match) =>
    unquoted(`"${match[1] ?? ''}"`),
  )
  for (const match of text.matchAll(field)) texts.push(unquoted((match[1] ?? '').trim()))
  if (handedMarks.test(text))
    for (const match of text.matchAll(item))
      if (handedMarks.test(match[1] ?? '')) texts.push(unquoted((match[1] ?? '').trim()))
  return texts.filter((each) => each.includes(' ')).slice(0, TEXTS_MAX)
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text.replace(/^'(.*)'$/s, '$1')
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

function isWorthALook(word: string): boolean {
  if (word.length < WORD_CHARACTERS_MIN || word.length > WORD_CHARACTERS_MAX) return false
  // A line has spaces, or signs that stand for them: most words have neither.
  const isLine = word.includes(' ') || word.includes('%') || word.includes('+') || word.includes('\n')
  return isLine && (handedMarks.test(word) || word.includes('<?'))
}

function textsIn(word: string): readonly Handed[] {
  if (word.includes('<?')) return [{ kind: 'page', text: word.slice(word.indexOf('<?')) }]
  const texts = new Set<string>()
  const tail = /\(\)\s*\{[^}]*\}\s*;\s*(\S.*)$/s.exec(word)?.[1]
  if (tail !== undefined) return [{ kind: 'shell', text: tail }]
  if (word.includes('\n')) {
    for (const line of word.split('\n'))
      if (handedMarks.test(line)) for (const text of inLine(line)) texts.add(text)
  } else for (const text of inLine(word)) texts.add(text)
  if (/[?&=][^\s]*[%+]/.test(word) || /^\w+=[^\s]*[%+]/.test(word))
    for (const part of word.split(/[?&]/)) {
      const text = decoded(part.slice(part.indexOf('=') + 1))
      if (handedMarks.test(text)) texts.add(text)
    }
  return [...texts].map((text) => ({ kind: 'shell', text: withoutFolders(text) }) as const)
}

/** A line, and in it whatever a name, a time, a call or a field is given. */
function inLine(line: string): readonly string[] {
  const texts = /\s/.test(line) ? [line.replace(/^\s*[;|&]+/, '').replace(/^%\((.*)\)$/, '$1')] : []
  const bracketed = line.includes(']=') ? /\[(=+)\[(.+)\]\1\]/.exec(line)?.[2] : undefined
  if (bracketed !== undefined) texts.push(bracketed)
  const said = /^\s*(?:-\s+)?[\w.:-]*[\w.-]\s*[=:]\s*(\S.*)$/.exec(line)?.[1]
  if (said !== undefined) texts.push(said.replace(/^[=:]*\s*/, ''))
  const timed = /^\s*(?:[\d*/,-]+\s+){5}(\S.*)$/.exec(line)?.[1]
  if (timed !== undefined) texts.push(timed)
  for (const match of line.matchAll(/(["'])((?:(?!\1)[^\\]|\\.)*)\1/g)) {
    const text = (match[2] ?? '').replace(/\\(.)/g, '$1')
    if (handedMarks.test(text)) texts.push(text)
  }
  return texts
}

/** A shell that reads `C:\\Temp\\nc.exe` would take its backslashes away: its last part is what counts. */
export const withoutFolders = (text: string): string =>
  text.includes(':\\') ? text.replace(/[A-Za-z]:\\(?:[\w.$-]+\\)*/g, '') : text

const shellHeads = new Set('sh bash dash zsh ksh ash python python3 python2 perl ruby php node'.split(' '))
const windowsHead = /^(?:powershell|pwsh|cmd)$/i
const windowsOption = /^(?:\/[ck]|-\w+)$/i
const connecting = new Set('nc ncat netcat nc.traditional socat'.split(' '))
const isHead = (head: string) => shellHeads.has(head) || windowsHead.test(head) || connecting.has(head)
const port = /^\d{2,5}$|:\d{2,5}\b/
const handsOver = /^-\w*[ec]$|^--(?:sh-|lua-)?exec|^(?:exec|system|shell):/i
/** What comes before the command in the words of a program that starts others. */
const HEAD_WORDS_MAX = 12

/** A whole command among the words of a program that nobody has listed: `start-in-jail web1 bash -c '…'`. */
export function handedWords(name: string, args: readonly string[], isOnSocket: boolean): readonly string[] {
  if ((args.length < 3 && !isOnSocket) || speakers.has(name)) return noWords
  const end = Math.min(args.length, HEAD_WORDS_MAX)
  for (let at = 0; at < end; at++) {
    const head = lastOf(args[at] ?? '')
    if (isOnSocket && head.endsWith('sh')) return [head, ...args.slice(at + 1)]
    if (!isHead(head)) continue
    if (shellHeads.has(head) && /^-[a-z]*[cer]$/.test(args[at + 1] ?? '')) return args.slice(at)
    if (windowsHead.test(head) && windowsOption.test(args[at + 1] ?? '')) return args.slice(at)
    if (!connecting.has(head)) continue
    const rest = args.slice(args[at + 1] === '--' ? at + 2 : at + 1)
    // A sentence about such a command names no port.
    if (rest.some((arg) => handsOver.test(arg)) && rest.some((arg) => port.test(arg))) return [head, ...rest]
  }
  return noWords
}

const noWords: readonly string[] = []
/** `nixpkgs#socat` is a program of a store. */
function lastOf(word: string): string {
  const last = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('#'), word.lastIndexOf('\\')) + 1)
  return last.endsWith('.exe') ? last.slice(0, -4) : last
}

const bang = /^(?:--[\w-]+=)?[+:]?\\?!\s*(\w\S*\s.+)$/s

/** Editors, pagers and clients leave for a shell by an exclamation mark, in a word or typed in. */
export function bangTexts(
  name: string,
  args: readonly string[],
  input: string | undefined,
): readonly string[] {
  if (speakers.has(name) && name !== 'less' && name !== 'more') return noWords
  let texts = noWords
  for (const arg of args) {
    if (!arg.includes('!')) continue
    const text = bang.exec(arg)?.[1]
    if (text !== undefined) texts = [...texts, text]
  }
  if (input?.includes('!') === true)
    for (const match of input.matchAll(/^\s*[:]?!\s*(\w\S*\s.+)$/gm))
      if (texts.length < TEXTS_MAX) texts = [...texts, match[1] ?? '']
  return texts
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

const runBySome =
  /^(?:(?:GIT_|MAN|SYSTEMD_|BAT_|DELTA_|AWS_|GH_|PSQL_|TEX)?PAGER|(?:GIT_|GIT_SEQUENCE_|SUDO_|SVN_|HG|GH_|CRONTAB_|KUBE_)?EDITOR|VISUAL|GIT_SSH(?:_COMMAND)?|GIT_EXTERNAL_DIFF|GIT_PROXY_COMMAND|(?:GIT|SSH|SUDO)_ASKPASS|LESSOPEN|LESSCLOSE|(?:RSYNC|CVS|BORG)_RSH|SVN_SSH|BROWSER|PROMPT_COMMAND|BASH_ENV|FZF_DEFAULT_COMMAND|PS4)$/

/** The text of a variable that some program runs as a command when it is needed. */
export function runLater(name: string, value: string): string | undefined {
  if (!runBySome.test(name)) return undefined
  if (name === 'PROMPT_COMMAND' || name === 'BASH_ENV') return value
  return /\s/.test(value) ? value.replace(/^[|&@-]+\s*/, '') : undefined
}
