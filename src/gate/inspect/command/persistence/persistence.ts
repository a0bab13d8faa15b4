import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, ofEach, shown, together } from '../detector.ts'
import { looksByName } from '../dispatch.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { accounts } from './accounts.ts'
import { startedByGit, startsHidden } from './hidden-starts.ts'
import { holds, inPlaceOf, startsUnseen, typedIn } from './holds.ts'
import { identities } from './identities.ts'
import { opened } from './opened.ts'
import { byAnyProgram, byProgram, placed, setGoing, written } from './start-places.ts'
import { ofFunctions, ofShell, ofVariable } from './traps.ts'
import { ofWindows } from './windows.ts'

const NAME = 'persistence'

/** `jq '.scripts.postinstall="…"' package.json`. */
const installHook = /\.scripts\W{1,3}(pre|post)?(install|prepare)\b[\s\])"']{0,3}\|?=[^=]/

/** What would still be there, or run again, after the session is over. */
export const persistence: CommandDetector = {
  name: NAME,
  inspect: (reading) => {
    const findings = together(
      ofEach(reading.assignments, ofVariable, reading),
      ofEach(reading.writes, written, reading),
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.invocations, byAnyProgram, reading),
      ofEach(reading.invocations, identities, reading),
      ofEach(reading.programs, byProgram, reading),
      inFrontOf(reading),
      ofFunctions(reading),
      ofEach(reading.windows, ofWindows, reading),
    )
    return together(findings, setGoing(findings, reading))
  },
}

