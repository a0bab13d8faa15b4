import type { Finding } from '../../../finding.ts'
import { finding, none, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { sourcesOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Reading } from '../shell/model.ts'

const NAME = 'persistence'

const admins = /^(?:[^,]*,)*(sudo|wheel|root|admin|administrators|domain admins|disk|shadow)(?![\w-])/i
/** Groups whose members can have the whole machine without being called administrators: a container with its disk, raw devices. */
const powerful =
  /^(?:[^,]*,)*(docker|podman|lxd|lxc|incus(-admin)?|libvirt(d|-qemu)?|microk8s|kmem|operator|(backup|account|server|print) operators|dnsadmins|(schema|enterprise) admins|hyper-v administrators|remote (desktop|management) users)(?![\w-])/i
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
export function accounts(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, input, isElsewhere } = invocation
  if (isOwnGroup(invocation, reading)) return none
  switch (name) {
    case 'useradd':
    case 'adduser':
    case 'usermod':
      return user(args, name !== 'usermod' && !isElsewhere)
    case 'pw': {
      if (
        /^group(mod|add)$/.test(args[0] ?? '') &&
        args.includes('-m') &&
        args.some((arg) => admins.test(arg))
      )
        return account('makes an account an administrator', 'high')
      const verb = args.slice(0, 2).join('')
      if (!/^(user)?(add|mod)(user)?/.test(verb)) return []
      return user(args.slice(1), verb.includes('add') && !isElsewhere)
    }
    case 'chpasswd':
      return input !== undefined && /^[\w.-]+:./m.test(input) && !isElsewhere
        ? account('sets a password that this line knows')
        : []
    case 'newusers':
      return input !== undefined || args.length > 0 || invocation.streams.stdin.kind === 'file'
        ? account('makes accounts with passwords that are written down')
        : []
    case 'homectl':
      return args.some((arg) => /^--member-of=.*\b(wheel|sudo|root|admin)\b/.test(arg))
        ? account('makes an account an administrator', 'high')
        : []
    case 'passwd':
      return passwords(args, input)
    case 'ldapadd':
    case 'ldapmodify':
      return isElsewhere || /(\?|--help)$/.test(args.join(' '))
        ? []
        : account('makes or changes entries of a directory of accounts')
    case 'rpcclient':
      return /\b(setuserinfo2?|createdomuser|chgpasswd\d?)\b/.test([...args, input ?? ''].join(' '))
        ? account('makes or changes an account of a domain')
        : []
    case 'bloodyAD':
      return /\b(set password|add (groupMember|user|computer|genericAll|dcsync|shadowCredentials|rbcd))\b/i.test(
        args.join(' '),
      )
        ? account('makes or changes an account of a domain')
        : []
    case 'smbpasswd':
      return args.some((arg) => /^-\w*a$/.test(arg)) ? account('makes an account for shared folders') : []
    case 'samba-tool':
      return /^user (create|add|setpassword|enable)|^group addmembers/.test(args.join(' '))
        ? account('makes or changes an account of a domain')
        : []
    case 'ipa':
      return /^(user-add|group-add-member|user-mod)$/.test(args[0] ?? '')
        ? account('makes or changes an account of a domain')
        : []
    case 'kadmin':
    case 'kadmin.local':
      return /\b(addprinc|add_principal|ank|cpw|change_password|ktadd)\b/.test(
        [...args, input ?? ''].join(' '),
      )
        ? account('makes or changes a principal of a domain')
        : []
    case 'chsh':
      return loginShell(args)
    case 'dscl':
      return directory(args)
    case 'dsenableroot':
      return args.includes('-d') ? [] : privilege('lets root log in')
    case 'dseditgroup':
    case 'gpasswd':
      return args.some((arg) => /^-a$|^--add$/.test(arg)) ? joins(args) : []
    case 'addgroup':
    case 'groupmod':
      return (name === 'addgroup' ? args.length === 2 : args.some((arg) => /^(-\w*U|--users)$/.test(arg)))
        ? joins(args.slice(-1))
        : []
    case 'sysadminctl':
      return system(args)
    case 'net':
    case 'net1':
    case 'pth-net':
      return /^(rpc|ads) (password|user add|group addmem)/.test(args.join(' '))
        ? account('makes or changes an account of a domain')
        : windows(args)
    case 'New-LocalUser':
    case 'New-ADUser':
      return account(`${name} makes an account`)
    case 'Add-LocalGroupMember':
    case 'Add-ADGroupMember':
      return joins(args)
    default:
      return unconcerned
  }
}

const joiners = /^(usermod|adduser|addgroup|gpasswd|groupmod)$/
const ofContainers = /^(docker|podman|libvirt|lxd|incus|incus-admin|microk8s|kvm)$/
/** Whoever types it, or the one person a cloud's image has. */
const oneself = /^\$\{?(USER|USERNAME|LOGNAME|SUDO_USER)\}?$|^(me|ubuntu|ec2-user|vagrant|pi)$/

