import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { GateError } from '../kernel/gate-error.ts'
import type { Command, Console, ParsedOptions } from './command.ts'
import { type AgentPlan, agentPlans, type Edit, type Scope, type Wanted } from './connection/agent-plans.ts'
import { asPlugin, pluginNotes } from './connection/claude-plugin.ts'
import { ConnectionRecords, digestOf } from './connection/connection-records.ts'
import { diffPage } from './connection/diff-page.ts'
import { type DoneEdit, withEdits } from './connection/edit-text.ts'
import { auditPermissions } from './connection/permission-audit.ts'
import { readSettings, writeSettings } from './connection/settings-file.ts'
import { type Screen, screenOf } from './render/screen.ts'
import { wrapped } from './render/visible.ts'
import { textOption } from './store-option.ts'

const URL_DEFAULT = 'http://127.0.0.1:8080'
const ANSWER_MS = 1_000
const WAIT_SECONDS_MAX = 540

export const connect: Command = {
  usage: 'AGENT [--user | --project | --managed] [--dry-run] [--yes]',
  description: `Puts the gate into a coding agent's hooks: claude-code, codex, gemini-cli or cursor. Shows what would change, asks, and keeps
what was there, so that \`portcullis disconnect\` can put it back byte for byte. Everything else in the file stays as it is.
Rules of the agent that let anything through unasked are named; they are not changed.

Exit 0 when it is connected, 1 when the answer was no, 2 when the settings cannot be used.`,
  options: {
    user: { type: 'boolean', summary: 'in all your projects (the default)' },
    project: { type: 'boolean', summary: 'in this project only' },
    managed: {
      type: 'boolean',
      summary: 'Claude Code only: for everybody on this machine, beyond their reach; needs an administrator',
    },
    strict: {
      type: 'boolean',
      summary:
        'with --managed: only managed permission rules, MCP servers and marketplaces, and the sandbox always',
    },
    http: {
      type: 'boolean',
      summary: 'Claude Code only: hooks over HTTP, and a command that looks whether the gate is there',
    },
    url: {
      type: 'string',
      value: 'URL',
      summary: `where the gate listens (default PORTCULLIS_URL or ${URL_DEFAULT})`,
    },
    'key-file': {
      type: 'string',
      value: 'FILE',
      summary: 'a file with the key that the gate knows this agent by',
    },
    wait: {
      type: 'string',
      value: 'SECONDS',
      summary: 'how long the gate may wait for an approval (hook.waitSeconds)',
    },
    plugin: {
      type: 'boolean',
      summary: 'Claude Code only: as a plugin that the settings name, not as hooks in the settings',
    },
    'dry-run': { type: 'boolean', summary: 'show what would change, and change nothing' },
    yes: { type: 'boolean', short: 'y', summary: 'do not ask' },
  },
  examples: [
    ['portcullis connect claude-code', 'show the change, ask, and make it'],
    ['portcullis connect claude-code --project --dry-run', 'only show it, for this project'],
    ['sudo portcullis connect claude-code --managed --yes', 'for everybody on this machine'],
  ],
  wordsMax: 1,
  run: async (positionals, options, console) => {
    const plan = planOf(positionals)
    const wanted = wantedOf(plan, options, console)
    const home = homeOf(console)
    const places = { home, cwd: console.cwd, platform: process.platform }
    const file = plan.file(wanted.scope, places)
    if (file === undefined)
      throw new GateError('usage', `${plan.title} has no managed settings that are known here.`)
    const records = new ConnectionRecords(home)
    const changes = changesOf(plan, wanted, file)
    const screen = screenOf(console)
    console.stdout.write(`${introduction(plan, wanted, file, screen)}\n`)
    if (changes.length === 0) {
      console.stdout.write('\nIt is connected already: nothing changes.\n')
      return 0
    }
    for (const change of changes) {
      if (wanted.isPlugin) console.stdout.write(`\n${screen.paint('bold', change.file)}`)
      console.stdout.write(`\n${diffPage(change.before?.toString('utf8') ?? '', change.text, screen)}\n`)
    }
    console.stdout.write(notesPage(plan, wanted, home, console.cwd, screen))
    if (options['dry-run'] === true) {
      console.stdout.write('\nNothing was changed (--dry-run).\n')
      return 0
    }
    const taken = changes.find((change) => records.find(change.file) !== undefined)
    if (taken !== undefined)
      throw new GateError(
        'usage',
        `${taken.file} was connected before in another way: \`portcullis disconnect ${plan.agent}\` first.`,
      )
    if (options.yes !== true && !(await isAgreed(console))) {
      console.stdout.write('Nothing was changed.\n')
      return 1
    }
    // What the settings name is there before they name it.
    for (const change of changes) {
      const bytes = Buffer.from(change.text)
      const folders = writeSettings(change.file, bytes)
      records.keep({
        ...{ agent: plan.agent, scope: wanted.scope, file: change.file, made: console.now() },
        ...{ before: change.before?.toString('base64') ?? null, folders: [...folders] },
        ...{ digest: digestOf(bytes), edits: [...change.done] },
      })
    }
    console.stdout.write(await farewell(plan, wanted, file, screen))
    return 0
  },
}

