import { withoutFolders } from './handed.ts'
import type { Invocation } from './model.ts'

/** Another command inside the words of this one. */
export type Nested =
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isRepeated: boolean }
  | { readonly kind: 'text'; readonly text: string; readonly isRepeated: boolean }

/** Words from standard input that `xargs` would add are read up to this many. */
const ADDED_WORDS_MAX = 200

export function nestedIn(invocation: Invocation): readonly Nested[] {
  const inside = Object.hasOwn(nesters, invocation.name) ? nesters[invocation.name] : undefined
  return inside === undefined ? [] : inside(invocation)
}

const text = (value: string | undefined, isRepeated = false): readonly Nested[] =>
  value === undefined || value === '' ? [] : [{ kind: 'text', text: value, isRepeated }]

const afterOption =
  (...options: readonly string[]) =>
  ({ args }: Invocation): readonly Nested[] =>
    args.flatMap((arg, index) => {
      if (options.includes(arg)) return text(args[index + 1])
      const long = options.find((option) => option.startsWith('--') && arg.startsWith(`${option}=`))
      if (long !== undefined) return text(arg.slice(long.length + 1))
      return []
    })

const find = ({ args }: Invocation): readonly Nested[] => {
  const found: Nested[] = []
  for (let at = 0; at < args.length; at++) {
    if (!/^-(exec|execdir|ok|okdir)$/.test(args[at] ?? '')) continue
    const rest = args.slice(at + 1)
    const end = rest.findIndex((word, index) => word === ';' || word === '\\;' || (word === '+' && index > 0))
    const words = rest.slice(0, end < 0 ? undefined : end)
    if (words.length > 0) found.push({ kind: 'words', words, isRepeated: true })
    at += words.length
  }
  return found
}

const xargs = ({ args, input }: Invocation): readonly Nested[] => {
  let at = 0
  let placeholder: string | undefined
  for (; at < args.length && (args[at] ?? '').startsWith('-'); at++) {
    const arg = args[at] ?? ''
    if (/^-[IndEsLPaJR]$/.test(arg) || /^--(max-args|max-procs|delimiter|arg-file)$/.test(arg)) {
      if (arg === '-I') placeholder = args[at + 1]
      at++
    } else if (arg.startsWith('-I') && arg.length > 2) placeholder = arg.slice(2)
    else if (arg === '-i' || /^--replace=?$/.test(arg)) placeholder = '{}'
    else if (arg.startsWith('--replace=')) placeholder = arg.slice(10)
  }
  const words = args.slice(at)
  if (words.length === 0) return []
  if (input === undefined) return [{ kind: 'words', words, isRepeated: true }]
  const added = input
    .split(/[\s\0]+/)
    .filter((word) => word !== '')
    .slice(0, ADDED_WORDS_MAX)
  const replaced = placeholder
  const whole =
    replaced === undefined
      ? [...words, ...added]
      : words.map((word) => word.replaceAll(replaced, () => added.join(' ')))
  const isShellText = replaced === undefined && /^-\w*c$/.test(words.at(-1) ?? '')
  return isShellText ? text(input) : [{ kind: 'words', words: whole, isRepeated: false }]
}

const parallel = ({ args, input }: Invocation): readonly Nested[] => {
  const end = args.findIndex((arg) => arg.startsWith(':::'))
  const start = args.findIndex(
    (arg, index) =>
      !arg.startsWith('-') &&
      !/^\d+$/.test(arg) &&
      !/^--(results|joblog|tmpdir|colsep|delay|timeout)$|^-[aCS]$/.test(args[index - 1] ?? ''),
  )
  if (start < 0) return input === undefined ? [] : text(input)
  const template = args.slice(start, end < 0 ? undefined : end).join(' ')
  const values = end < 0 ? (input ?? '').trim().split('\n').join(' ') : args.slice(end + 1).join(' ')
  const whole = text(
    template.includes('{}') ? template.replaceAll('{}', () => values) : `${template} ${values}`,
    true,
  )
  // Parallel takes the quotes off once more; a reader of the line expects them to hold.
  const words = args.slice(start, end < 0 ? undefined : end)
  return words.some((word) => /\s/.test(word))
    ? [...whole, { kind: 'words', words, isRepeated: true }]
    : whole
}

/** `screen -dmS name program…`, `tmux new -d 'text'`. */
const multiplexer = ({ args }: Invocation): readonly Nested[] => {
  const verbs =
    /^(new|new-session|neww|new-window|send-keys|send|splitw|split-window|respawn-pane|run-shell|run|if-shell|-X)$/
  const words = args.filter((arg) => !/^-/.test(arg) && !verbs.test(arg) && arg !== 'C-m' && arg !== 'Enter')
  return words.flatMap((word) => (/[\s|>&;/]/.test(word) ? text(word) : []))
}

