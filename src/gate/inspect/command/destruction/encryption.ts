import type { Finding } from '../../../finding.ts'
import { finding, none, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { placeOf } from '../paths.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'destruction'

const ciphers = /^(?:gpg2?|openssl|7z[ar]?|zip|ccrypt|ccencrypt|aescrypt|age|mcrypt)$/

/** Whether it makes a file that only a password or key opens again. */
function encrypts({ name, args }: Invocation): boolean {
  switch (name) {
    case 'gpg':
    case 'gpg2':
      return args.some((arg) => /^(-\w*[ce]|--symmetric|--encrypt)$/.test(arg)) && !args.includes('--decrypt')
    case 'openssl':
      return (
        (args[0] === 'enc' && !args.includes('-d')) ||
        (/^(rsautl|pkeyutl|smime|cms)$/.test(args[0] ?? '') && args.includes('-encrypt'))
      )
    case '7z':
    case '7za':
    case '7zr':
      return args[0] === 'a' && args.some((arg) => arg.startsWith('-p'))
    case 'zip':
      return args.some((arg) => /^(-P|-e|--encrypt|--password)$/.test(arg))
    case 'ccrypt':
    case 'ccencrypt':
    case 'aescrypt':
    case 'age':
    case 'mcrypt':
      return args.length > 0 && !args.some((arg) => /^(-d|--decrypt|--help|-h|--version)$/.test(arg))
    default:
      return false
  }
}

/** Replaces what it encrypts, without a word more. */
function replaces({ name, args }: Invocation): boolean {
  if (name === 'ccrypt' || name === 'ccencrypt') return true
  return args.some((arg) => arg === '-sdel' || (name === 'zip' && /^-\w*m/.test(arg)))
}

/** Encrypting a file keeps it; encrypting many in one go, or where the original goes, is what ransom is asked for (T1486). */
export function encryptedAway(invocation: Invocation, reading: Reading): readonly Finding[] {
  if (!ciphers.test(invocation.name)) return unconcerned
  if (!encrypts(invocation)) return none
  const words = invocation.args.filter((arg) => /[./~$*]/.test(arg) && !arg.startsWith('-'))
  const isWide = words.some((word) => /^(root|system|home|personal)$/.test(placeOf(word)))
  const isRemoved = reading.invocations.some(
    (each) => /^(rm|shred|unlink|srm)$/.test(each.name) && each.args.some((arg) => words.includes(arg)),
  )
  const isMany = invocation.isRepeated && (replaces(invocation) || isRemoved || finds(invocation, reading))
  if (!isWide && !isMany && !(isRemoved && words.some((word) => /[$*]/.test(word)))) return none
  const summary = `${shown(invocation.name)} encrypts what it should leave alone`
  const severity = isMany || isRemoved || replaces(invocation) ? 'high' : 'medium'
  return [finding(NAME, 'destroy.encrypted', severity, summary)]
}

/** Fed by a search of the machine. */
function finds({ order }: Invocation, reading: Reading): boolean {
  return reading.invocations.some(
    (each) =>
      each.order < order &&
      each.name === 'find' &&
      each.args.some((arg) => /^(root|system|home|personal)$/.test(placeOf(arg)) && /^[/~]/.test(arg)),
  )
}
