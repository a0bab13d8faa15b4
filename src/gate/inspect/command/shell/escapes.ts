import { isSpeaker } from './handed.ts'

// Lines for a shell inside the words of ordinary programs: clients of databases and clouds, builders, editors of text.

/** What these words would have a shell run, here or on a machine far away. */
export function escapesIn(
  name: string,
  args: readonly string[],
  input: string | undefined,
): readonly string[] {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule !== undefined) return rule(args, input ?? '')
  return isSpeaker(name) ? none : reached(args)
}

/** How clients of clouds, fleets and machines in the machine say that they run something there. */
const reaching = new Set('ssh exec shell console execute-command run-command'.split(' '))
const VERB_WORDS_MAX = 3

/** `vagrant ssh -c 'text'`, `fly ssh console -C 'text'`, `adb shell 'text'`. */
function reached(args: readonly string[]): readonly string[] {
  for (let at = 0; at < VERB_WORDS_MAX && at < args.length - 1; at++)
    if (reaching.has(args[at] ?? ''))
      return [
        ...told(args, ''),
        ...args.filter(
          (arg, index) => index > at && arg.includes(' ') && !toldBy.test(args[index - 1] ?? ''),
        ),
      ]
  return none
}

const toldBy = /^(?:-[cC]|--(?:ssh-)?(?:command|cmd))$/

const none: readonly string[] = []
type Rule = (args: readonly string[], input: string) => readonly string[]

const after =
  (...options: readonly string[]): Rule =>
  (args) =>
    args.flatMap((arg, index) => {
      if (options.includes(arg)) return args[index + 1] ?? []
      const option = options.find((each) => arg.startsWith(`${each}=`))
      return option === undefined ? [] : arg.slice(option.length + 1)
    })

const told = after('-c', '-C', '--command', '--cmd', '--ssh-command')

