import type { Finding } from '../../../finding.ts'
import { secretFile } from '../credential-read/secret-files.ts'
import { finding, shown } from '../detector.ts'
import { placeOf } from '../paths.ts'
import { upstreamOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'upload'

/** Programs that gather what is worth stealing. */
export const collectors =
  /^(tar|zip|7z|mysqldump|pg_dump|pg_dumpall|mongodump|sqlite3|env|printenv|ps|netstat|ss|ifconfig|id|whoami|find|history|getent|dmesg|crontab|w|last)$/

/** Clients of stores, mail and version control carry files all day: what they carry decides. */
export function carried(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, streams, input } = invocation
  if (name === 'ssh') return throughShell(invocation, reading)
  if (name === 'git') return pushed(args)
  if (name === 'put' || name === 'mput') return typedInto(reading)
  const stdin = streams.stdin.kind === 'file' ? [streams.stdin.path] : []
  const isSending =
    stdin.length > 0 ||
    args.some((arg) => /^(cp|mv|sync|copy|move|upload|put|rsync|create|-a|-A|--attach|-T)$/.test(arg)) ||
    /^(pastebinit|tftp)$/.test(name)
  const isTransfer =
    /^(l?ftp|smbclient)$/.test(name) && /^\s*(m?put|mirror -R)\b/m.test([input ?? '', ...args].join('\n'))
  if (!isSending && !isTransfer) return []
  const sources = [
    ...stdin,
    ...args.slice(0, -1),
    ...(/^(gh|pastebinit|mutt|mail|mailx)$/.test(name) ? args.slice(-1) : []),
  ]
  const secret = sources.find((path) => secretFile(path) !== undefined)
  if (secret !== undefined)
    return [finding(NAME, 'upload.secret', 'critical', `${name} sends ${shown(secret)} away`)]
  const wide = sources.find((path) => isWide(path))
  if (wide !== undefined) return [finding(NAME, 'upload.system', 'high', `${name} sends ${shown(wide)} away`)]
  return isTransfer ? [finding(NAME, 'upload.file', 'medium', `${name} sends a file away`)] : []
}

/** Lines typed into a file-transfer client that stands before them. */
function typedInto(reading: Reading): readonly Finding[] {
  const client = reading.invocations.find((each) => /^(s?ftp|lftp|tftp|smbclient)$/.test(each.name))
  return client === undefined
    ? []
    : [finding(NAME, 'upload.file', 'medium', `${client.name} sends a file away`)]
}

function isWide(path: string): boolean {
  return /^(root|system|home|personal)$/.test(placeOf(path)) || /^\/(etc|root|proc|var\/lib)\//.test(path)
}

/** `tar c /home | ssh elsewhere`: a copy of one folder is ordinary, one of the machine is not. */
function throughShell(invocation: Invocation, reading: Reading): readonly Finding[] {
  if (invocation.streams.stdin.kind === 'inherited') return []
  const source = upstreamOf(invocation, reading).find(
    (each) =>
      (collectors.test(each.name) || each.name === 'cat' || each.name === 'dd') &&
      each.args.some((arg) => isWide(arg.replace(/^if=/, '')) || secretFile(arg) !== undefined),
  )
  return source === undefined
    ? []
    : [finding(NAME, 'upload.system', 'high', `the output of ${source.name} goes to another machine`)]
}

/** A push to an address that is no configured remote. */
function pushed(args: readonly string[]): readonly Finding[] {
  const at = args.indexOf('push')
  if (at < 0) return []
  const target = args.slice(at + 1).find((arg) => !arg.startsWith('-'))
  return target !== undefined && /^(https?|git|ssh):\/\/|^[\w.-]+@[\w.-]+:/.test(target)
    ? [finding(NAME, 'upload.push', 'medium', `git pushes to ${shown(target.replace(/\/\/[^@/]*@/, '//'))}`)]
    : []
}
