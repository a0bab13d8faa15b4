import type { Finding } from '../../../finding.ts'
import { secretFile } from '../credential-read/secret-files.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { looksByName, unconcerned, wordMark } from '../dispatch.ts'
import { sourcesOf, upstreamOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Reading } from '../shell/model.ts'
import { collectors } from './carriers.ts'
import { matterOf } from './matters.ts'

const NAME = 'upload'

/** An address for certain; a bare name with a dot is as often a file. */
const remote =
  /^(?:[a-z][a-z0-9+.-]*:\/\/(?!localhost|127\.)[^/\s]|(?:[^/@\s]+@)?(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?:\/|$)|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}:\d{2,5}$)/i
/** Database and container clients take in files all day; what they are pointed at is their own server. */
const ownServer = nameIs(
  /^(mysql|mariadb|psql|mongo\w*|redis-cli|sqlcmd|docker|podman|kubectl|helm|ansible\S*|git|ssh|ping|traceroute|mtr|nmap|whois|grep|awk|sed|echo|printf|tee|sort|jq)$/,
)

/** An address among what is searched for goes nowhere. */
const looksFor = nameIs(/^([efz]?grep|rg|ag)$/)

/** Any program that has an address and is fed what a collector of secrets or files gathers. */
export function stranger(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, marks } = invocation
  if ((marks & addressWord) === 0) return none
  const isOwn = ownServer(name) || (name === 'xargs' && args.some(looksFor))
  if (isOwn || !args.some((arg) => remote.test(arg))) return carriesOff(invocation)
  const sources = [...upstreamOf(invocation, reading), ...args.flatMap((arg) => sourcesOf(arg, reading))]
  const { stdin } = invocation.streams
  if (stdin.kind === 'file' && matterOf(stdin.path) !== undefined)
    return [
      finding(NAME, 'upload.raw', 'medium', `${shown(name)} is given ${shown(stdin.path)} and an address`),
    ]
  const isNumber = args.some((arg) => rawAddress.test(arg))
  const gathers = sources.find(
    (source) =>
      collectors.test(source.name) ||
      (isNumber && /^(base64|base32|xxd|od|gzip|openssl|cat)$/.test(source.name)) ||
      source.args.some((arg) => secretFile(arg) !== undefined),
  )
  return gathers === undefined
    ? carriesOff(invocation)
    : [
        finding(
          NAME,
          'upload.raw',
          'medium',
          `${shown(name)} is given the output of ${gathers.name} and an address`,
        ),
      ]
}

const addressWord = wordMark((word) => remote.test(word) || (mayBeNumber.test(word) && rawAddress.test(word)))

/** A number instead of a name: nobody's own service is called so in everyday work, a listener is. */
const rawAddress =
  /^(?:[a-z]+:)?(?:[a-z][a-z0-9+.-]*:(?:\/\/)?)?(?:[^/@\s]+@)?(?!127\.|10\.0\.2\.|0\.0\.0\.0|255\.)\d{1,3}(?:\.\d{1,3}){3}(?::\d{0,5})?(?:(?:\/|::?)\S*)?$/
/** What every such number has; a look before the work on the word. */
const mayBeNumber = /\d\.\d/
const aFile = /^@?(?:~|\.{0,2})\/[\w.-]+/
/** Takes the next word as a file to send. */
const sends =
  /^-{1,2}(p|d|T|F|i|f|file|data\S*|body\S*|post\S*|upload\S*|put|form|input|attach\S*|src|source)$/
