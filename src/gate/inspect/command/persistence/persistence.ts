import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, shown } from '../detector.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'persistence'

/** What would still be there, or run again, after the session is over. */
export const persistence: CommandDetector = {
  name: NAME,
  inspect: (reading) => [
    ...reading.writes.flatMap(({ path, text }) => written(path, text)),
    ...reading.invocations.flatMap((invocation) => ofInvocation(invocation, reading)),
  ],
}

const startPlaces: readonly (readonly [
  place: RegExp,
  fact: string,
  severity: Finding['severity'],
  what: string,
])[] = [
  [/(^|\/)authorized_keys2?$/, 'persist.key', 'high', 'a key that may log in'],
  [
    /(^|\/)(crontab$|cron\.d\/|crontabs?\/|cron\.(hourly|daily|weekly|monthly)\/|anacrontab)/,
    'persist.schedule',
    'high',
    'a scheduled job',
  ],
  [/(^|\/)systemd\/(system|user)\/|\.(service|timer)$/, 'persist.service', 'high', 'a service'],
  [/(^|\/)(LaunchAgents|LaunchDaemons)\//, 'persist.service', 'high', 'a launch agent'],
  [
    /(^|\/)\.(bash_profile|bash_login|bash_logout|bashrc|profile|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|xinitrc|xprofile)$|config\/fish\/|^\/etc\/(profile|bash\.bashrc|rc\.local|zsh)|profile\.d\/|init\.d\/|update-motd\.d\//,
    'persist.start-up',
    'medium',
    'a start-up file',
  ],
  [
    /^\/etc\/(sudoers|pam\.d|passwd|shadow|group|ld\.so\.preload)|sudoers\.d\//,
    'persist.privilege',
    'high',
    'who may do what on this machine',
  ],
  [/(^|\/)\.config\/autostart\//, 'persist.start-up', 'high', 'an autostart entry'],
  [/\.git\/hooks\//, 'persist.hook', 'high', 'a git hook'],
  [
    /(^|\/)(CLAUDE|AGENTS|GEMINI)\.md$|\.cursorrules$|\.claude\/(settings|memory)/,
    'persist.agent-memory',
    'high',
    'instructions of an agent',
  ],
]

/** Lines that start-up files are made of on any ordinary machine. */
const everydayLine =
  /^\s*(#.*|export\s+[A-Za-z_]\w*=.*|alias\s.*|[A-Z_]+=.*|(source|\.)\s+\S+|eval\s+"?\$\([\w./-]+ (init|env|hook|shellenv|completion)\b.*|\[\s.*|if\s.*|fi|then|autoload.*|setopt.*|bindkey.*|shopt.*|set -o.*|complete\s.*|PATH=.*)?\s*$/

function written(path: string, text: string | undefined): readonly Finding[] {
  const found = startPlaces.find(([place]) => place.test(path))
  if (found === undefined) return []
  const [, fact, severity, what] = found
  const trap =
    /^\s*(?:alias\s+(?:sudo|su|ssh|passwd|login|gpg|doas)=|function\s+(?:sudo|ssh|su)\b|(?:sudo|ssh|su)\s*\(\)|export\s+(?:LD_PRELOAD|PROMPT_COMMAND)=|PATH=\/tmp)/m
  if (fact === 'persist.start-up' && text !== undefined && trap.test(text))
    return [finding(NAME, 'persist.trap', 'high', `puts a trap into ${shown(path)}`)]
  if (
    fact === 'persist.start-up' &&
    text !== undefined &&
    text.split('\n').every((line) => everydayLine.test(line))
  )
    return [finding(NAME, 'persist.setting', 'info', `writes a setting to ${shown(path)}`)]
  return [finding(NAME, fact, severity, `writes ${what}: ${shown(path)}`)]
}

function ofInvocation(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  const seen = (fact: string, severity: Finding['severity'], summary: string) => [
    finding(NAME, fact, severity, summary),
  ]
  switch (name) {
    case 'crontab': {
      const isListing = args.some((arg) => /^-[a-zA-Z]*[ler]$/.test(arg))
      if (isListing || args.length === 0) return []
      const isWrite = args.includes('-') || args.some((arg) => !arg.startsWith('-'))
      const isUser = args.length === 2 && args[0] === '-u'
      const isHidden = args.includes('-') || args.some((arg) => arg.startsWith('/tmp'))
      return isWrite && !isUser
        ? seen('persist.schedule', isHidden ? 'high' : 'medium', 'crontab installs scheduled jobs')
        : []
    }
    case 'at':
    case 'batch':
      return invocation.input !== undefined || invocation.stage > 0
        ? seen('persist.schedule', 'low', `${name} runs something later`)
        : []
    case 'cp':
    case 'mv':
    case 'install':
    case 'ln':
    case 'sed': {
      const target =
        name === 'sed' && !args.some((arg) => /^-\w*i|^--in-place/.test(arg)) ? undefined : args.at(-1)
      return target === undefined ? [] : placed(target)
    }
    case 'curl':
    case 'wget': {
      const at = args.findIndex((arg) => /^(-o|-O|--output|--output-document)$/.test(arg))
      return at < 0 ? [] : placed(args[at + 1] ?? '')
    }
    case 'useradd':
    case 'adduser':
    case 'usermod':
      return user(args)
    case 'chmod':
      return args.some((arg) => /^([24567]\d{3}|[ug]*\+[rwx]*s[rwx]*)$/.test(arg) && !/^0/.test(arg))
        ? setuid(args, reading)
        : []
    case 'setcap':
      return args.some((arg) => /cap_(setuid|sys_admin|dac_override|sys_ptrace)/.test(arg))
        ? seen('persist.privilege', 'high', 'setcap gives a program power over the machine')
        : []
    case 'schtasks':
      return args.some((arg) => /^\/create$/i.test(arg))
        ? seen('persist.schedule', 'high', 'schtasks makes a scheduled task')
        : []
    case 'reg':
      return /\\Run(Once)?\b/i.test(args.join(' ')) && /^add$/i.test(args[0] ?? '')
        ? seen('persist.start-up', 'high', 'reg adds a program to start-up')
        : []
    case 'New-ScheduledTask':
    case 'Register-ScheduledTask':
    case 'New-Service':
      return seen('persist.schedule', 'high', `${name} makes a task that stays`)
    case 'insmod':
      return args.some((arg) => /tmp|^\.\//.test(arg))
        ? seen('persist.kernel', 'high', 'loads a kernel module')
        : []
    case 'launchctl':
      return /^(load|bootstrap|submit|enable)$/.test(args[0] ?? '')
        ? seen('persist.service', 'high', 'launchctl starts an agent at every login')
        : []
    case 'ssh-copy-id':
      return seen('persist.key', 'low', 'ssh-copy-id lets a key log in elsewhere')
    default:
      return []
  }
}

function placed(target: string): readonly Finding[] {
  const found = startPlaces.find(([place]) => place.test(target))
  if (
    found === undefined ||
    found[1] === 'persist.start-up' ||
    found[1] === 'persist.service' ||
    found[1] === 'persist.agent-memory'
  )
    return found === undefined
      ? []
      : [finding(NAME, `${found[1]}-placed`, 'low', `puts ${found[3]} in place: ${shown(target)}`)]
  return [finding(NAME, found[1], found[2], `puts ${found[3]} in place: ${shown(target)}`)]
}

function user(args: readonly string[]): readonly Finding[] {
  const isRoot = args.some(
    (arg, index) => (/^(-u|--uid)$/.test(arg) && args[index + 1] === '0') || arg === '--uid=0',
  )
  if (isRoot)
    return [finding(NAME, 'persist.privilege', 'critical', 'makes a second account with the power of root')]
  const isAdmin = args.some(
    (arg, index) =>
      /^(-\w*G|--groups|-g)$/.test(arg) && /^(sudo|wheel|root|admin)\b/.test(args[index + 1] ?? ''),
  )
  return isAdmin ? [finding(NAME, 'persist.account', 'high', 'makes an account an administrator')] : []
}

/** A setuid shell is a way back to root for whoever finds it. */
function setuid(args: readonly string[], reading: Reading): readonly Finding[] {
  const target = args.findLast((arg) => !arg.startsWith('-')) ?? ''
  const isShell = /(^|\/)(ba|da|z|k)?sh$|python|perl/.test(target)
  const isCopied = reading.invocations.some(
    (each) => each.name === 'cp' && each.args.at(-1) === target && /sh$/.test(each.args[0] ?? ''),
  )
  const severity =
    isShell || isCopied ? 'critical' : /^\/tmp|^\/var\/tmp|^\/dev\/shm/.test(target) ? 'high' : 'info'
  return [
    finding(
      NAME,
      severity === 'info' ? 'persist.setuid' : 'persist.setuid-shell',
      severity,
      `makes ${shown(target)} run with its owner's power`,
    ),
  ]
}
