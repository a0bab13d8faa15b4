// Acts against the gate that judges them (MITRE ATT&CK T1562.001, Impair Defenses): an agent that answers its own
// question, takes the gate out of its hooks, stops it, or takes its files away.
import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { plainPath } from '../plain-path.ts'
import type { Invocation } from '../shell/model.ts'

const FACT = 'hide.gate'
const GATE = 'portcullis'

/** What only a person decides; the other sub-commands of each only look. `*` is all of them. */
const decisions: Readonly<Record<string, RegExp>> = {
  approvals: /^(approve|refuse)$/,
  campaigns: /^(verdict|undo)$/,
  countermeasure: /^(apply|agree|undo|allow|disallow)$/,
  credentials: /^(add|rotate|remove)$/,
  disconnect: /^/,
  keys: /^(create|rotate|revoke)$/,
  mcp: /^approve$/,
  users: /^(add|change|disable)$/,
}

const runners = new Set(['npx', 'bunx', 'pnpx', 'node', 'npm', 'pnpm', 'yarn', 'bun'])
const runnerWords = /^(exec|x|dlx|--|-y|--yes)$/
const gateProgram = /(^|\/)portcullis(\.js)?$/

const stoppers = new Set(['pkill', 'killall', 'taskkill', 'Stop-Process'])
const serviceManagers = new Set([
  'systemctl',
  'service',
  'launchctl',
  'docker',
  'podman',
  'pm2',
  'brew',
  'kubectl',
])
const stopWord = /^(stop|disable|mask|kill|rm|remove|delete|unload|bootout|down|uninstall|scale|restart)$/

/** What the gate lives by: its configuration, its store, and where coding agents are told to ask it. */
const gateFile =
  /(^|\/)portcullis\.ya?ml$|(^|\/)portcullis-data(\/|$)|(^|\/)portcullis-plugin(\/|$)|(^|\/)\.claude\/settings(\.local)?\.json$|(^|\/)managed-settings\.json$|(^|\/)\.cursor\/hooks\.json$|(^|\/)\.gemini\/settings\.json$|(^|\/)\.codex\/(hooks\.json|config\.toml)$/i
const takers = new Set([
  'rm',
  'unlink',
  'shred',
  'srm',
  'mv',
  'truncate',
  'trash',
  'rimraf',
  'del',
  'Remove-Item',
])

const editors = ['tee', 'cp', 'sed', 'perl']
const concerned = new Set([GATE, ...runners, ...stoppers, ...serviceManagers, ...takers, ...editors])

export function actsAgainstGate(invocation: Invocation): readonly Finding[] {
  const { name, args, redirections } = invocation
  if (redirections.length === 0 && !concerned.has(name)) return none
  if (name === GATE || runners.has(name)) return decided(ownWords(invocation))
  if (stoppers.has(name) || serviceManagers.has(name)) return stopped(name, args)
  const changes = takers.has(name) ? args : edited(name, args)
  if (redirections.length === 0 && changes.length === 0) return none
  const written = redirections.flatMap(({ direction, endpoint }) =>
    direction === 'write' && endpoint.kind === 'file' ? [endpoint.path] : [],
  )
  const file = [...written, ...changes].find((path) => gateFile.test(plainPath(path)))
  return file === undefined
    ? []
    : [against('medium', `${name} takes away or changes ${shown(file)}, which the gate lives by`)]
}

function decided(words: readonly string[]): readonly Finding[] {
  // An option's value may stand before the command.
  const at = words.findIndex((word) => Object.hasOwn(decisions, word))
  const [command = '', action = ''] = at < 0 ? [] : words.slice(at)
  return decisions[command]?.test(action) === true
    ? [against('high', `answers for a person: ${shown(`${GATE} ${command} ${action}`.trim())}`)]
    : []
}

/** The words after the gate's name, however it is started; options are left out. */
function ownWords({ name, args }: Invocation): readonly string[] {
  const words = args.filter((arg) => !arg.startsWith('-'))
  if (name === GATE) return words
  const [first = '', ...rest] = words.filter((word) => !runnerWords.test(word))
  return gateProgram.test(first) ? rest : []
}

function stopped(name: string, args: readonly string[]): readonly Finding[] {
  const isMeant = args.some((arg) => arg.toLowerCase().includes(GATE))
  return isMeant && (stoppers.has(name) || args.some((arg) => stopWord.test(arg)))
    ? [against('high', `${name} stops the gate`)]
    : []
}

const none: readonly never[] = []

function edited(name: string, args: readonly string[]): readonly string[] {
  if (name === 'tee' || name === 'cp') return args.slice(-1)
  if (name !== 'sed' && name !== 'perl') return none
  const isInPlace = args.some((arg) => /^(-[a-zA-Z]*i|--in-place)/.test(arg))
  return isInPlace ? args.slice(-1) : none
}

function against(severity: Finding['severity'], summary: string): Finding {
  return finding('hiding', FACT, severity, summary)
}
