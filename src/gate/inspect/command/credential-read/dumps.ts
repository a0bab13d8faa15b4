import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { downstreamOf, sourcesOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'credential-read'

/** Programs made for nothing else; scripts among them are handed to an interpreter, so that any word may name one. */
const dumpers = nameIs(
  /(^|[\\/])(mimikatz|mimipenguin|lazagne|pypykatz|secretsdump|dumpert|nanodump|swap_digger|3snake|keytabextract|hekatomb|(impacket-)?(ticketer|raiseChild|goldenPac)|firefox_decrypt|chainbreaker|gimmecredz|impacket-secretsdump|GetUserSPNs|GetNPUsers|gettgtpkinit|getnthash|dpapi|lsassy|donpapi|dploot|sharp(dpapi|chrome\w*|web|katz|kerb\w*|secdump|dump|creds?\w*|laps|cloud|sccm|hose|sploit)|linpeas(_\w+)?|winpeas\w*|linenum|seatbelt|pspy\d*s?|lse|azurehound|roadtx|roadtoken|sessiongopher|rubeus|kekeo|safetykatz|gpp-decrypt|get-gpppassword|mimikittenz|keethief|lsadump2|pwdump\d?|gsecdump|fgdump|wce(32|64)?|wsass|hashdump|creddump7?|cookie-?monster|hackbrowserdata|browserghost|pamspy|linikatz|truffleproc|keychaindump|bruteshark|net-creds|pcredz|responder|gmsadumper|certipy(-ad)?|pywhisker|ntlmrelayx|mitm6|inveigh|manspider|snaffler|credninja|evilginx\d?|modlishka)(\.(py|sh|exe|ps1|rb))?$/i,
)
/** What a script or program says of itself: to take secrets, memory or keystrokes. */
const takers =
  /(^|[/_.-])(dump|steal|grab|harvest|extract|exfil\w*|sniff\w*)[_-]?(heap|mem(ory)?|proc(ess)?|pass(word|wd)?s?|cred(ential)?s?|hash(es)?|cookies?|tokens?|keychains?|secrets?|lsass|browsers?)([_.-]|$)|key-?log(ger)?|pcap|sniffer|(^|[/_.-])(exfil(trat\w*)?|steal(er|ing)?|thief)([/_.-]|$)/i
const runners = nameIs(/^((ba|da|z|k)?sh|python[\d.]*|perl|ruby|pwsh|powershell|node|source|\.)$/)
const sniffers = nameIs(
  /^(tcpdump|tshark|dumpcap|ngrep|ettercap|dsniff|mailsnarf|urlsnarf|msgsnarf|bettercap|snoop|pktmon)$/,
)
const keyLoggers = nameIs(/^(logkeys|keylogger|lkl|uberkey|xspy|xkeylog|xkbcat|keysniffer)$/)

/** Most programs are none of these, and stand where systems keep them. */
const mayTake = (name: string) =>
  runners(name) || sniffers(name) || keyLoggers(name) || others.has(name) || dumpers(name)
const others = new Set('swift auditctl osascript xclip xsel pbpaste wl-paste Get-Clipboard'.split(' '))

/** What takes credentials out of memory, traffic, keystrokes or a person (MITRE ATT&CK T1003, T1040, T1056). */
export function dumps(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, path, redirections } = invocation
  if (path === name && redirections.length === 0 && !mayTake(name)) return none
  const tool = dumpers(path) ? path : runners(name) ? args.find(dumpers) : undefined
  if (tool !== undefined)
    return [finding(NAME, 'credential.store', 'critical', `${shown(tool)} dumps credentials`)]
  const taker = takerOf(invocation)
  if (taker !== undefined)
    return [finding(NAME, 'credential.taker', 'medium', `${shown(taker)} takes what is secret, by its name`)]
  if (isAudit(invocation))
    return [finding(NAME, 'credential.keys', 'medium', 'records every program that anybody starts')]
  if (readsClipboard(invocation) || keepsClipboard(invocation, reading))
    return [finding(NAME, 'credential.clipboard', 'medium', 'collects what people copy')]
  if (keyLoggers(name) && args.length > 0)
    return [finding(NAME, 'credential.keys', 'high', `${name} records what is typed`)]
  // A window that looks like the system's and keeps what is typed into it.
  if (
    name === 'osascript' &&
    args.some((arg) => /hidden answer|with hidden|password.*default answer/i.test(arg))
  )
    return [finding(NAME, 'credential.prompt', 'high', 'asks a person for a password in a window of its own')]
  if (!sniffers(name)) return none
  const isForPasswords = [invocation, ...downstreamOf(invocation, reading)].some(({ args: words }) =>
    words.some((word) => /pass(w|word)?\b|\bauth|cookie|login/i.test(word)),
  )
  if (isForPasswords)
    return [finding(NAME, 'credential.traffic', 'medium', `${name} looks for passwords in traffic`)]
  return capturesAll(invocation)
    ? [finding(NAME, 'credential.traffic', 'medium', `${name} records traffic with what it carries`)]
    : []
}

/** Whether it listens to the network and keeps, or prints, all it hears: what a filter names is being debugged. */
function capturesAll({ name, args }: Invocation): boolean {
  if (/^(dsniff|mailsnarf|urlsnarf|msgsnarf)$/.test(name)) return args.length > 0
  if (!/^(tcpdump|tshark|dumpcap|snoop)$/.test(name) || args.length === 0) return false
  if (args.some((arg) => /^(-r\S*|-D|-L|-h|-v|--version|--help|--list-\S+|--read-file)$/.test(arg)))
    return false
  const isFiltered = args.some((arg) => /\b(host|port|src|dst|net|portrange)\b/.test(arg))
  const isKept = args.some((arg) => /^(-\w*[wAXx]\w*|-c\d*|--write\S*|--count\S*)$/.test(arg))
  return !isFiltered && isKept
}

/** A program run from where no system keeps its own, or a script given to its interpreter. */
function takerOf({ name, args, path }: Invocation): string | undefined {
  const script = runners(name) || name === 'swift' ? args.find((arg) => !arg.startsWith('-')) : undefined
  if (script !== undefined && /[./]/.test(script) && takers.test(script)) return script
  const isOwn = path.includes('/') && !/^\/(usr\/)?(local\/)?s?bin\//.test(path)
  return isOwn && takers.test(name) ? path : undefined
}

/** The kernel's audit told of every start of a program: a log of what everybody types. */
function isAudit({ name, args }: Invocation): boolean {
  return name === 'auditctl' && args.includes('execve')
}

/** `echo $(pbpaste) >> file`. */
function keepsClipboard({ args, redirections }: Invocation, reading: Reading): boolean {
  if (!redirections.some(({ direction }) => direction === 'append')) return false
  return args.some((arg) => sourcesOf(arg, reading).some(isClipboard))
}

const clipboards = new Set('pbpaste wl-paste Get-Clipboard'.split(' '))

function isClipboard({ name, args }: Invocation): boolean {
  if (name === 'xclip' || name === 'xsel') return args.some((arg) => /^-{1,2}(o|b?out|output)$/.test(arg))
  if (name !== 'osascript') return clipboards.has(name)
  return args.some((arg) => /\bthe clipboard\b/.test(arg) && !/\bset the clipboard\b/.test(arg))
}

/** Read again and again, or put by: a paste into the next program is everyday work. */
function readsClipboard(invocation: Invocation): boolean {
  const { isRepeated, redirections } = invocation
  return (
    isClipboard(invocation) && (isRepeated || redirections.some(({ direction }) => direction === 'append'))
  )
}
