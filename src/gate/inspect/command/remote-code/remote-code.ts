import type { Finding } from '../../../finding.ts'
import { aProgram, type CommandDetector, finding, none, ofEach, shown, together } from '../detector.ts'
import { addressOf, isDownload, isInterpreter } from '../network.ts'
import { placeOf } from '../paths.ts'
import { isShell, shellWords } from '../shell/interpreters.ts'
import { sourcesOf, upstreamOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Program, type Reading } from '../shell/model.ts'
import { byWindows, isOfWindows } from './windows.ts'

const NAME = 'remote-code'

/** Code that nobody here has read: fetched and run, or hidden and run. */
export const remoteCode: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.programs, ofProgram, reading),
    ),
}

const decoders =
  /^(base64|gbase64|base32|xxd|openssl|gpg|uudecode|rev|tr|gunzip|zcat|gzip|bzip2|xz|uncompress)$/

/** What runs code that it is handed; anything else is of interest for its path, or for having been hidden. */
const runsCode = (name: string) =>
  isInterpreter(name) || /^(eval|source|\.|g?xargs)$/.test(name) || isOfWindows(name) || expression.test(name)

/** PowerShell's own, where the shell is one. */
const expression = /^(?:iex|invoke-expression)$/i

function ofInvocation(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, path, decoding } = invocation
  if (decoding.length === 0 && !path.includes('/') && !hasMarker(path) && !runsCode(name)) return none
  const findings: Finding[] = []
  if (invocation.decoding.length > 0 && !isPlainText(invocation)) {
    const how = [...new Set(invocation.decoding)].join(', ')
    findings.push(finding(NAME, 'code.decoded', 'high', `${shown(invocation.name)} was hidden by ${how}`))
  }
  const sources = codeSources(invocation, reading)
  const download = sources.find(isDownload)
  const decoder = sources.find((source) => decoders.test(source.name) && isDecoding(source))
  if (download !== undefined && decoder !== undefined)
    findings.push(
      finding(
        NAME,
        'code.fetched-decoded',
        'critical',
        `${invocation.name} runs what ${download.name} fetched and ${decoder.name} decoded`,
      ),
    )
  else if (download !== undefined) findings.push(fetched(invocation, download))
  else if (decoder !== undefined)
    findings.push(
      finding(NAME, 'code.decoded-unknown', 'high', `${invocation.name} runs what ${decoder.name} decoded`),
    )
  findings.push(...fetchedFile(invocation, reading), ...byWindows(invocation))
  return findings
}

/** Hiding `echo hello` is odd but no harm. */
function isPlainText({ name }: Invocation): boolean {
  return /^(echo|printf|cat|ls|date|pwd|whoami|id|true|test|\[)$/.test(name)
}

function isDecoding({ name, args }: Invocation): boolean {
  if (name === 'xxd') return args.some((arg) => /^-.*r/.test(arg))
  if (/^(gunzip|zcat|gzip|bzip2|xz|uncompress|tr)$/.test(name)) return false
  return (
    name === 'rev' || name === 'uudecode' || args.some((arg) => /^-\w*[dD]|^--decode|^-base64$/.test(arg))
  )
}

/** Programs whose output this invocation would run as code. */
function codeSources(invocation: Invocation, reading: Reading): readonly Invocation[] {
  const { name, args, path } = invocation
  if (hasMarker(path)) return sourcesOf(path, reading)
  if (name === 'eval' || name === 'source' || name === '.') {
    const words = args.join(' ')
    const viaFile = args[0]?.startsWith('/dev/fd/') || args[0] === '/dev/stdin'
    return viaFile ? upstreamOf(invocation, reading) : sourcesOf(words, reading)
  }
  if (name === 'xargs' || name === 'gxargs') return isObeying(args) ? upstreamOf(invocation, reading) : []
  if (expression.test(name)) return args.length === 0 ? upstreamOf(invocation, reading) : []
  if (!isInterpreter(name)) return []
  if (isShell(name)) {
    const words = shellWords(args)
    // Only a script that is the output itself: `sh -c "echo $(curl …)"` prints it.
    if (words.script !== undefined)
      return /^\s*\uE000\d+\uE001/.test(words.script) ? sourcesOf(words.script, reading) : []
    if (words.file?.startsWith('/dev/fd/')) return upstreamOf(invocation, reading)
    if (!words.readsStdin || invocation.input !== undefined) return []
    return upstreamOf(invocation, reading)
  }
  const inline = args.find((arg) => hasMarker(arg))
  if (inline !== undefined && /^\s*\uE000\d+\uE001\s*$/.test(inline)) return sourcesOf(inline, reading)
  const files = args.filter((arg) => !arg.startsWith('-') || arg === '-')
  const readsStdin =
    args.length === 0 || files[0] === '-' || files[0] === '/dev/stdin' || files[0]?.startsWith('/dev/fd/')
  return readsStdin && invocation.input === undefined ? upstreamOf(invocation, reading) : []
}

/** `xargs sh -c`, `xargs -I{} bash -c '{}'`: what comes in is the code. */
function isObeying(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => isInterpreter(arg.split('/').at(-1) ?? ''))
  if (at < 0) return false
  const rest = args.slice(at + 1).filter((arg) => arg !== '--')
  return /^-\w*[ce]$/.test(rest[0] ?? '') && (rest.length === 1 || rest[1] === '{}')
}