const screen = ({ args }: Invocation): readonly Nested[] => {
  const start = args.findIndex((arg, index) => {
    const before = args[index - 1] ?? ''
    return !arg.startsWith('-') && !/^-([a-zA-Z]*S|t|c|h|p|r|X|T)$/.test(before)
  })
  if (start < 0 || !args.some((arg) => /^-[dD]?m/.test(arg) || arg === '-L'))
    return multiplexer({ args } as Invocation)
  return [{ kind: 'words', words: args.slice(start), isRepeated: false }]
}

const flock = (invocation: Invocation): readonly Nested[] => {
  const text = afterOption('-c', '--command')(invocation)
  if (text.length > 0) return text
  const start = invocation.args.findIndex((arg) => !arg.startsWith('-') && !/^\d+$/.test(arg))
  const words = invocation.args.slice(start + 1)
  return start < 0 || words.length === 0 ? [] : [{ kind: 'words', words, isRepeated: false }]
}

/** Options of ordinary programs that run a command: known ways out of a restricted shell. */
const tar = ({ args }: Invocation): readonly Nested[] =>
  args.flatMap((arg, index) => {
    const match =
      /^--(?:checkpoint-action=exec|to-command|use-compress-program|info-script|new-volume-script)=(.+)$/s.exec(
        arg,
      )
    return match ? text(match[1]) : arg === '-I' ? text(args[index + 1]) : []
  })

/** Settings of git whose value is run. */
const commandValued =
  /^(?:core\.(?:pager|editor|fsmonitor|sshCommand|askPass)|pager\..+|sequence\.editor|diff\.external|gpg\.program|alias\..+|credential(?:\..+)?\.helper|uploadpack\.packObjectsHook|(?:diff|merge|filter|difftool|mergetool)\..+\.(?:clean|smudge|process|cmd|command|textconv|driver))$/i

const git = ({ args }: Invocation): readonly Nested[] =>
  args.flatMap((arg, index) => {
    const setting =
      args[index - 1] === '-c'
        ? /^(?:alias\.[^=]+=!|core\.(?:pager|editor|sshCommand|fsmonitor)=)(.+)$/s.exec(arg)
        : null
    if (setting) return text(setting[1])
    if (index > 0 && commandValued.test(args[index - 1] ?? '') && args[0] === 'config')
      return text(arg.replace(/^!\s*/, ''))
    // A remote that is a command; `%` keeps a space.
    if (arg.startsWith('ext::')) {
      const words = arg.slice(5).split(/(?<!%) /)
      return [
        { kind: 'words', words: words.map((word) => word.replace(/%([ %])/g, '$1')), isRepeated: false },
      ]
    }
    const before = args[index - 1] ?? ''
    if (args[0] === 'rebase' && /^(-x|--exec)$/.test(before)) return text(arg)
    if (args[0] === 'difftool' && /^(-x|--extcmd)$/.test(before)) return text(arg)
    if (args[0] === 'filter-branch' && before.endsWith('-filter')) return text(arg)
    if (args[0] === 'submodule' && before === 'foreach') return text(args.slice(index).join(' '))
    const said = /^--(?:exec|extcmd|\w+-filter)=(.+)$/s.exec(arg)
    if (said !== null) return text(said[1])
    if (args[0] === 'bisect' && args[1] === 'run' && index === 2)
      return [{ kind: 'words', words: args.slice(2), isRepeated: false }]
    return []
  })

const ssh = ({ args }: Invocation): readonly Nested[] =>
  args.flatMap((arg) => {
    const match =
      /^(?:-[A-Za-z0-9]*o)?\s*(?:ProxyCommand|LocalCommand|KnownHostsCommand)[= ]\s*;?(.+)$/is.exec(arg)
    return match ? text(match[1]) : []
  })

const startStop = (invocation: Invocation): readonly Nested[] => {
  const { args } = invocation
  const at = args.findIndex((arg) => arg === '--exec' || arg === '-x' || arg === '--startas' || arg === '-a')
  if (at < 0) return []
  const dashes = args.indexOf('--')
  const words = [args[at + 1] ?? '', ...(dashes < 0 ? [] : args.slice(dashes + 1))]
  return [{ kind: 'words', words, isRepeated: false }]
}

