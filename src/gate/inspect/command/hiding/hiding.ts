import type { Finding } from '../../../finding.ts'
import { type CommandDetector, finding, none, ofEach, shown, together } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import { plainPath } from '../plain-path.ts'
import type { Assignment, Invocation, Reading } from '../shell/model.ts'
import { actsAgainstGate } from './gate.ts'
import { guards } from './guards.ts'
import { masks } from './masks.ts'
import { ofWindows } from './windows.ts'

const NAME = 'hiding'

/** Removing the traces of what was done, or the guards that would see it. */
export const hiding: CommandDetector = {
  name: NAME,
  inspect: (reading) =>
    together(
      ofEach(reading.assignments, ofAssignment, reading),
      ofEach(reading.invocations, ofInvocation, reading),
      ofEach(reading.invocations, guards, reading),
      ofEach(reading.invocations, masks, reading),
      ofEach(reading.windows, ofWindows, reading),
      ofEach(reading.invocations, actsAgainstGate, reading),
    ),
}

const seen = (fact: string, severity: Finding['severity'], summary: string): readonly Finding[] => [
  finding(NAME, fact, severity, summary),
]

function ofAssignment([name, value]: Assignment): readonly Finding[] {
  if (name === 'HISTFILE' && (value === '' || value === '/dev/null'))
    return seen('hide.history', 'high', 'switches the shell history off')
  if (name === 'HISTIGNORE' && /^['"]?\*['"]?$|\b(curl|wget|nc|ssh|scp)\*/.test(value))
    return seen('hide.history', 'medium', 'keeps what is typed out of the shell history')
  if (/^HIST(FILE)?SIZE$/.test(name) && value === '0')
    return seen('hide.history', 'high', 'switches the shell history off')
  if (/^(LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)$/.test(name) && value.includes('/'))
    return seen(
      'hide.preload',
      /^\/(tmp|dev\/shm|var\/tmp)\//.test(value) ? 'high' : 'medium',
      `loads ${shown(value)} into what runs next`,
    )
  return none
}

const historyFile =
  /(^|\/)\.(bash|zsh|ash|sh|mysql|psql|python|rediscli)_history$|fish_history$|(^|\/)ConsoleHost_history\.txt$/
const logFile =
  /^\/var\/log\/(\*|wtmp|btmp|lastlog|utmp|auth\.log|secure|syslog|messages|audit|journal|kern\.log|faillog|maillog|cron|apache2|nginx|httpd|system\.log|install\.log|wtmp|sudo)|^\/var\/run\/utmp|^\/var\/log\/?$|^\/run\/log\/journal/

/** Words as a file system takes them; almost none changes. */
function plainPaths(args: readonly string[]): readonly string[] {
  return args.some((arg) => arg.startsWith('/') && detour.test(arg))
    ? args.map((arg) => (arg.startsWith('/') ? plainPath(arg) : arg))
    : args
}

const detour = /\/\/|\/\.{1,2}\//

const joined = new Set([
  'set',
  'wevtutil',
  'journalctl',
  'auditctl',
  'systemctl',
  'service',
  'Set-MpPreference',
  'Add-MpPreference',
])

const byName = looksByName(ofProgram)

function ofInvocation(invocation: Invocation, reading: Reading): readonly Finding[] {
  for (const { direction, endpoint } of invocation.redirections) {
    if (direction !== 'write' || endpoint.kind !== 'file') continue
    if (historyFile.test(endpoint.path))
      return seen('hide.history', 'high', `overwrites ${shown(endpoint.path)}`)
    if (logFile.test(endpoint.path)) return seen('hide.logs', 'high', `overwrites ${shown(endpoint.path)}`)
  }
  return byName(invocation, reading)
}

function ofProgram(invocation: Invocation): readonly Finding[] {
  const { name } = invocation
  const args = plainPaths(invocation.args)
  const all = joined.has(name) ? args.join(' ') : ''
  switch (name) {
    case 'history':
      return args.some((arg) => /^-[a-z]*[cd]/.test(arg))
        ? seen('hide.history', 'high', 'deletes the shell history')
        : []
    case 'unset':
      return args.includes('HISTFILE') ? seen('hide.history', 'high', 'switches the shell history off') : []
    case 'set':
      return /\+o history/.test(all) ? seen('hide.history', 'high', 'switches the shell history off') : []
    case 'Clear-History':
    case 'Clear-EventLog':
    case 'wevtutil':
      return name !== 'wevtutil' || /^(cl|clear-log)\b/.test(all)
        ? seen('hide.logs', 'high', `${name} deletes records`)
        : []
    case 'rm':
    case 'shred':
    case 'truncate':
    case 'unlink':
    case 'ln':
    case 'cp':
    case 'srm': {
      const targets = name === 'cp' ? (args[0] === '/dev/null' ? args.slice(1) : []) : args
      const history = targets.find((arg) => historyFile.test(arg))
      if (history !== undefined) return seen('hide.history', 'high', `${name} takes away ${shown(history)}`)
      const log = targets.find((arg) => logFile.test(arg))
      return log === undefined || name === 'ln'
        ? []
        : seen('hide.logs', 'high', `${name} takes away ${shown(log)}`)
    }
    case 'sed':
      return args.some((arg) => /^-\w*i/.test(arg)) &&
        args.some((arg) => logFile.test(arg) || historyFile.test(arg))
        ? seen('hide.logs', 'high', 'edits records in place')
        : []
    case 'touch':
      return touched(args)
    case 'journalctl':
      return /--vacuum-(time|size)=(0|1)\w?\b|--vacuum-time=[1-9]\d?s\b/.test(all)
        ? seen('hide.logs', 'high', 'empties the journal')
        : []
    case 'find':
      // One find over the records that ends in their loss.
      return args.some((arg) => /^\/var\/log\/?$|^\/private\/var\/log\/?$/.test(arg)) &&
        args.includes('-exec') &&
        args.some((arg) => /^(shred|unlink|truncate|srm)$/.test(arg))
        ? seen('hide.logs', 'high', 'find takes records away')
        : []
    case 'sysctl':
      return args.some((arg) =>
        /^kernel\.(randomize_va_space=0|kptr_restrict=0|yama\.ptrace_scope=0)/.test(arg),
      )
        ? seen('hide.guards', 'medium', 'weakens what the kernel guards with')
        : []
    case 'mdatp':
    case 'falconctl':
      return args.some((arg) => /^disabled?$|^(uninstall|unload|stop)$/i.test(arg))
        ? seen('hide.guards', 'high', `${name} switches a guard off`)
        : []
    case 'spctl':
    case 'csrutil':
      return args.some((arg) => /^(--master-|--global-)?disable$/.test(arg))
        ? seen('hide.guards', 'high', `${name} switches a guard off`)
        : []
    case 'aws':
      return /\b(stop-logging|delete-trail|delete-flow-logs|delete-detector|disable-(security-hub|alarm-actions)|stop-configuration-recorder|delete-configuration-recorder)\b/.test(
        args.slice(0, 4).join(' '),
      )
        ? seen('hide.guards', 'high', 'switches the records of a cloud off')
        : []
    case 'xattr':
      return args.includes('com.apple.quarantine') && args.some((arg) => /^-\w*d/.test(arg))
        ? seen('hide.guards', 'medium', 'takes the mark of a fetched file away')
        : []
    case 'profiles':
      return args.some((arg) => /^(remove|-R|-D)$/.test(arg))
        ? seen('hide.guards', 'medium', 'removes a profile of the owner')
        : []
    case 'auditctl':
      return /-e\s*0|-D\b/.test(all) ? seen('hide.guards', 'high', 'switches auditing off') : []
    case 'setenforce':
      return /^(0|permissive)$/i.test(args[0] ?? '')
        ? seen('hide.guards', 'medium', 'switches SELinux off')
        : []
    case 'ufw':
      return (args.includes('disable') && !args.includes('--dry-run')) ||
        (args.includes('logging') && args.includes('off'))
        ? seen('hide.guards', 'medium', 'switches the firewall or its records off')
        : []
    case 'iptables':
    case 'nft':
      return args.length === 1 && (args[0] === '-F' || args[0] === '--flush')
        ? seen('hide.guards', 'low', 'empties the firewall')
        : []
    case 'systemctl':
    case 'service':
      return /\b(stop|disable|mask|kill)\b/.test(all) &&
        /\b(auditd|rsyslog|syslog|systemd-journald|fail2ban|falcon-sensor|crowdstrike|osquery\w*|clamav\S*|apparmor|wazuh\S*|ossec\S*|firewalld|ufw|mdatp|cbdaemon|cbagentd|sentinel(one|d)\S*|ds_agent|xagt|elastic-agent|auditbeat|aide|tripwire|samhain|snort|suricata)\b/.test(
          all,
        )
        ? seen('hide.guards', 'high', `stops a guard: ${shown(all)}`)
        : []
    case 'Set-MpPreference':
    case 'Add-MpPreference':
      return /Disable|Exclusion/i.test(all) ? seen('hide.guards', 'high', 'weakens the virus scanner') : []
    case 'utmpdump':
      return args.includes('-r') ? seen('hide.logs', 'high', 'rewrites the login records') : []
    default:
      return unconcerned
  }
}

/** Setting a file's time back to another's. Builds do it for outputs; a system path never needs it. */
function touched(args: readonly string[]): readonly Finding[] {
  const isCopied = args.some((arg) => /^-\w*r$|^--reference/.test(arg))
  const isSet = args.some((arg) => /^-\w*[td]$|^--date/.test(arg))
  if (!isCopied && !isSet) return []
  const target = args.at(-1) ?? ''
  const isSystem =
    /^\/(etc|bin|sbin|usr|lib|var|root|boot)\//.test(target) || /authorized_keys|cron|\.ssh/.test(target)
  const isFromSystem = isCopied && args.some((arg) => /^\/(bin|usr\/bin|etc|sbin)\//.test(arg))
  return isSystem || isFromSystem
    ? seen('hide.times', 'high', `sets the time of ${shown(target)} to another`)
    : []
}