/** Programs whose files beside an address are set-up, results or keys. */
const local =
  /^(nmap|masscan|curl|wget|ssh|scp|sftp|rsync|mosh|mount\S*|ip|route|xargs|iptables|nft|ipset|tcpdump|tshark|openssl|dig|host|nslookup|snmp\w+|ldapsearch|rdesktop|xfreerdp|vncviewer|hydra|nikto|gobuster|ffuf|sqlmap|ansible\S*|python\S*|perl|ruby|node|bash|sh|php|java|go|docker|podman|kubectl|psql|mysql\w*|redis-cli|mongo\w*|echo|printf|grep|sed|awk|find|cat|ls|cp|mv|touch|vi|vim|nano|tee|git|make|test|\[|export|source)$/

/** Known or not: a client that is given a bare address and a file, where files are given to be sent. */
function carriesOff({ name, args, streams }: Invocation): readonly Finding[] {
  const address = args.find((arg) => mayBeNumber.test(arg) && rawAddress.test(arg))
  if (address === undefined || local.test(name)) return none
  const file =
    streams.stdin.kind === 'file' && streams.stdin.path !== '/dev/null'
      ? streams.stdin.path
      : args.find(
          (arg, index) =>
            (aFile.test(arg) &&
              (arg.startsWith('@') ||
                /^(borg|restic|duplicity|duplicati-cli|rdiff-backup|kopia)$/.test(name))) ||
            (sends.test(args[index - 1] ?? '') && (aFile.test(arg) || /^\w[\w-]*\.\w{2,4}$/.test(arg))),
        )
  if (file !== undefined)
    return [finding(NAME, 'upload.raw', 'medium', `${shown(name)} is given ${shown(file)} and an address`)]
  // Words for a directory service, told to a port where none listens.
  return /^(whois|finger)$/.test(name) && args.some((arg) => /^(-p|--port)/.test(arg))
    ? [finding(NAME, 'upload.raw', 'medium', `${name} speaks to a port of its own choice`)]
    : none
}

/** Base64 padding never occurs in a host name, and a long label of mixed case hardly does (MITRE ATT&CK T1048.003). */
const coded =
  /^(?:https?:\/\/)?(?:[\w-]+\.)*(?:[A-Za-z0-9+/_-]{8,}={1,2}|(?=[^.]*[a-z])(?=[^.]*[A-Z])(?=[^.]*\d)[A-Za-z0-9]{24,63})\.[a-z0-9-]+\.[a-z]{2,}/

const markedName = wordMark((word) => hasMarker(word) && belowDomain.test(word))

/** Whatever looks it up: a name made of what a file holds, below a domain. */
export function namedAnywhere({ name, args, marks }: Invocation, reading: Reading): readonly Finding[] {
  if ((marks & markedName) === 0) return none
  const word = args.find((arg) => hasMarker(arg) && belowDomain.test(arg))
  if (word === undefined || knownNames.test(name)) return none
  const source = sourcesOf(word, reading).find((each) =>
    /^(base64|base32|xxd|od|hexdump|cat|head|tail|gzip)$/.test(each.name),
  )
  return source === undefined
    ? none
    : [
        finding(
          NAME,
          'upload.names',
          'medium',
          `${shown(name)} looks up a name made of what ${source.name} prints`,
        ),
      ]
}

/** Their own rules look at these, or they look nothing up. */
const knownNames =
  /^(dig|nslookup|host|ping|curl|wget|echo|printf|git|docker|export|ssh|scp|rsync|sed|grep|awk|\[|test)$/
const belowDomain = /\uE001\.[\w-]+\.[a-z]{2,}(:\d+)?$/i

/** A variable that holds a piece of something, as the first step of a name: the loop around it is not always seen. */
const piece =
  /^\$\{?(chunk|data|enc(oded)?|b64|b32|hex|payload|secret|exfil\w*|piece|block|part|buf(fer)?|content)\d?\}?\.[\w$-]/i

const looksUp = nameIs(/^(dig|nslookup|host|drill|kdig|resolvectl|ping6?|curl|wget)$/)

export const codedName = looksByName(looksUpCoded)

function looksUpCoded({ name, args }: Invocation): readonly Finding[] {
  if (!looksUp(name)) return unconcerned
  const word = args.find((arg) => coded.test(arg) || piece.test(arg))
  return word === undefined
    ? []
    : [finding(NAME, 'upload.names', 'medium', `${name} looks up a name made of data: ${shown(word)}`)]
}