const rawAddress =
  /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]|0x[0-9a-f]+|\d{8,10})(?:[:/]|$)/i
const throwaway =
  /(pastebin\.com|paste\.ee|hastebin|ix\.io|sprunge\.us|termbin|dpaste|ghostbin|rentry\.co|transfer\.sh|file\.io|0x0\.st|anonfiles|gofile|bashupload|catbox\.moe|ngrok|trycloudflare\.com|serveo|loca\.lt|bit\.ly|tinyurl|t\.co\/|is\.gd|cutt\.ly|discordapp|onion|duckdns|webhook\.site|pipedream|requestbin|interact\.sh|oast\.|burpcollaborator)/i

/** Hosts that serve one project's own installer and nothing that a stranger put there. */
const installers =
  /^https:\/\/(sh\.rustup\.rs|static\.rust-lang\.org|get\.docker\.com|astral\.sh|install\.python-poetry\.org|bootstrap\.pypa\.io|deb\.nodesource\.com|rpm\.nodesource\.com|get\.helm\.sh|get\.k3s\.io|bun\.sh|deno\.land|get\.pnpm\.io|dl\.yarnpkg\.com|nixos\.org|install\.determinate\.systems|codecov\.io|cli\.codecov\.io|uploader\.codecov\.io|fly\.io|get\.volta\.sh|get\.sdkman\.io|pyenv\.run|mise\.run|starship\.rs|cli\.github\.com|aka\.ms|apt\.llvm\.org|sdk\.cloud\.google\.com|clis\.cloud\.ibm\.com|foundry\.paradigm\.xyz|get\.pulumi\.com|taskfile\.dev|just\.systems|www\.npmjs\.com|ollama\.com|claude\.ai)(\/|$)/

function fetched(invocation: Invocation, download: Invocation): Finding {
  const address = addressOf(download)
  const summary = `${shown(invocation.name)} runs what ${download.name} fetches`
  if (
    rawAddress.test(address) ||
    throwaway.test(address) ||
    /^(dig|nslookup|host|ftp|tftp|smbclient)$/.test(download.name)
  )
    return finding(NAME, 'code.fetched-suspect', 'critical', `${summary} from ${shown(address)}`)
  if (address.startsWith('http://'))
    return finding(NAME, 'code.fetched-plain', 'high', `${summary} over an open connection`)
  return fetchedFrom(address, summary)
}

function fetchedFrom(address: string, summary: string): Finding {
  const isKnown = installers.test(address)
  return finding(
    NAME,
    isKnown ? 'code.installer' : 'code.fetched',
    isKnown ? 'low' : 'medium',
    `${summary} from ${shown(address)}`,
  )
}