/** `usermod -aG docker $USER`, as every guide to installing it says; of anybody else it is a question. */
function isOwnGroup({ name, args }: Invocation, reading: Reading): boolean {
  if (!joiners.test(name) || !args.some((arg) => ofContainers.test(arg))) return false
  const words = args.filter((arg) => !arg.startsWith('-') && !ofContainers.test(arg))
  return (
    words.length === 1 &&
    words.every(
      (word) =>
        oneself.test(word) ||
        (hasMarker(word) &&
          sourcesOf(word, reading).every((each) => /^(whoami|id|logname)$/.test(each.name))),
    )
  )
}

const asGoodAsRoot = 'puts an account into a group that is as good as root'

function joins(args: readonly string[]): readonly Finding[] {
  if (args.some((arg) => admins.test(arg))) return account('makes an account an administrator', 'high')
  return args.some((arg) => powerful.test(arg)) ? account(asGoodAsRoot) : []
}

const joinedGroups = (args: readonly string[]) =>
  args.find((arg) => /^--(groups|gid)=/.test(arg))?.replace(/^[^=]*=/, '') ?? ''

/** Unlocked, emptied, or set to what the line says. */
function passwords(args: readonly string[], input: string | undefined): readonly Finding[] {
  if (args.some((arg) => /^(-d|-u|--delete|--unlock)$/.test(arg)))
    return account(`opens the account ${shown(args.at(-1) ?? '')}`)
  return input !== undefined && input.trim() !== '' ? account('sets a password that this line knows') : []
}

function user(args: readonly string[], isNew: boolean): readonly Finding[] {
  const after = (option: RegExp): string => {
    const at = args.findIndex((arg) => option.test(arg))
    return at < 0 ? '' : (args[at + 1] ?? '')
  }
  if (after(/^(-\w*u|--uid)$/) === '0' || args.some((arg) => /^(--uid=|-\w*u)0$/.test(arg)))
    return privilege('makes a second account with the power of root', 'critical')
  const groups = after(/^(-\w*G|--groups|-g|--gid)$/) || joinedGroups(args)
  const last = isNew && args.length > 1 && !(args.at(-2) ?? '').startsWith('-') ? (args.at(-1) ?? '') : ''
  if (admins.test(groups)) return account('makes an account an administrator', 'high')
  if (powerful.test(groups) || powerful.test(last)) return account(asGoodAsRoot)
  const shell = after(/^(-s|--shell)$/) || (args.find((arg) => arg.startsWith('--shell='))?.slice(8) ?? '')
  const servant = args.find((arg) => servants.test(arg))
  if (aShell.test(shell) && servant !== undefined) return account(`lets ${shown(servant)} log in`, 'high')
  // Set in the line itself: whoever wrote the line can log in.
  if (args.some((arg) => /^(-p|--password)(=|$)/.test(arg)))
    return account('makes an account with a password that this line knows')
  if (admins.test(last)) return account('makes an account an administrator', 'high')
  // Images give their user the number of whoever builds them.
  const hasNumber =
    /^[1-9]\d{2,}$/.test(after(/^(-u|--uid)$/)) || args.some((arg) => /^--uid=[1-9]\d{2,}$/.test(arg))
  if (isNew && aShell.test(shell) && !hasNumber) return account('makes an account that can log in')
  // For a service or an image it has a number, a group or no home; otherwise it is for somebody.
  const isForService = args.some((arg) =>
    /^(-r|-S|-D|-\w*[uM]\w*|-d|-h|--system|--(no-create-home|uid|gid|home|home-dir|shell|no-log-init|ingroup|registry)(=.*)?)$/.test(
      arg,
    ),
  )
  const who = args.at(-1) ?? ''
  return isNew &&
    !isForService &&
    !(args.length === 2 && last !== '') &&
    /^[a-z_][\w-]*\$?$/i.test(who) &&
    !servants.test(who) &&
    args.at(-2) !== '-g'
    ? account(`makes the account ${shown(who)}`)
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
  if (args.some((arg) => /^-?passwd$/.test(arg)) && /\/Users\/\S+ \S+/.test(all))
    return account('sets a password that this line knows')
  const at = args.findIndex((arg) => /^-?create$/.test(arg))
  return at >= 0 && /^\/Users\/./.test(args[at + 1] ?? '') ? account('dscl makes or changes an account') : []
}

function system(args: readonly string[]): readonly Finding[] {
  if (args.includes('-addUser'))
    return account('makes an account', args.includes('-admin') ? 'high' : 'medium')
  const at = args.indexOf('-guestAccount')
  const shares = args.findIndex((arg) => /^-(afp|smb)GuestAccess$/.test(arg))
  if ((at >= 0 && args[at + 1] === 'on') || (shares >= 0 && args[shares + 1] === 'on'))
    return account('lets guests log in')
  return args.some((arg) => /^-(resetPasswordFor|newPassword)$/.test(arg))
    ? account('sets a password that this line knows')
    : []
}

function windows(args: readonly string[]): readonly Finding[] {
  if (!args.some((arg) => /^\/add$/i.test(arg))) return []
  if (/^(local)?group$/i.test(args[0] ?? '')) return joins(args)
  return /^users?$/i.test(args[0] ?? '') ? account('net makes an account') : []
}
