// Words that a shell takes for something else from now on: variables that name a program to start, names that stand
// for other programs, what completes a word or answers a mistyped one.
import type { Finding } from '../../../finding.ts'
import { finding, none, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { isDuplex } from '../network.ts'
import type { Assignment, Invocation, Reading } from '../shell/model.ts'
import { startsHidden } from './hidden-starts.ts'
import { startsUnseen } from './holds.ts'

const NAME = 'persistence'

const seen = (summary: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
  finding(NAME, 'persist.trap', severity, summary),
]

/** Each names a program or a library that others load or start without being asked. */
const starters =
  /^(BASH_ENV|ENV|GIT_(SSH(_COMMAND)?|ASKPASS|EXTERNAL_DIFF|PAGER|EDITOR|PROXY_COMMAND)|SSH_ASKPASS|SUDO_ASKPASS|PAGER|MANPAGER|LESSOPEN|EDITOR|VISUAL|BROWSER|PYTHONSTARTUP|PYTHONPATH|PERL5(OPT|LIB)|RUBYOPT|NODE_OPTIONS|DOTNET_STARTUP_HOOKS|COR(ECLR)?_PROFILER_PATH\w*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|LD_(PRELOAD|AUDIT|LIBRARY_PATH)|DYLD_(INSERT_LIBRARIES|LIBRARY_PATH)|PROMPT_COMMAND|PS4|npm_config_script_shell)$/
const nowhere = /(^|[\s'"=:!@(])(\/tmp|\/var\/tmp|\/dev\/shm)\/(?!\$)[\w.]/
const fetches = /\b(curl|wget)\b[^|;&]*\|\s*(ba|z|da)?sh\b|\b(nc|ncat|socat)\b|\/dev\/(tcp|udp)\//

/** `GIT_SSH_COMMAND=/tmp/x`, `PROMPT_COMMAND='eval …'`. */
export function ofVariable([name, value]: Assignment): readonly Finding[] {
  if (!starters.test(name)) return none
  if (
    name === 'PROMPT_COMMAND' &&
    /\beval\b|\b(tee|logger|curl|wget|nc|ncat)\b|\/dev\/(tcp|udp)\//.test(value)
  )
    return seen('runs or carries away something before every prompt', 'high')
  if (name === 'PS4' && /\$\(.*(chmod|cp \S*sh\b|curl|wget|\bnc\b)|\uE000/.test(value))
    return seen('runs something with every command of a script')
  const isUnseen = name === 'PROMPT_COMMAND' ? startsUnseen(value) : nowhere.test(value)
  return isUnseen || fetches.test(value)
    ? seen(`${name} has other programs start or load ${shown(value)}`)
    : none
}

/** What people hand passwords, keys or work to; nobody gives these names to anything else. */
const trusted =
  /^(sudo|su|doas|ssh|scp|sftp|passwd|login|gpg2?|git|docker|podman|kubectl|helm|terraform|aws|az|gcloud|npm|pnpm|yarn|pip3?|cargo|go|mysql|psql|vault|op|pass|security|ls|cd|cat|cp|ps|vi|vim)$/

/** `alias sudo='curl …; sudo'`, as it stands in a line or a start-up file. */
export function aliasTrap(name: string, value: string): boolean {
  if (nowhere.test(value) && (trusted.test(name) || /^\/(tmp|var\/tmp|dev\/shm)\//.test(value))) return true
  if (!trusted.test(name)) return false
  return /\b(curl|wget|nc|ncat|tee)\b|_proxy=|\/dev\/(tcp|udp)\/|\brm -\w*r\w* [/~]|\/\.[a-z]\w*\/[\w.]+$/.test(
    value,
  )
}

const aliasLine = /^\s*alias\s+([\w.-]+)=(?:"([^"\n]*)"|'([^'\n]*)'|(\S+))/gm

/** Whether a start-up file gives a name that is trusted to something else. */
export function hasAliasTrap(text: string): boolean {
  if (!text.includes('alias')) return false
  return [...text.matchAll(aliasLine)].some((match) =>
    aliasTrap(match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? ''),
  )
}

/** Called by a shell by itself: on a mistyped word, before a prompt or a program, on a change of folder. */
const hooks =
  /^(command_not_found_handler?|precmd|preexec|chpwd|periodic|zshaddhistory|zshexit|fish_(prompt|preexec|postexec)|_?prompt_command)$/

/** A function that shells call by themselves, or under the name of a program, and that talks to somebody else. */
export function ofFunctions({ functions, programs }: Reading): readonly Finding[] {
  const trap = functions.find(
    ({ name, body }) =>
      (hooks.test(name) || (trusted.test(name) && !/^(ls|cd|cat|vim?|npm|go|docker)$/.test(name))) &&
      body.some(
        (each) =>
          /^(curl|wget|logger)$/.test(each.name) ||
          isDuplex(each) ||
          startsUnseen(each.path) ||
          programs.some(
            ({ by, facts }) => by === each && (facts.downloads || facts.connects || facts.uploads),
          ),
      ),
  )
  return trap === undefined
    ? none
    : seen(`${shown(trap.name)} talks to another machine whenever it is called`)
}

export function ofShell({ name, args }: Invocation): readonly Finding[] {
  switch (name) {
    case 'alias': {
      const trap = args.find((arg) => {
        const at = arg.indexOf('=')
        return at > 0 && aliasTrap(arg.slice(0, at), arg.slice(at + 1))
      })
      return trap === undefined ? none : seen(`gives the name of a program to something else: ${shown(trap)}`)
    }
    case 'complete': {
      const command = args[args.indexOf('-C') + 1] ?? ''
      return args.includes('-C') && (nowhere.test(command) || /\b(curl|wget|nc|ncat|env)\b/.test(command))
        ? seen(`runs ${shown(command)} whenever somebody completes a word`)
        : none
    }
    case 'touch':
    case 'mkdir': {
      // Taken for an option by whatever is later given `*` in this folder.
      const option = args.find((arg) =>
        /^(\S*\/)?--?(checkpoint-action=exec|to-command=|rsh=|use-compress-program=|e (ba)?sh )/.test(arg),
      )
      return option === undefined
        ? none
        : seen(`makes a file that programs take for an option: ${shown(option)}`)
    }
    case 'nohup':
    case 'setsid':
    case 'systemd-run':
    case 'disown': {
      const started = args.find((arg) => !/^-|^(nohup|setsid)$/.test(arg)) ?? ''
      const isUnseen =
        startsUnseen(started) ||
        startsHidden(` ${started}`) ||
        /^\/(tmp|var\/tmp|dev\/shm)\//.test(started) ||
        /\/\.[a-z][\w.-]*$/i.test(started)
      return isUnseen
        ? [
            finding(
              NAME,
              'persist.background',
              'medium',
              `${name} leaves ${shown(started)} running, from where nobody keeps programs`,
            ),
          ]
        : none
    }
    case 'ssh-keygen':
      return /^(\/tmp|\/var\/tmp|\/dev\/shm)\//.test(args[args.indexOf('-f') + 1] ?? '') &&
        args.includes('-f') &&
        !args.some((arg) => /^-[lyFRepiH]/.test(arg))
        ? [finding(NAME, 'persist.key', 'medium', 'makes a key where nobody keeps keys')]
        : none
    case 'patchelf':
    case 'objcopy':
    case 'elfedit': {
      const target = args.at(-1) ?? ''
      const isChanged =
        (name === 'patchelf' &&
          /^--(set-interpreter|add-rpath|set-rpath|add-needed|replace-needed)/.test(args[0] ?? '') &&
          (/^\/(usr\/)?s?bin\//.test(target) || args.some((arg) => nowhere.test(arg)))) ||
        (/^\/(usr\/)?(local\/)?s?bin\//.test(target) &&
          args.some((arg) =>
            /^--(add-section|update-section|set-interpreter|add-rpath|output-\w+)/.test(arg),
          ))
      return isChanged
        ? [finding(NAME, 'persist.replaced', 'medium', `${name} changes what ${shown(target)} loads or is`)]
        : none
    }
    default:
      return unconcerned
  }
}
