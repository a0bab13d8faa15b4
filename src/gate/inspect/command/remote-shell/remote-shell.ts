import type { Finding } from '../../../finding.ts'
import { aProgram, type CommandDetector, finding, ofEach, shown, together } from '../detector.ts'
import { givesControl, isDownload, isDuplex, isInterpreter, isNetcat, isUpload } from '../network.ts'
import { obeysInput, sedObeys } from '../shell/given.ts'
import { isShell, languageOf, shellWords } from '../shell/interpreters.ts'
import { downstreamOf, readsSocket, sourcesOf, upstreamOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Program, type Reading } from '../shell/model.ts'
import { exposure } from './exposure.ts'
import { obeyedByWeb, toldByName } from './windows.ts'

const NAME = 'remote-shell'

/** A shell somewhere in the words that are handed over: `sh`, `python -c '…pty.spawn("sh")'`. */
const hasShell = /(?:^|[\s/'"(;&|])(?:ba|da|z|k)?sh(?=$|[\s'")])|\bpty\b/

/** A shell whose input or output is a stranger's connection, whichever way round it was opened. */
export const remoteShell: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.programs, ofProgram, reading),
      ofWindows(reading),
      ofUnits(reading),
    ),
}

const reverse = (summary: string): Finding => finding(NAME, 'shell.reverse', 'critical', summary)
const bind = (summary: string): Finding => finding(NAME, 'shell.bind', 'critical', summary)

function ofInvocation(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name } = invocation
  if (isNetcat(name) && name !== 'socat') return netcat(invocation)
  if (name === 'socat' || name === 'socat1') return socat(invocation)
  if (name === 'socket') return socketProgram(invocation)
  if (isInterpreter(name) || (name === 'cmd' && invocation.args.length === 0))
    return interpreter(invocation, reading)
  if (name === 'script') return terminal(invocation)
  if (invocation.args.some((arg) => /^--?reverse$/i.test(arg))) return toldToReverse(invocation)
  if (name === 'xargs' || name === 'gxargs') return obeysList(invocation, reading)
  if (obeysLines(invocation)) return ofLines(invocation, reading, true)
  if (talksBack.has(name)) return ofLines(invocation, reading, false)
  if (hasMarker(invocation.path)) return remoteWords(invocation, invocation.path, reading)
  return exposure(invocation, reading)
}

/** `script -qc bash /dev/null` keeps no record of anything: it makes a terminal. */
function terminal({ args }: Invocation): readonly Finding[] {
  const isUnrecorded = args.includes('/dev/null')
  return isUnrecorded && args.some(givesControl)
    ? [finding(NAME, 'shell.terminal', 'medium', 'script makes a terminal for a shell')]
    : []
}

/** Told so in a word, with an address and a port: `Invoke-… -Reverse -IPAddress … -Port …`. */
function toldToReverse({ name, args }: Invocation): readonly Finding[] {
  const says = (option: RegExp) => args.some((arg) => option.test(arg))
  return says(/^--?(ip\w*|[lr]?host)$/i) && says(/^--?[lr]?port$/i)
    ? [reverse(`${shown(name)} is told to open a reverse shell`)]
    : []
}

/** Options that hand the connection to a program, alone or at the end of a cluster such as `-lvpe`. */
const handOver = /^(?:-[a-zA-Z]*[ec]|-s|-r|--exec|--sh-exec|--lua-exec|--shell)$/

const servedShell = /^(?:\/(?:\w+\/)*)?(?:ba|da|z|k|a)?sh$/