export function planOf(positionals: readonly string[]): AgentPlan {
  const plan = Object.values(agentPlans).find(({ agent }) => agent === positionals[0])
  if (plan === undefined || positionals.length > 1)
    throw new GateError('usage', `Say which agent: ${Object.keys(agentPlans).join(', ')}.`)
  return plan
}

export function scopeOf(options: ParsedOptions): Scope | undefined {
  const named = (['user', 'project', 'managed'] as const).filter((scope) => options[scope] === true)
  if (named.length > 1) throw new GateError('usage', 'One of --user, --project and --managed.')
  return named[0]
}

export function homeOf(console: Console): string {
  const home = console.env.HOME ?? console.env.USERPROFILE
  if (home === undefined) throw new GateError('usage', 'The environment names no home folder (HOME).')
  return home
}

function wantedOf(plan: AgentPlan, options: ParsedOptions, console: Console): Wanted {
  const scope = scopeOf(options) ?? 'user'
  const isHttp = options.http === true
  if (isHttp && plan.agent !== 'claude-code')
    throw new GateError('usage', `${plan.title} has no hooks over HTTP.`)
  const isPlugin = options.plugin === true
  if (isPlugin && plan.agent !== 'claude-code')
    throw new GateError('usage', `${plan.title} has no plugins that are known here.`)
  const isStrict = options.strict === true
  if (isStrict && scope !== 'managed') throw new GateError('usage', '--strict goes with --managed.')
  const url = (textOption(options, 'url') ?? console.env.PORTCULLIS_URL ?? URL_DEFAULT).replace(/\/+$/, '')
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new GateError('usage', '--url must be a URL that starts with http:// or https://.')
  const waitSeconds = Number(textOption(options, 'wait') ?? 0)
  if (!Number.isInteger(waitSeconds) || waitSeconds < 0 || waitSeconds > WAIT_SECONDS_MAX)
    throw new GateError('usage', `--wait must be a number of seconds up to ${WAIT_SECONDS_MAX}.`)
  const keyFile = textOption(options, 'key-file')
  const launcher = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))
  return {
    ...{ scope, url, isHttp, isStrict, isPlugin, waitSeconds, program: [process.execPath, launcher] },
    keyFile: keyFile === undefined ? undefined : resolve(console.cwd, keyFile),
  }
}

type Change = {
  readonly file: string
  readonly before: Buffer | undefined
  readonly text: string
  readonly done: readonly DoneEdit[]
}

/** Every file that is not yet as it is wanted; the settings come last. */
function changesOf(plan: AgentPlan, wanted: Wanted, file: string): readonly Change[] {
  const edits = plan.edits(wanted)
  const { edits: own, files } = wanted.isPlugin ? asPlugin(edits, file, wanted) : { edits, files: [] }
  const written = files
    .map((each): Change => ({ ...each, before: readSettings(each.file), done: [] }))
    .filter(({ before, text }) => before?.toString('utf8') !== text)
  const before = readSettings(file)
  const edited = editedText(own, file, before)
  return edited.done.length === 0 ? written : [...written, { file, before, ...edited }]
}