/** `ansible HOSTS -m shell -a 'text'`: a command on many machines; `state=absent` is a removal said in words. */
const ansible = ({ args }: Invocation): readonly Nested[] => {
  const said = args.findIndex((arg) => arg === '-a' || arg === '--args')
  const words = said < 0 ? '' : (args[said + 1] ?? '')
  const path = /\b(?:path|dest|name)=(\S+)/.exec(words)?.[1]
  const which = args[args.findIndex((arg) => /^(-m|--module-name)$/.test(arg)) + 1] ?? ''
  if (/^(\w+\.)*file$/.test(which)) return /\bstate=absent\b/.test(words) ? text(`rm -rf ${path ?? '/'}`) : []
  return !args.some((arg) => /^(-m|--module-name)$/.test(arg)) || /^(\w+\.)*(shell|command|raw)$/.test(which)
    ? text(words)
    : []
}

const salt = ({ args }: Invocation): readonly Nested[] => {
  const at = args.indexOf('cmd.run')
  return at < 0 ? [] : text(args[at + 1])
}

/** Runs its last words on each of many machines. */
const fleet = ({ args }: Invocation): readonly Nested[] => {
  const at = args.findIndex(
    (arg, index) => !arg.startsWith('-') && !/^-[a-zA-Z]$|^--(hosts?|user|par)$/.test(args[index - 1] ?? ''),
  )
  return at < 0 ? [] : text(args.slice(at).join(' '))
}

/** `npx PACKAGE words…`: a package is mostly called like its program. */
const fetched = ({ args }: Invocation): readonly Nested[] => {
  const at = args.findIndex(
    (arg, index) =>
      !arg.startsWith('-') && !/^(-p|--package|-c|--call|--from|--with)$/.test(args[index - 1] ?? ''),
  )
  const verb = args[at] ?? ''
  const words = args.slice(/^(dlx|exec|x|run)$/.test(verb) ? at + 1 : at)
  return at < 0 || words.length < 2
    ? []
    : [
        {
          kind: 'words',
          words: [(words[0] ?? '').replace(/(?<=.)@.*$/, ''), ...words.slice(1)],
          isRepeated: false,
        },
      ]
}

const nesters: Readonly<Record<string, (invocation: Invocation) => readonly Nested[]>> = {
  find,
  gfind: find,
  fd: (invocation) => {
    const at = invocation.args.findIndex((arg) => /^(-x|-X|--exec|--exec-batch)$/.test(arg))
    return at < 0 ? [] : [{ kind: 'words', words: invocation.args.slice(at + 1), isRepeated: true }]
  },
  xargs,
  gxargs: xargs,
  parallel,
  su: afterOption('-c', '--command', '--session-command'),
  'su-exec': afterOption('-c'),
  runuser: afterOption('-c', '--command'),
  script: (invocation) => [
    ...afterOption('-c', '--command')(invocation),
    ...invocation.args.flatMap((arg, index) =>
      /^-[a-z]+c$/.test(arg) ? text(invocation.args[index + 1]) : [],
    ),
  ],
  sg: afterOption('-c'),
  capsh: (invocation) => afterOption('-c')(invocation),
  flock,
  ansible,
  salt,
  'salt-call': salt,
  pdsh: fleet,
  pssh: fleet,
  'parallel-ssh': fleet,
  clush: fleet,
  dsh: fleet,
  screen,
  tmux: multiplexer,
  tar,
  git,
  schtasks: (invocation) =>
    afterOption(
      '/tr',
      '/TR',
      '-tr',
    )(invocation).map((each) => (each.kind === 'text' ? { ...each, text: withoutFolders(each.text) } : each)),
  sc: ({ args }) => {
    const at = args.findIndex((arg) => /^binpath=$/i.test(arg))
    return at < 0 ? [] : text(withoutFolders(args[at + 1] ?? ''))
  },
  npx: fetched,
  bunx: fetched,
  pnpx: fetched,
  uvx: fetched,
  pipx: fetched,
  ssh,
  scp: ssh,
  sftp: ssh,
  rsync: afterOption('-e', '--rsh', '--rsync-path'),
  zip: afterOption('-TT', '--unzip-command'),
  man: afterOption('-P', '--pager'),
  cmd: ({ args }) => {
    const at = args.findIndex((arg) => /^\/[ckr]$/i.test(arg))
    return at < 0 ? [] : text(args.slice(at + 1).join(' '))
  },
  at: ({ input }) => text(input),
  batch: ({ input }) => text(input),
  entr: ({ args }) => [
    { kind: 'words', words: args.filter((arg) => !arg.startsWith('-')), isRepeated: true },
  ],
  'start-stop-daemon': startStop,
  hyperfine: ({ args }) => args.filter((arg) => !arg.startsWith('-')).flatMap((arg) => text(arg)),
  nmap: ({ args }) =>
    args.flatMap((arg) => {
      const match = /^--script=.*os\.execute\(["'](.+)["']\)/s.exec(arg)
      return match ? text(match[1]) : []
    }),
}
