import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'hiding'

const seen = (
  fact: string,
  summary: string,
  severity: Finding['severity'] = 'medium',
): readonly Finding[] => [finding(NAME, fact, severity, summary)]

/** Names that a listing passes over or takes for the kernel's own. */
const masked =
  /\/(\.\.\.+|\.\.? +|\[(k[a-z]+d?(\/[\w:-]*)?|[\w-]+[/:][\w:-]*|(rcu|migration|watchdog|md|jbd2|scsi|irq|cpuhp)\b[\w/:-]*)\])$/
/** Of the system; in a project brackets stand for a part of an address (`app/blog/[slug]`). */
const maskedInSystem = /^\/(tmp|var|dev|usr|etc|opt|lib|root|run|bin|sbin)\/(.*\/)?\[[\w/:-]+\]$/
const hiddenPlace = /^\/dev\/shm\/\.\w/
const record = /^\/var\/log\/[\w.-]+$|^\/var\/(spool\/)?mail\/root$/

/** Things made to look like others, or put where nobody looks (MITRE ATT&CK T1564, T1036). */
export function masks({ name, args, redirections, path }: Invocation): readonly Finding[] {
  if (path.startsWith('/dev/shm/.')) return seen('hide.mask', `runs ${shown(path)} from where nobody looks`)
  switch (name) {
    case 'cp':
    case 'mv':
    case 'mkdir':
    case 'install':
    case 'ln': {
      const target = args.at(-1) ?? ''
      if (
        name === 'mv' &&
        record.test(target) &&
        !args.some((arg) => arg !== target && arg.startsWith('/var/log/'))
      )
        return seen('hide.logs', `puts another file in the place of ${shown(target)}`, 'high')
      return masked.test(target) || maskedInSystem.test(target) || hiddenPlace.test(target)
        ? seen('hide.mask', `gives something a name that nobody sees: ${shown(target)}`)
        : []
    }
    case 'exec':
      return args.some((arg, index) => args[index - 1] === '-a' && /^\[.*\]$/.test(arg))
        ? seen('hide.mask', 'runs under the name of a part of the kernel', 'high')
        : []
    case 'mount':
      return args.some((arg) => /^(--bind|bind|.*\bbind\b.*)$/.test(arg)) &&
        /^\/proc\/\d+\/?$/.test(args.at(-1) ?? '')
        ? seen('hide.mask', 'lays something over a running program', 'high')
        : []
    case 'chflags':
      return args.includes('hidden') ? seen('hide.mask', `hides ${shown(args.at(-1) ?? '')}`) : []
    case 'SetFile':
      return args.includes('V') ? seen('hide.mask', `hides ${shown(args.at(-1) ?? '')}`) : []
    case 'log':
      return args[0] === 'erase' ? seen('hide.logs', 'deletes records', 'high') : []
    case 'dmesg':
      return args.some((arg) => /^(-C|--clear)$/.test(arg))
        ? seen('hide.logs', 'empties what the kernel said')
        : []
    case 'chattr':
      return args.some((arg) => /^-\w*a/.test(arg)) && args.some((arg) => arg.startsWith('/var/log'))
        ? seen('hide.logs', 'opens records to changes')
        : []
    case 'debugfs':
      return args.some((arg) => /set_inode_field|\bmtime\b|\bcrtime\b/.test(arg))
        ? seen('hide.times', 'sets the time of a file to another', 'high')
        : []
    default:
      return redirections.some(
        ({ direction, endpoint }) =>
          direction === 'write' && endpoint.kind === 'file' && /^\/var\/(spool\/)?mail\//.test(endpoint.path),
      )
        ? seen('hide.logs', 'overwrites the letters of an account')
        : []
  }
}