function editedText(
  edits: readonly Edit[],
  file: string,
  before: Buffer | undefined,
): { readonly text: string; readonly done: readonly DoneEdit[] } {
  const edited = withEdits(before?.toString('utf8') ?? '', edits)
  if (edited.ok) return edited.value
  throw new GateError(
    'agent-settings-unusable',
    `${file} is no JSON object, or its hooks are no lists: mend it first.`,
  )
}

function introduction(plan: AgentPlan, wanted: Wanted, file: string, { paint, columns }: Screen): string {
  const whom = {
    user: 'in all your projects',
    project: 'in this project',
    managed: 'for everybody on this machine',
  }[wanted.scope]
  const line = wrapped(
    'What guards an action runs this line; when the line fails, the action is refused:',
    columns,
  )
  return `${paint('bold', `${plan.title} asks the gate`)} at each of its hooks, ${whom}:\n  ${file}\n\n${line.join('\n')}\n  ${plan.command(wanted)}`
}

function notesPage(
  plan: AgentPlan,
  wanted: Wanted,
  home: string,
  cwd: string,
  { columns, paint }: Screen,
): string {
  const notes = [...plan.notes(wanted), ...(wanted.isPlugin ? pluginNotes(wanted) : [])].flatMap((note) =>
    wrapped(note, columns - 4).map((line, at) => `${at === 0 ? '  · ' : '    '}${line}`),
  )
  const audits = auditPermissions(home, cwd).flatMap(({ file, rules, others }) => [
    `  ${file}`,
    ...rules.map(([rule, why]) => `    ${paint('yellow', rule)}  ${why}`),
    ...others.map((other) => `    ${paint('yellow', other)}`),
  ])
  const heading = paint(
    'bold',
    'These rules let an agent go on unasked; the gate still judges what comes of them:',
  )
  return `${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}${audits.length > 0 ? `\n${heading}\n${audits.join('\n')}\n` : ''}`
}

async function isAgreed({ stdin, stdout, signal }: Console): Promise<boolean> {
  if (!('isTTY' in stdin) || stdin.isTTY !== true)
    throw new GateError('usage', 'Nobody is there to be asked: say --yes, or --dry-run.')
  const reader = createInterface({ input: stdin, output: stdout })
  try {
    return /^y(es)?$/i.test((await reader.question('\nChange it? [y/N] ', { signal })).trim())
  } finally {
    reader.close()
  }
}

async function farewell(
  { agent, title }: AgentPlan,
  { url }: Wanted,
  file: string,
  { paint, columns }: Screen,
): Promise<string> {
  const mode = await modeOf(url)
  const state = {
    enforce: `The gate answers at ${url} and enforces.`,
    observe: `The gate answers at ${url} and observes: it refuses nothing until \`agents: { mode: enforce }\` in its configuration.`,
    unknown: `The gate answers at ${url}.`,
    gone: `No gate answers at ${url} yet. Until \`portcullis up\`, ${title} refuses every tool.`,
  }[mode]
  const isGood = mode === 'enforce' || mode === 'unknown'
  const lines = wrapped(state, columns - 2).map((line, at) => `${at === 0 ? '' : '  '}${line}`)
  const mark = isGood ? paint('green', '✓') : paint('yellow', '!')
  const last = wrapped(
    `New sessions take it up. \`portcullis disconnect ${agent}\` puts back what was there.`,
    columns,
  )
  return `\n${paint('green', '✓')} ${title} is connected: ${file}\n${mark} ${lines.join('\n')}\n${last.join('\n')}\n`
}

/** Whether a gate is there, and whether it acts on what it decides. Only from its own machine does it say. */
async function modeOf(url: string): Promise<'enforce' | 'observe' | 'unknown' | 'gone'> {
  try {
    const answer = await fetch(`${url}/hook`, { signal: AbortSignal.timeout(ANSWER_MS) })
    const said: unknown = await answer.json()
    const mode = typeof said === 'object' && said !== null && 'mode' in said ? said.mode : undefined
    return mode === 'enforce' || mode === 'observe' ? mode : 'unknown'
  } catch {
    return 'gone'
  }
}