const databaseEscape =
  /(?:^|\n|")\s*(?:\\!|system\s|!)\s*(\S[^\n]*)|\bprogram\s+'((?:[^']|'')*)'|\bxp_cmdshell\s*\(?\s*N?'((?:[^']|'')*)'|\bsys_(?:exec|eval)\s*\(\s*'((?:[^']|'')*)'/gi

/** `\! text`, `COPY … FROM PROGRAM 'text'`, `xp_cmdshell 'text'`. */
const database: Rule = (args, input) => {
  const texts: string[] = []
  for (const word of [...args, input]) {
    if (!/[\\!']/.test(word) && !word.startsWith('system')) continue
    for (const match of word.matchAll(databaseEscape))
      texts.push((match[1] ?? match[2] ?? match[3] ?? match[4] ?? '').replaceAll("''", "'"))
  }
  return texts
}

/** `--parameters commands="text"`, or the same as JSON; `ecs execute-command --command 'text'`. */
const remoteRun: Rule = (args) => {
  if (args.includes('execute-command')) return told(args, '')
  const isRun = args.some((arg) => /^(send-command|create-association|start-automation-execution)$/.test(arg))
  return isRun
    ? args.flatMap((arg) => {
        const joined = /\bcommands=(.+)$/s.exec(arg)?.[1]
        if (joined !== undefined) return joined.replace(/^\[?["']?|["']?\]?$/g, '')
        return arg.includes('"commands"') ? quoted(arg) : []
      })
    : none
}

const TEXTS_MAX = 20
/** Text between the quotes of JSON. */
const asSaid = (text: string) =>
  text.replace(/\\(?:u([0-9a-f]{4})|(.))/gis, (_, code: string | undefined, sign: string) =>
    code !== undefined
      ? String.fromCharCode(Number.parseInt(code, 16))
      : sign === 'n'
        ? '\n'
        : sign === 't'
          ? '\t'
          : sign,
  )
const quoted = (text: string) =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map((match) => asSaid(match[1] ?? ''))
    .filter((each) => /\s/.test(each))
    .slice(0, TEXTS_MAX)

/** Recipes of a makefile given as words. */
const make: Rule = (args, input) =>
  [...after('--eval')(args, ''), args.includes('-') ? input : ''].flatMap(recipes)

/** The lines that make gives to a shell: those that begin with a tab, or follow a semicolon. */
export function recipes(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap(
      (line) => /^(?:\t|[\w./ -]+:[^=\n]*;)\s*[-@+]*(\S.*)$/.exec(line)?.[1]?.replaceAll('$$', '$') ?? [],
    )
    .slice(0, TEXTS_MAX)
}

/** GNU sed runs what follows `e`. */
const sed: Rule = (args) =>
  args.flatMap((arg) =>
    arg.startsWith('-') ? [] : (/(?:^|[;{}\d$/]\s*)e\s+([a-z/.$].*)$/s.exec(arg)?.[1] ?? []),
  )

const asWord = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
/** A command behind two dashes: as one text, or in words. */
function behind(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--')
  const rest = at < 0 ? none : args.slice(at + 1)
  return rest.length === 0 ? none : [rest.length === 1 ? (rest[0] ?? '') : rest.map(asWord).join(' ')]
}

const call = after('-c', '--call', '--shell-mode')

const rules: Readonly<Record<string, Rule>> = {
  npm: (args) =>
    /^(exec|x)$/.test(args[0] ?? '')
      ? call(args, '')
      : args[0] === 'pkg'
        ? args.flatMap((arg) => /^scripts\.[\w:-]+=(.+)$/s.exec(arg)?.[1] ?? [])
        : none,
  npx: call,
  pnpm: call,
  make,
  gmake: make,
  psql: database,
  pgcli: database,
  mysql: database,
  mariadb: database,
  sqlcmd: database,
  'mssql-cli': database,
  isql: database,
  sqlplus: database,
  aws: remoteRun,
  gcloud: (args) => (args.includes('ssh') ? [...after('--command')(args, ''), ...behind(args)] : none),
  gh: (args) => (args[1] === 'ssh' ? behind(args) : none),
  az: (args) =>
    args.includes('run-command') || args.includes('invoke')
      ? after('--scripts', '--command')(args, '')
      : none,
  heroku: (args) =>
    args.some((arg) => arg.startsWith('run')) ? args.filter((arg) => arg.includes(' ')) : none,
  plink: (args) => args.slice(-1).filter((arg) => arg.includes(' ')),
  oc: (args) => (args[0] === 'rsh' ? [args.slice(2).map(asWord).join(' ')] : none),
  sed,
  gsed: sed,
}

/** What a project's own files have a shell run when it is built: `npm install`, `make`, `pip install .`. */
export function builtFrom(
  name: string,
  args: readonly string[],
  fileOf: (path: string) => string | undefined,
): readonly string[] {
  switch (name) {
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'bun':
      return scripts(fileOf('package.json') ?? fileOf('./package.json'))
    case 'make':
    case 'gmake': {
      const at = args.findIndex((arg) => arg === '-f' || arg === '--file')
      const file = at < 0 ? (fileOf('Makefile') ?? fileOf('makefile')) : fileOf(args[at + 1] ?? '')
      return file === undefined ? none : recipes(file)
    }
    default:
      return none
  }
}

/** The scripts of a `package.json` that run without being called by name. */
function scripts(text: string | undefined): readonly string[] {
  if (text === undefined) return none
  return [
    ...text.matchAll(
      /"(?:pre|post)?(?:install|prepare|publish|pack|start|test|build)"\s*:\s*"((?:[^"\\]|\\.)*)"/g,
    ),
  ]
    .map((match) => asSaid(match[1] ?? ''))
    .slice(0, TEXTS_MAX)
}

/** What units, shortcuts and rules of devices start: the part of each line that is a command. */
export function startLines(path: string, text: string): readonly string[] {
  const pattern = path.endsWith('.desktop')
    ? /^Exec=(.+)$/gm
    : /\.(?:service|socket|path)$/.test(path)
      ? /^Exec(?:Start|Stop|Reload|Condition)\w*=[-@:+!|]*(.+)$/gm
      : path.endsWith('.rules')
        ? /\bRUN\+?=\s*"([^"]+)"/g
        : path.includes('/apt')
          ? /-(?:Pre|Post)-Invoke(?:-Success)?\s*\{\s*"((?:[^"\\]|\\.)*)"/g
          : undefined
  return pattern === undefined
    ? none
    : [...text.matchAll(pattern)].map((match) => match[1] ?? '').slice(0, TEXTS_MAX)
}
