// Programs that only run another program: what matters is the one inside.

type Wrapper = {
  /** Short options that take the next word. */
  readonly valued: string
  /** Long options that take the next word when they have no `=`. */
  readonly long?: readonly string[]
  /** Words of its own before the program. */
  readonly skip?: number
  /** The program's words are joined and given to a shell. */
  readonly isShellText?: boolean
  readonly isElsewhere?: boolean
}

const wrappers: Readonly<Record<string, Wrapper>> = {
  sudo: {
    valued: 'ugpCcDhRrTtU',
    long: ['--user', '--group', '--host', '--chdir', '--prompt', '--chroot', '--close-from'],
  },
  doas: { valued: 'uC' },
  pkexec: { valued: '', long: ['--user'] },
  gosu: { valued: '', skip: 1 },
  'su-exec': { valued: '', skip: 1 },
  nohup: { valued: '' },
  nice: { valued: 'n', long: ['--adjustment'] },
  ionice: { valued: 'cnp' },
  timeout: { valued: 'ks', long: ['--kill-after', '--signal'], skip: 1 },
  gtimeout: { valued: 'ks', skip: 1 },
  time: { valued: 'fo' },
  stdbuf: { valued: 'ioe' },
  setsid: { valued: '' },
  builtin: { valued: '' },
  exec: { valued: 'a' },
  chroot: { valued: '', skip: 1 },
  unshare: { valued: 'SG' },
  nsenter: { valued: 'tSG' },
  strace: { valued: 'aeopsuEPIObX' },
  ltrace: { valued: 'aeopsun' },
  proxychains: { valued: 'f' },
  proxychains4: { valued: 'f' },
  torsocks: { valued: '' },
  torify: { valued: '' },
  firejail: { valued: '' },
  chrt: { valued: '', skip: 1 },
  taskset: { valued: '', skip: 1 },
  numactl: { valued: 'NmCpi' },
  setarch: { valued: '', skip: 1 },
  prlimit: { valued: '' },
  'systemd-run': { valued: 'pHMu', long: ['--unit', '--property', '--uid', '--gid', '--on-calendar'] },
  'systemd-inhibit': { valued: '', long: ['--what', '--who', '--why', '--mode'] },
  caffeinate: { valued: 'tw' },
  unbuffer: { valued: '' },
  rlwrap: { valued: 'fH' },
  watch: { valued: 'n', long: ['--interval'], isShellText: true },
  'xvfb-run': { valued: 'nseflp' },
  'dbus-run-session': { valued: '' },
  'dbus-launch': { valued: '' },
  busybox: { valued: '' },
  wsl: { valued: 'du', long: ['--distribution', '--user', '--cd'] },
  toybox: { valued: '' },
  valgrind: { valued: '' },
  tini: { valued: '' },
  'dumb-init': { valued: '' },
  catchsegv: { valued: '' },
  setpriv: { valued: '' },
  'aws-vault': { valued: '', skip: 2 },
  dotenv: { valued: 'ef' },
  cgexec: { valued: 'g' },
  sshpass: { valued: 'pfdP' },
  ssh: {
    valued: 'bcDEeFIiJLlmOopQRSWwB',
    skip: 1,
    isShellText: true,
    isElsewhere: true,
  },
}

export type Unwrapped = {
  readonly words: readonly string[]
  readonly isShellText: boolean
  readonly isElsewhere: boolean
}

/** The words inside one wrapper, or undefined where there is no wrapper or nothing inside. */
export function unwrap(words: readonly string[], variables: Map<string, string>): Unwrapped | undefined {
  const name = programName(words[0] ?? '')
  if (name === 'env') return unwrapEnv(words, variables)
  if (name === 'command')
    return words[1] !== undefined && /^-[pvV]*[vV]/.test(words[1]) ? undefined : inner(words, { valued: '' })
  if (name === 'docker' || name === 'podman' || name === 'nerdctl') return unwrapContainer(words)
  if (name === 'kubectl' || name === 'oc')
    return unwrapAfterDashes(
      words,
      words.includes('exec') ? 'exec' : words.includes('debug') ? 'debug' : 'run',
    )
  if (name === 'Start-Process' || name === 'saps') return unwrapStart(words)
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
  return wrapper === undefined ? undefined : inner(words, wrapper)
}

/** Paths of programs whose names are kept. */
const PATHS_MAX = 2_048
const PATH_CHARACTERS_MAX = 64
const names = new Map<string, string>()

/**
 * The last segment of a program's path, without a Windows extension. Names are compared with thousands of others, and
 * the engine compares fastest what it keeps one copy of: property names. So a known name is handed out as one.
 */
export function programName(path: string): string {
  const known = names.get(path)
  if (known !== undefined) return known
  if (names.size >= PATHS_MAX || path.length > PATH_CHARACTERS_MAX) return lastSegment(path)
  const [name = ''] = Object.keys({ [lastSegment(path)]: true })
  names.set(path, name)
  return name
}

/** Programs that a pattern for a path, such as `/bin/n?`, is most likely meant for. */
const meant =
  'nc ncat netcat socat bash sh dash zsh python3 python perl ruby php node curl wget base64 xxd cat rm dd telnet'.split(
    ' ',
  )

function matched(pattern: string): string | undefined {
  const body = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
  const like = new RegExp(`^${body}$`)
  return meant.find((name) => like.test(name))
}