function netcat({ name, args }: Invocation): readonly Finding[] {
  const isListening = args.some((arg) => /^-[a-zA-Z]*l/.test(arg) || arg === '--listen' || arg === 'listen')
  // With `-i` it serves a login shell of its own to whoever knows the secret.
  if (isListening && name === 'gs-netcat' && args.some((arg) => /^-[a-z]*i/.test(arg)))
    return [bind('gs-netcat gives a shell through a relay')]
  // Of toybox and busybox: what stands behind the port is run for each that comes.
  const served = isListening || args.includes('-L') ? args.find((arg) => servedShell.test(arg)) : undefined
  if (served !== undefined) return [bind(`${name} gives ${shown(served)} to whoever connects`)]
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const inWord = /^(?:--(?:sh-)?exec=|-[ec](?=\/|\w*sh$))(.+)$/.exec(arg)
    if (!inWord && !handOver.test(arg)) continue
    // A cluster may be followed by the port first: any later word that gives control counts.
    const candidates = inWord ? [inWord[1] ?? ''] : args.slice(at + 1)
    const program = candidates.find((word) => givesControl(word) || (/\s/.test(word) && hasShell.test(word)))
    if (program !== undefined) {
      const summary = `${name} hands ${shown(program)} to ${isListening ? 'whoever connects' : 'a remote host'}`
      return [isListening ? bind(summary) : reverse(summary)]
    }
    const other = candidates[0]
    const isHandOver =
      inWord !== null || arg === '-e' || arg.startsWith('--') || (arg === '-c' && other !== undefined)
    const isHarmless =
      /^\s*(echo|printf|cat|date|true|uptime|hostname)\b/.test(other ?? '') && !/[;|`]|\$\(/.test(other ?? '')
    if (
      isHandOver &&
      other !== undefined &&
      !isHarmless &&
      !/^-?\d+$/.test(other) &&
      !other.startsWith('-')
    ) {
      return [
        finding(NAME, 'shell.program-on-socket', 'high', `${name} hands ${shown(other)} to a connection`),
      ]
    }
  }
  return []
}

/** `nc … | xargs -I{} sh -c '{}'`: each line that arrives is an order. */
function obeysList(invocation: Invocation, reading: Reading): readonly Finding[] {
  const at = invocation.args.findIndex((arg) => isShell(arg.split('/').at(-1) ?? ''))
  const script = at < 0 ? undefined : shellWords(invocation.args.slice(at + 1)).script
  const isObeying = at >= 0 && (script === undefined || /\{\}|\$[@*1]|^%$/.test(script))
  const source = isObeying ? upstreamOf(invocation, reading).find(isRemoteEnd) : undefined
  return source === undefined ? [] : [reverse(`each line that comes through ${source.name} is run`)]
}

/** Runs each line that comes in. */
function obeysLines({ name, args }: Invocation): boolean {
  switch (name) {
    case 'sed':
    case 'gsed':
      return sedObeys(args)
    case 'parallel':
      return args.every((arg) => /^-|^\d+$|^\{\}$/.test(arg))
    case 'at':
    case 'batch':
      return !args.includes('-l') && !args.includes('-c')
    case 'make':
    case 'gmake':
      return args.some((arg, at) => /^(?:-|\/dev\/stdin)$/.test(arg) && args[at - 1] === '-f')
    case 'ed':
    case 'red':
    case 'crontab':
      return true
    default:
      return languageOf(name) === 'awk' && args.some((arg) => obeysInput('awk', arg))
  }
}

/** Lets whoever types into it leave for a shell, which they see the answers of. */
const talksBack = new Set('gdb lldb sqlite3 sqlite mysql mariadb psql vim vi ex nvim ftp lftp jdb'.split(' '))

function ofLines(invocation: Invocation, reading: Reading, isSure: boolean): readonly Finding[] {
  const source = upstreamOf(invocation, reading).find(isRemoteEnd)
  if (source === undefined) return []
  if (!isSure && !downstreamOf(invocation, reading).some(isDuplex)) return []
  return [reverse(`${invocation.name} obeys what comes through ${source.name}`)]
}

/** `socket -p PROGRAM host port`, and with `-s` as a server. */
function socketProgram({ args }: Invocation): readonly Finding[] {
  const program = args.find(givesControl)
  if (program === undefined) return []
  const isListening = args.some((arg) => /^-\w*s/.test(arg))
  const summary = `socket hands ${shown(program)} to a connection`
  return [isListening ? bind(summary) : reverse(summary)]
}

const network =
  /^(?:tcp|tcp4|tcp6|udp|udp4|udp6|ssl|openssl|sctp\d?|vsock|socks\w*|proxy|dccp|tun|ws|unix|abstract|dtls|udplite)(?:-?(?:connect|listen|l|recvfrom|sendto|client|datagram|accept|connect))*(?::|$)/i
const program = /^(?:exec|system|shell)(?::|,|$)/i

function socat({ args }: Invocation): readonly Finding[] {
  const addresses = args.filter((arg) => !arg.startsWith('-') || arg.includes(':'))
  const runs = addresses.find((address) => program.test(address))
  const peers = addresses.filter((address) => network.test(address))
  const peer = peers[0]
  if (runs === undefined || peer === undefined) return []
  const isListening = /listen|-l:|recvfrom/i.test(peer)
  const command = runs.replace(/^\w+:/, '').replace(/^['"]/, '')
  const isControl =
    /^shell/i.test(runs) || givesControl(command.split(',')[0] ?? '') || /\b(ba|z|da|k)?sh\b/.test(command)
  if (!isControl)
    return [finding(NAME, 'shell.program-on-socket', 'high', `socat joins ${shown(command)} to a connection`)]
  const summary = `socat joins ${shown(command)} to ${isListening ? 'whoever connects' : 'a remote host'}`
  return [isListening ? bind(summary) : reverse(summary)]
}

function interpreter(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, streams } = invocation
  const readsRemote = streams.stdin.kind === 'socket'
  const writesRemote = streams.stdout.kind === 'socket' || streams.stderr.kind === 'socket'
  if (readsRemote && writesRemote) return [reverse(`${name} talks to ${shown(addressIn(invocation))}`)]
  const words = isShell(name) ? shellWords(args) : undefined
  const isControlled = words === undefined ? args.every((arg) => arg.startsWith('-')) : words.readsStdin
  if (writesRemote && words?.isInteractive === true)
    return [reverse(`an interactive ${name} writes to ${shown(addressIn(invocation))}`)]
  if (readsRemote && isControlled)
    return [reverse(`${name} runs whatever ${shown(addressIn(invocation))} sends`)]
  if (words?.script !== undefined && hasMarker(words.script))
    return remoteWords(invocation, words.script, reading)
  if (!isControlled || invocation.input !== undefined) return []
  if (
    isShell(name) &&
    args.length === 0 &&
    streams.stdin.kind === 'inherited' &&
    sendsAway(invocation, reading)
  )
    return [reverse(`the output of ${name} goes to a remote host`)]
  const sources = upstreamOf(invocation, reading)
  const source = sources.find(isRemoteEnd)
  if (source === undefined) return answersByWeb(invocation, sources, reading)
  const answers = writesRemote || downstreamOf(invocation, reading).some(isDuplex)
  const isListening = source.args.some((arg) => /^-[a-zA-Z]*l|^--listen$/.test(arg))
  const summary = `${name} runs what comes through ${source.name}${answers ? ' and answers there' : ''}`
  return [isListening && answers ? bind(summary) : reverse(summary)]
}

/** `curl …/orders | sh | curl -d @- …`: a shell that talks by web requests. */
function answersByWeb(
  invocation: Invocation,
  sources: readonly Invocation[],
  reading: Reading,
): readonly Finding[] {
  return sources.some(isInbox) && downstreamOf(invocation, reading).some(isOutbox)
    ? [reverse(`${invocation.name} runs what is fetched and sends back what it says`)]
    : []
}

/** `sh | nc host port`: whoever is there reads all that the shell says. */
function sendsAway(invocation: Invocation, reading: Reading): boolean {
  return downstreamOf(invocation, reading).some((each) => isNetcat(each.name) && isDuplex(each))
}

/** Words that arrived over a connection are run as a command. */
function remoteWords(invocation: Invocation, words: string, reading: Reading): readonly Finding[] {
  const sources = sourcesOf(words, reading)
  const isRemote = readsSocket(words, reading) || sources.some(isRemoteEnd)
  if (!isRemote && sources.some(isInbox) && isSentBack(invocation, reading))
    return [reverse('what is fetched is run, and what it says is sent back')]
  return isRemote ? [reverse(`${shown(invocation.name)} is read from a connection and run`)] : []
}

/** What it says goes out again: through a pipe, or as a word of an upload. */
function isSentBack(invocation: Invocation, reading: Reading): boolean {
  if (downstreamOf(invocation, reading).some(isOutbox)) return true
  return reading.invocations.some(
    (each) =>
      isOutbox(each) &&
      each.args.some((arg) => hasMarker(arg) && sourcesOf(arg, reading).includes(invocation)),
  )
}

/** Waits for what others say, line by line. */
function isSubscribed({ name, args }: Invocation): boolean {
  switch (name) {
    case 'mosquitto_sub':
    case 'amqp-consume':
      return true
    case 'nats':
      return /^(sub|subscribe)$/.test(args[0] ?? '')
    case 'redis-cli':
    case 'valkey-cli':
      return args.some((arg) => /^p?subscribe$/i.test(arg))
    case 'kcat':
    case 'kafkacat':
      return args.includes('-C')
    default:
      return false
  }
}

const takes = /^(receive-message|get-messages|view|pull|b?[lr]pop|brpoplpush|getdel|xread)$/i
const gives = /^(send-message|publish|pub|edit|create|-P|-x|[lr]push|xadd|set)$/i
/** Stores of objects, told to write to standard output or to read standard input. */
const stores = /^(?:aws|gsutil|gcloud|rclone|mc|s3cmd|s5cmd|azcopy)$/
const isCopy = (each: Invocation, at: -1 | -2): boolean =>
  stores.test(each.name) &&
  (each.args.includes(at === -1 ? 'cat' : 'rcat') ||
    (at === -2 && each.args.includes('pipe')) ||
    (each.args.includes('cp') &&
      /^-$|^\/dev\/std(?:in|out)$/.test(each.args.filter((arg) => !arg.startsWith('--')).at(at) ?? '')))
const messengers = /^(?:aws|gcloud|az|gh|nats|redis-cli|valkey-cli|kcat|kafkacat|mosquitto_pub|amqp-publish)$/

/** Brings in what others left for it, by the web or by a queue. */
const isInbox = (each: Invocation): boolean =>
  isDownload(each) ||
  isSubscribed(each) ||
  isCopy(each, -1) ||
  (messengers.test(each.name) && each.args.some((arg) => takes.test(arg)))

/** Says to others what it is given. */
const isOutbox = (each: Invocation): boolean =>
  isUpload(each) ||
  isCopy(each, -2) ||
  (messengers.test(each.name) && (each.name.endsWith('pub') || each.args.some((arg) => gives.test(arg))))

/** Whatever reads a socket passes on a stranger's words, even when the answer goes elsewhere. */
function isRemoteEnd(source: Invocation): boolean {
  return source.streams.stdin.kind === 'socket' || isDuplex(source) || isSubscribed(source)
}

function addressIn({ streams }: Invocation): string {
  for (const endpoint of [streams.stdin, streams.stdout, streams.stderr])
    if (endpoint.kind === 'socket') return endpoint.address
  return 'a connection'
}

/** A shell with nothing to do but listen: the way out of a program that was to do one thing. */
const bareShell = /^\s*\/(usr\/)?(local\/)?bin\/(ba|da|z|k)?sh(\s+-[ipl]+)?\s*$/

/** What a shell that came over a bare connection is given first. */
const opensTerminal = /\bpty\s*\.\s*spawn\b|\bPTY\.spawn\b|\bforkpty\b/

const polls = /\bwhile\s*\(?\s*(?:\$?true|1|True|:)|\bloop\s+do\b|\bfor\s*\(\s*;\s*;|\bsetInterval\b/i
/** Something is run that the text itself does not name: a value, or a shell with one. */
const obeys =
  /\b(?:run\s*\(\s*[a-z_][\w.()]*\s*,\s*shell\s*=\s*True|iex|Invoke-Expression|(?:powershell|pwsh)(?:\.exe)?\s+-\w+\s+\w+\s+\S|cmd(?:\.exe)?\s+\/c|(?:eval|exec(?:Sync|File)?|os\.system|popen|subprocess\.\w+|getoutput|check_output|shell_exec|ProcessBuilder|Popen)\s*\(\s*(?:\[\s*["'](?:\/\w+)*\/?(?:\w*sh|cmd|powershell)\b|[$A-Za-z_(]))/i
const answers =
  /-Method\s+['"]?POST|\.post\s*\(|method['"]?\s*[:=]\s*['"]POST|\bUpload(?:String|Data)\b|\bdata\s*=/i

/** Settings of what is started for each connection, with that as its input: units with a socket, inetd, xinetd. */
function ofUnits({ writes }: Reading): readonly Finding[] {
  for (const { text } of writes) {
    if (text === undefined || !/StandardInput=socket|socket_type|\bwait\b|nowait/.test(text)) continue
    const command =
      /^ExecStart=[-@:+!]*(.+)$/m.exec(text)?.[1] ??
      /^\s*server\s*=\s*(\S+)/m.exec(text)?.[1] ??
      /\b(?:stream|dgram)\s+(?:tcp|udp)\d?\s+(?:no)?wait\S*\s+\S+\s+(\S+)/.exec(text)?.[1]
    if (command !== undefined && givesControl(command))
      return [bind(`settings give ${shown(command)} to whoever connects`)]
  }
  return []
}

/** What a shell took the backslashes away from, and orders fetched and answered in turns. */
function ofWindows(reading: Reading): readonly Finding[] {
  if (reading.windows.length === 0) return []
  const findings: Finding[] = obeyedByWeb(reading.windows)
    ? [reverse('orders are fetched, run and answered')]
    : []
  for (const { name, args } of reading.windows) {
    if (isNetcat(name) && name !== 'socat') findings.push(...netcat({ name, args } as Invocation))
    else if (toldByName(args)) findings.push(reverse(`${shown(name)} is told to open a remote shell`))
  }
  return findings
}

function ofProgram({ facts, language, code, by }: Program, reading: Reading): readonly Finding[] {
  const what = aProgram(language)
  // `php -r '… popen("sh <&3 >&3") …' 3<>/dev/tcp/…`: the connection was opened for it.
  if (facts.runs && by?.redirections.some(({ endpoint }) => endpoint.kind === 'socket') === true)
    return [reverse(`${what} runs programs on a connection`)]
  if (facts.runs && by !== undefined && by.streams.stdin.kind !== 'inherited' && obeysInput(language, code)) {
    const source = upstreamOf(by, reading).find(isRemoteEnd)
    if (source !== undefined) return [reverse(`${what} runs what comes through ${source.name}`)]
  }
  if (facts.servesCommands)
    return [finding(NAME, 'shell.web', 'critical', `${what} runs what a web request says`)]
  if (facts.obeysFetched) return [reverse(`${what} runs what it fetches and sends back what that says`)]
  if (facts.downloads && polls.test(code) && obeys.test(code) && answers.test(code))
    return [reverse(`${what} fetches orders in a loop, runs them and answers`)]
  if (opensTerminal.test(code) && facts.namesShell && !facts.connects && !facts.listens)
    return [finding(NAME, 'shell.terminal', 'medium', `${what} makes a terminal for a shell`)]
  if (!facts.connects && !facts.listens && facts.shellTexts.some((text) => bareShell.test(text)))
    return [finding(NAME, 'shell.terminal', 'medium', `${what} does nothing but start a shell`)]
  if (!facts.runs && !(facts.evaluates && facts.receives)) return []
  const gives = facts.wires || facts.namesShell || facts.receives
  if (!gives) return []
  if (facts.listens) return [bind(`${what} gives a shell to whoever connects`)]
  if (facts.connects) return [reverse(`${what} connects out and gives control of a shell`)]
  return []
}