function ofInvocation(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  const seen = (fact: string, severity: Finding['severity'], summary: string) => [
    finding(NAME, fact, severity, summary),
  ]
  switch (name) {
    case 'fcrontab':
    case 'crontab': {
      const isListing = args.some((arg) => /^-[a-zA-Z]*[ler]$/.test(arg))
      if (
        isListing ||
        (args.length === 0 && invocation.streams.stdin.kind !== 'file' && invocation.stage === 0)
      )
        return []
      const isWrite =
        invocation.streams.stdin.kind === 'file' ||
        args.length === 0 ||
        args.includes('-') ||
        args.some((arg) => !arg.startsWith('-'))
      const isUser = args.length === 2 && args[0] === '-u'
      const isHidden = args.includes('-') || args.some((arg) => arg.startsWith('/tmp'))
      return isWrite && !isUser
        ? seen('persist.schedule', isHidden ? 'high' : 'medium', 'crontab installs scheduled jobs')
        : []
    }
    case 'incrontab':
      return args.includes('-') || invocation.stage > 0
        ? seen('persist.schedule', 'high', 'incrontab installs jobs that run on a change of files')
        : []
    case 'at':
    case 'batch':
      return invocation.input !== undefined ||
        args.some((arg) => /^\/(interactive|every|next)\b/i.test(arg)) ||
        invocation.stage > 0 ||
        invocation.streams.stdin.kind === 'file' ||
        args.includes('-f')
        ? seen('persist.schedule', 'medium', `${name} runs something later`)
        : []
    case 'cp':
    case 'mv':
    case 'install':
    case 'ln':
    case 'sed': {
      const target =
        name === 'sed' && !args.some((arg) => /^-\w*i|^--in-place/.test(arg)) ? undefined : args.at(-1)
      if (target === undefined) return []
      const mode = name === 'install' ? args[args.indexOf('-m') + 1] : undefined
      if (mode !== undefined && args.includes('-m') && /^[4-7]\d{3}$/.test(mode))
        return setuid([mode, target], reading)
      const sources = name === 'sed' ? [] : args.slice(0, -1).filter((arg) => !arg.startsWith('-'))
      if (sources.every((source) => source === `${target}.sample`) && sources.length > 0) return []
      return [...placed(target, sources), ...inPlaceOf(name, args), ...typedIn(name, args, target)]
    }
    case 'curl':
    case 'wget': {
      const at = args.findIndex((arg) => /^(-o|-O|--output|--output-document)$/.test(arg))
      return at < 0 ? [] : [...placed(args[at + 1] ?? ''), ...inPlaceOf(name, args)]
    }
    case 'chmod':
      return args.some((arg) => /^([24567]\d{3}|[augo]*\+[rwx]*s[rwx]*)$/.test(arg) && !/^0/.test(arg))
        ? setuid(args, reading)
        : opened(name, args)
    case 'chown':
      return opened(name, args)
    case 'jq':
    case 'yq':
      return args.some((arg) => installHook.test(arg))
        ? seen('persist.hook', 'medium', `${name} has something run at every install`)
        : []
    case 'setcap':
      return args.some((arg) =>
        /cap_(setuid|setgid|sys_admin|dac_override|dac_read_search|sys_ptrace|sys_module|chown|fowner|setfcap)/.test(
          arg,
        ),
      )
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
    case 'kldload':
    case 'kextload':
    case 'kmutil': {
      const module = args.find((arg) => /[./].*\.?k?(o|ext)\b|\.(ko|kext)(\.\w+)?$/.test(arg))
      if (module === undefined || (name === 'kmutil' && args[0] !== 'load')) return []
      return seen('persist.kernel', 'high', `loads a kernel module: ${shown(module)}`)
    }
    case 'trap':
      // Run before every command from now on, with what was typed at hand; or when the shell is left.
      return (/BASH_COMMAND/.test(args[0] ?? '') &&
        /\b(curl|wget|nc|ncat|logger|tee)\b/.test(args[0] ?? '')) ||
        (args.includes('DEBUG') && /BASH_COMMAND|\b(curl|wget|nc|ncat)\b/.test(args[0] ?? '')) ||
        (args.length > 1 && startsUnseen(args[0] ?? ''))
        ? seen('persist.trap', 'medium', 'runs something on what the shell does later')
        : []
    case 'launchctl':
      return /^(load|bootstrap|submit|enable)$/.test(args[0] ?? '') ||
        (args[0] === 'setenv' && /^DYLD_/.test(args[1] ?? ''))
        ? seen('persist.service', 'high', 'launchctl starts an agent at every login')
        : []
    case 'ssh-copy-id':
      return seen('persist.key', 'low', 'ssh-copy-id lets a key log in elsewhere')
    case 'systemd-run':
      return args.some((arg) => /^--(on-[\w-]+|timer-property)(=|$)/.test(arg))
        ? seen('persist.schedule', 'medium', 'systemd-run makes a timer')
        : ofShell(invocation)
    case 'defaults':
      if (
        args[0] === 'write' &&
        args.some((arg) =>
          /FolderActionsDispatcher|com\.apple\.loginitems|LSEnvironment|AutoLaunchedApplicationDictionary|TALAppsToRelaunchAtLogin/.test(
            arg,
          ),
        )
      )
        return seen('persist.launch', 'medium', 'has macOS start something by itself')
      return args[0] === 'write' && args.some((arg) => /^(Login|Logout)Hook$/.test(arg))
        ? seen('persist.start-up', 'high', 'runs a program at every login')
        : []
    case 'security':
      if (args[0] === 'authorizationdb' && args[1] === 'write')
        return seen('persist.privilege', 'medium', 'changes who may do what on this machine')
      return args[0] === 'add-trusted-cert' && args.some((arg) => /^-\w*d$|^trustRoot$/.test(arg))
        ? seen('persist.trust', 'medium', 'makes every program trust a certificate')
        : []
    case 'systemctl':
      if (args[0] === 'set-property' && args.some((arg) => /^Exec\w+=/.test(arg)))
        return seen('persist.service', 'medium', 'changes what a service starts')
      if (args.includes('edit') && (invocation.input !== undefined || args.includes('--stdin')))
        return /\bExec\w+\s*=/.test(invocation.input ?? 'ExecStart=')
          ? seen('persist.service', 'medium', 'changes what a service starts')
          : []
      return args.some((arg) => arg === 'enable' || arg === 'link') &&
        args.some((arg) => /^[~.]?\/.+\.(service|timer|path|socket)$/.test(arg))
        ? seen('persist.service', 'medium', 'starts a unit from outside the system at every boot')
        : []
    case 'osascript':
      return args.some((arg) => /\bmake (new )?login item\b/i.test(arg))
        ? seen('persist.login', 'medium', 'opens a program at every login')
        : []
    case 'git':
      if (
        /\bcore\.(sshCommand|hooksPath) [~/]\S|\bcredential\S*\.helper !(?!\S*\b(gh|glab|aws|gcloud(\.\w+)?|az)\b )|\binclude\.path \/(tmp|var\/tmp|dev\/shm)/.test(
          args.join(' '),
        )
      )
        return seen('persist.hook', 'medium', 'runs a program whenever git is used')
      if (
        gitRuns.test(args.join(' ')) ||
        startsUnseenOrHidden(startedByGit(args.join(' '))) ||
        /\binit\.templatedir [~/$]/i.test(args.join(' '))
      )
        return seen('persist.hook', 'medium', 'runs a program whenever git is used')
      return /\bcore\.fsmonitor (?!true|false)\S/.test(args.join(' '))
        ? seen('persist.hook', 'medium', 'runs a program whenever git looks at the files')
        : []
    case 'sysctl':
      return args.some((arg) => /^kernel\.(core_pattern|modprobe|hotplug)=\|?\S*\//.test(arg))
        ? seen('persist.privilege', 'high', 'what the kernel starts as root is changed')
        : []
    default:
      return others(invocation, reading)
  }
}

const others = looksByName(accounts, holds, ofShell)

const startsUnseenOrHidden = (program: string | undefined) =>
  program !== undefined && (startsHidden(program) || startsUnseen(program))

/** Settings of git whose value is a program, set to one that no system keeps. */
const gitRuns =
  /^(-\S+ )*config\b.*\b(core\.(pager|editor|sshCommand)|sequence\.editor|diff\.external|filter\.\S+\.(smudge|clean|process)|alias\.\S+|gpg\.program|diff\.\S+\.(textconv|command)|merge\.\S+\.driver) !?['"]?((python[\d.]*|perl|ruby|node|php|(ba|z|da)?sh) )?(\/tmp\/|\/var\/tmp\/|\/dev\/shm\/|rm -\w*r\w* [/~]|.*\b(curl|wget|nc|ncat)\b|.*\/dev\/tcp\/)/i

/** `mv ls ls.old`, then a new `ls` that calls `ls.old`: whoever runs the program runs both. */
function inFrontOf({ invocations, writes }: Reading): readonly Finding[] {
  return writes.flatMap(({ path, text }) => {
    if (text === undefined || !/^[/$~]/.test(path) || !text.includes(path)) return []
    const aside = invocations.find(
      ({ name, args }) =>
        (name === 'mv' || name === 'cp') && args.at(-2) === path && (args.at(-1) ?? '').startsWith(path),
    )
    return aside !== undefined && text.includes(aside.args.at(-1) ?? '') && !isOwnScript(path)
      ? [finding(NAME, 'persist.replaced', 'high', `puts something in front of ${shown(path)}`)]
      : []
  })
}

const isOwnScript = (path: string) => /^(\.|\$(PWD|HOME)|~)/.test(path)

/** A setuid shell is a way back to root for whoever finds it. */
function setuid(args: readonly string[], reading: Reading): readonly Finding[] {
  const target = args.findLast((arg) => !arg.startsWith('-')) ?? ''
  const isShell = /(^|\/)(ba|da|z|k)?sh$|python|perl/.test(target)
  const isCopied = reading.invocations.some(
    (each) => each.name === 'cp' && each.args.at(-1) === target && /sh$/.test(each.args[0] ?? ''),
  )
  const isUser = args.some(
    (arg) =>
      /^[4567]\d{3}$|^[augo,]*u[rwx]*\+[rwx]*s|^u?\+\w*s|^[ug]+\+[rwx]*s/.test(arg) && !/^2|^g\+/.test(arg),
  )
  const isTemporary = /^\/tmp|^\/var\/tmp|^\/dev\/shm/.test(target)
  const severity = isShell || isCopied ? 'critical' : isTemporary ? 'high' : isUser ? 'medium' : 'info'
  return [
    finding(
      NAME,
      severity === 'info' || severity === 'medium' ? 'persist.setuid' : 'persist.setuid-shell',
      severity,
      `makes ${shown(target)} run with its owner's power`,
    ),
  ]
}