function lastSegment(path: string): string {
  const slash = path.lastIndexOf('/')
  const name = slash < 0 ? path : path.slice(slash + 1)
  if (slash >= 0 && /^[\w.-]*[?*][\w.?*-]*$/.test(name) && /\w/.test(name) && path.startsWith('/'))
    return matched(name) ?? name
  return name.endsWith('.exe') ? name.slice(0, -4) : name
}

function inner(words: readonly string[], wrapper: Wrapper): Unwrapped | undefined {
  let at = 1
  let skip = wrapper.skip ?? 0
  for (; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') {
      at += 1 + skip
      break
    }
    if (word.startsWith('--')) {
      if (wrapper.long?.includes(word)) at++
    } else if (word.startsWith('-') && word.length > 1) {
      const letter = word.at(-1) ?? ''
      if (word.length === 2 && wrapper.valued.includes(letter)) at++
    } else if (/^[A-Za-z_]\w*=/.test(word)) {
      // `sudo NAME=value program`.
    } else if (skip > 0) skip--
    else break
  }
  if (at >= words.length) return undefined
  return {
    words: words.slice(at),
    isShellText: wrapper.isShellText === true,
    isElsewhere: wrapper.isElsewhere === true,
  }
}

/** `Start-Process PROGRAM -ArgumentList 'words and words'`. */
function unwrapStart(words: readonly string[]): Unwrapped | undefined {
  const plain: string[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? ''
    if (/^-(?:Wi\w*|Verb|Wo\w*|Cr\w*|RedirectStandard\w+)$/i.test(word)) at++
    else if (!word.startsWith('-') || plain.length > 0)
      if (!/^-(?:A\w*|F\w*|NoNewWindow|Wait|PassThru)$/i.test(word)) plain.push(...word.split(/[\s,]+/))
  }
  return plain.length === 0 ? undefined : { words: plain, isShellText: false, isElsewhere: false }
}

function unwrapEnv(words: readonly string[], variables: Map<string, string>): Unwrapped | undefined {
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? ''
    // Only its own word is split: those behind it stay as they are.
    const split = /^(?:-[iv0]*S|--split-string=?)(.*)$/s.exec(word)
    if (split !== null) {
      const [said, rest] = split[1] ? [split[1], at + 1] : [words[at + 1] ?? '', at + 2]
      return {
        words: [said, ...words.slice(rest).map(quoted)],
        isShellText: true,
        isElsewhere: false,
      }
    }
    if (word === '-u' || word === '-C' || word === '-P' || word === '--unset' || word === '--chdir') at++
    else if (word.startsWith('-')) continue
    else {
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(word)
      if (!assignment) return { words: words.slice(at), isShellText: false, isElsewhere: false }
      variables.set(assignment[1] ?? '', assignment[2] ?? '')
    }
  }
  return undefined
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

const containerValued =
  /^(-[eivpuwhlmca]|--(name|volume|env|env-file|publish|user|workdir|network|net|mount|entrypoint|memory|cpus|label|platform|hostname|add-host|cap-add|device|gpus|restart|runtime|security-opt|shm-size|ulimit|pid|ipc))$/

/** `docker run [options] IMAGE program…` and `docker exec [options] CONTAINER program…`. */
function unwrapContainer(words: readonly string[]): Unwrapped | undefined {
  const verb = words.findIndex((word, index) => index > 0 && (word === 'run' || word === 'exec'))
  if (verb < 0 || verb > 3 + 2 * words.slice(0, verb).filter((word) => /^-[fpHc]$/.test(word)).length)
    return undefined
  let at = verb + 1
  for (; at < words.length && (words[at] ?? '').startsWith('-'); at++) {
    const word = words[at] ?? ''
    if (containerValued.test(word) && word !== '-i') at++
  }
  const entry = words.slice(verb, at).indexOf('--entrypoint')
  const program = entry < 0 ? undefined : words[verb + entry + 1]
  const inside = program === undefined ? words.slice(at + 1) : [program, ...words.slice(at + 1)]
  const rest = asMounted(inside, words.slice(verb, at))
  return rest.length === 0 ? undefined : { words: rest, isShellText: false, isElsewhere: true }
}

/** What a container is lent of this machine is lost here: `-v /:/host … rm -rf /host/etc`. */
function asMounted(words: readonly string[], options: readonly string[]): readonly string[] {
  let mounted = words
  options.forEach((option, at) => {
    const said = /^(-v|--volume)$/.test(options[at - 1] ?? '')
      ? option
      : (/^(?:--volume=|-v(?=[/\w~.$]))(.+)$/.exec(option)?.[1] ?? '')
    const [from = '', to = ''] = said.split(':')
    if (from === '' || to.length < 2 || !to.startsWith('/') || from === to) return
    const here = /^[/~$.]/.test(from) ? from.replace(/\/$/, '') : `/var/lib/docker/volumes/${from}/_data`
    mounted = mounted.map((word) =>
      word
        .split(/(?<=^|[\s'"])(?=\/)/)
        .map((part) =>
          part === to || part.startsWith(`${to}/`) || part.startsWith(`${to} `)
            ? here + part.slice(to.length)
            : part,
        )
        .join(''),
    )
  })
  return mounted
}

function unwrapAfterDashes(words: readonly string[], verb: string): Unwrapped | undefined {
  const dashes = words.indexOf('--')
  if (!words.includes(verb) || dashes < 0 || dashes + 1 >= words.length) return undefined
  return { words: words.slice(dashes + 1), isShellText: false, isElsewhere: true }
}