/** `powershell -c "irm https://host/install.ps1 | iex"`: what `curl … | sh` is elsewhere, and measured as that. */
function fetchedOpenly({ language, code, decoding, by }: Program): string | undefined {
  if (language !== 'powershell' || decoding.length > 0) return undefined
  if (unseen.test([...(by?.args ?? []), code].join(' '))) return undefined
  const [address, ...more] = code.match(/\bhttps?:\/\/[^\s'"()|;]+/gi) ?? []
  if (address === undefined || more.length > 0 || !address.startsWith('https://')) return undefined
  return rawAddress.test(address) || throwaway.test(address) ? undefined : address
}

/** `-WindowStyle Hidden`, in any of its spellings. */
const unseen = /(?:^|\s)-w[a-z]*[\s:=]*['"]?(?:h|1\b)/i

/** `curl -o /tmp/x URL; chmod +x /tmp/x; /tmp/x`. */
function fetchedFile(invocation: Invocation, reading: Reading): readonly Finding[] {
  const file = runFileOf(invocation)
  if (file === undefined) return []
  if (file.startsWith('/dev/fd/')) return []
  const download = reading.invocations.find(
    (each) =>
      each.order < invocation.order &&
      /^(curl|wget|aria2c|fetch|scp|ftp|tftp|certutil|Invoke-WebRequest|iwr|nc|ncat|netcat|socat|telnet)$/.test(
        each.name,
      ) &&
      savedAs(each).some((path) => sameFile(path, file)),
  )
  if (download === undefined) return passedOn(invocation, file, reading)
  const address = addressOf(download)
  const isHidden = placeOf(file) === 'temporary' || /(^|\/)\.[^/.]/.test(file)
  const isSuspect = rawAddress.test(address) || throwaway.test(address)
  const severity = isSuspect ? 'critical' : isHidden || address.startsWith('http://') ? 'high' : 'medium'
  const fact = isSuspect ? 'code.fetched-suspect' : isHidden ? 'code.fetched-hidden' : 'code.fetched-file'
  return [finding(NAME, fact, severity, `runs ${shown(file)}, fetched by ${download.name}`)]
}

/** `curl … | tee x; sh x`, `base64 -d > x; ./x`: what a pipe put into the file. */
function passedOn(invocation: Invocation, file: string, reading: Reading): readonly Finding[] {
  const bare = file.replace(/^\.\//, '')
  const writers = reading.paths.writersOf(file)
  for (const writer of bare === file ? writers : [...writers, ...reading.paths.writersOf(bare)]) {
    if (writer.order >= invocation.order || writer === invocation) continue
    const chain = [writer, ...upstreamOf(writer, reading)]
    const download = chain.find(isDownload)
    if (download !== undefined && download !== writer) return [fetched(invocation, download)]
    if (writer.input === undefined && decoders.test(writer.name) && isDecoding(writer))
      return [finding(NAME, 'code.decoded-unknown', 'high', `${shown(file)} is what ${writer.name} decoded`)]
  }
  return []
}

function runFileOf({ name, path, args }: Invocation): string | undefined {
  if (path.includes('/')) return path
  if (!isInterpreter(name)) return undefined
  const file = isShell(name) ? shellWords(args).file : args.find((arg) => !arg.startsWith('-'))
  return file
}

function savedAs({ name, args, streams }: Invocation): readonly string[] {
  const paths = streams.stdout.kind === 'file' ? [streams.stdout.path] : []
  args.forEach((arg, index) => {
    const next = args[index + 1] ?? ''
    if (
      /^(-o|--output|--output-document|-\w*[oO]|-OutFile)$/.test(arg) &&
      !(name === 'curl' && /O$/.test(arg))
    )
      paths.push(next)
    const joined = /^(?:--output(?:-document)?=|-[oO])(.+)$/.exec(arg)
    if (joined?.[1] !== undefined) paths.push(joined[1])
  })
  if (
    paths.length === 0 &&
    (name === 'wget' || args.some((arg) => /^-\w*O/.test(arg) || arg === '--remote-name'))
  ) {
    const last = addressOf({ args } as Invocation)
      .split(/[?#]/)[0]
      ?.split('/')
      .at(-1)
    if (last) paths.push(last)
  }
  if (name === 'scp' || name === 'tftp') paths.push(args.at(-1) ?? '')
  const folder = folderOf(args)
  return folder === undefined
    ? paths
    : paths.map((path) => (path.startsWith('/') ? path : `${folder}/${path}`))
}

/** `wget -P /tmp`, `curl --output-dir /tmp`. */
function folderOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => /^(-P|--directory-prefix|--output-dir)$/.test(arg))
  const folder =
    at >= 0
      ? args[at + 1]
      : /^(?:-P|--directory-prefix=|--output-dir=)(.+)$/.exec(
          args.find((arg) => /^(-P.|--(directory-prefix|output-dir)=)/.test(arg)) ?? '',
        )?.[1]
  return folder?.replace(/\/+$/, '')
}

function sameFile(left: string, right: string): boolean {
  const plain = (path: string) => path.replace(/^\.\//, '')
  return left !== '' && plain(left) === plain(right)
}

function ofProgram(program: Program): readonly Finding[] {
  const { facts, language, decoding, code } = program
  const findings: Finding[] = []
  if (facts.evaluates && facts.downloads) {
    const address = fetchedOpenly(program)
    const summary = `${aProgram(language)} runs what it fetches`
    findings.push(
      address === undefined
        ? finding(NAME, 'code.fetched-suspect', 'critical', summary)
        : fetchedFrom(address, summary),
    )
  }
  if (language === 'powershell' && facts.downloads && facts.runs && !facts.evaluates)
    findings.push(
      finding(
        NAME,
        'code.fetched-file',
        /http:\/\/|\d{1,3}(\.\d{1,3}){3}/.test(code) ? 'high' : 'low',
        'a powershell program starts what it fetches',
      ),
    )
  if (decoding.length > 0)
    findings.push(
      finding(NAME, 'code.decoded', 'high', `${aProgram(language)} was hidden by ${decoding.join(', ')}`),
    )
  return findings
}
