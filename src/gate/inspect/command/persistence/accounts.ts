import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'persistence'

const admins = /^(sudo|wheel|root|admin|administrators|domain admins)\b/i
/** Accounts that own files and run services; nobody logs in as one. */
const servants =
  /^(nobody|daemon|bin|sys|sync|games|man|lp|mail|news|uucp|proxy|www-data|backup|list|irc|gnats|_\w+)$/
const aShell = /(^|\/)(ba|da|z|k|c|tc|fi)?sh$/

const privilege = (summary: string, severity: Finding['severity'] = 'high'): readonly Finding[] => [
  finding(NAME, 'persist.privilege', severity, summary),
]
const account = (summary: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
  finding(NAME, 'persist.account', severity, summary),
]

/** New ways to log in, and old ones with more power (MITRE ATT&CK T1136, T1098, T1078). */
export function accounts(invocation: Invocation): readonly Finding[] {
  const { name, args } = invocation
  switch (name) {
    case 'useradd':
    case 'adduser':
    case 'usermod':
      return user(args)
    case 'pw':
      return /^user(add|mod)$/.test(args[0] ?? '') ? user(args.slice(1)) : []
    case 'chsh':
      return loginShell(args)
    case 'dscl':
      return directory(args)
    case 'dsenableroot':
      return args.includes('-d') ? [] : privilege('lets root log in')
    case 'dseditgroup':
    case 'gpasswd':
      return args.some((arg) => admins.test(arg)) && args.some((arg) => /^-a$|^--add$/.test(arg))
        ? account('makes an account an administrator', 'high')
        : []
    case 'sysadminctl':
      return system(args)
    case 'net':
    case 'net1':
      return windows(args)
    case 'New-LocalUser':
    case 'New-ADUser':
      return account(`${name} makes an account`)
    case 'Add-LocalGroupMember':
    case 'Add-ADGroupMember':
      return args.some((arg) => admins.test(arg)) ? account('makes an account an administrator', 'high') : []
    default:
      return []
  }
}

function user(args: readonly string[]): readonly Finding[] {
  const after = (option: RegExp): string => {
    const at = args.findIndex((arg) => option.test(arg))
    return at < 0 ? '' : (args[at + 1] ?? '')
  }
  if (after(/^(-u|--uid)$/) === '0' || args.includes('--uid=0'))
    return privilege('makes a second account with the power of root', 'critical')
  if (admins.test(after(/^(-\w*G|--groups|-g|--gid)$/)))
    return account('makes an account an administrator', 'high')
  if (aShell.test(after(/^(-s|--shell)$/)) && servants.test(args.at(-1) ?? ''))
    return account(`lets ${shown(args.at(-1) ?? '')} log in`, 'high')
  // Set in the line itself: whoever wrote the line can log in.
  return args.some((arg) => /^(-p|--password)(=|$)/.test(arg))
    ? account('makes an account with a password that this line knows')
    : []
}

function loginShell(args: readonly string[]): readonly Finding[] {
  const who = args.at(-1) ?? ''
  return servants.test(who) && args.some((arg) => aShell.test(arg))
    ? account(`lets ${who} log in`, 'high')
    : []
}

/** macOS keeps accounts in a directory service. */
function directory(args: readonly string[]): readonly Finding[] {
  const all = args.join(' ')
  if (/-(append|merge|create) \/Groups\/(admin|wheel)\b/.test(all))
    return account('makes an account an administrator', 'high')
  const at = args.findIndex((arg) => /^-?create$/.test(arg))
  return at >= 0 && /^\/Users\/./.test(args[at + 1] ?? '') ? account('dscl makes or changes an account') : []
}

function system(args: readonly string[]): readonly Finding[] {
  if (args.includes('-addUser'))
    return account('makes an account', args.includes('-admin') ? 'high' : 'medium')
  const at = args.indexOf('-guestAccount')
  return at >= 0 && args[at + 1] === 'on' ? account('lets guests log in') : []
}

function windows(args: readonly string[]): readonly Finding[] {
  if (!args.some((arg) => /^\/add$/i.test(arg))) return []
  if (/^(local)?group$/i.test(args[0] ?? ''))
    return args.some((arg) => admins.test(arg)) ? account('makes an account an administrator', 'high') : []
  return /^users?$/i.test(args[0] ?? '') ? account('net makes an account') : []
}
