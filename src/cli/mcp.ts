import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { adHocServer, type McpServerConfig } from '../config/mcp.ts'
import { loadConfig } from '../config/read-config.ts'
import { DecisionIds } from '../doors/decision-ids.ts'
import { Judge } from '../doors/judge-act.ts'
import { BridgingUpstream } from '../doors/mcp/bridge/bridging-upstream.ts'
import { McpGuard } from '../doors/mcp/guard.ts'
import { HttpUpstream } from '../doors/mcp/http-upstream.ts'
import { RequestStates } from '../doors/mcp/request-states.ts'
import { StdioDoor } from '../doors/mcp/stdio-door.ts'
import { StdioUpstream } from '../doors/mcp/stdio-upstream.ts'
import { McpTasks } from '../doors/mcp/tasks.ts'
import { ToolOffers } from '../doors/mcp/tool-offers.ts'
import { parseSessionId } from '../gate/act.ts'
import { Recorder } from '../gate/record/recorder.ts'
import { GateError } from '../kernel/gate-error.ts'
import { openLog } from '../kernel/log.ts'
import { failure } from '../kernel/result.ts'
import { Ledger } from '../store/embedded/ledger/ledger.ts'
import { openState } from '../store/embedded/state.ts'
import { TaskOwnerStore } from '../store/embedded/task-owner-store.ts'
import { ToolPinStore } from '../store/embedded/tool-pin-store.ts'
import { KeptRoad } from './agent-road.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { approveTool, forgetTools, listTools } from './mcp-tools.ts'
import { standaloneConfig } from './standalone-config.ts'
import { storeOptions, textOption } from './store-option.ts'

/** Wrappers of one server that run at a time, each with a ledger of its own. */
const WRAPPERS_MAX = 16
/** A person who answers elsewhere writes into the state database; this often it is looked at. */
const ANSWERS_MS = 500
const SESSION_BYTES = 6

export const mcp: Command = {
  usage:
    'SERVER | -- COMMAND [ARGUMENT...] | tools [SERVER] | approve SERVER TOOL [DIGEST] | forget SERVER [TOOL]',
  description: `Stands between a local MCP client and one server: speaks MCP on standard input and output, judges every
call, result, question and answer, and refuses to start when the policy cannot be read. SERVER is a name in the
configuration's mcp section; after -- stands the command of a server that is in none. Without a configuration the
policy balanced is enforced.
\`tools\` lists the pinned tools and what waits for approval; \`approve\` and \`forget\` change that. With the digest
that \`tools\` shows, only what was looked at is approved, and not what the server says since.`,
  options: {
    ...storeOptions,
    policy: {
      type: 'string',
      value: 'NAME',
      summary: 'a ready-made policy or a file, in place of the configured one',
    },
    mode: { type: 'string', value: 'MODE', summary: 'enforce or observe, in place of the configured one' },
    json: { type: 'boolean', summary: 'for tools: as JSON' },
  },
  examples: [
    ['portcullis mcp -- npx -y @modelcontextprotocol/server-filesystem ./docs', 'wrap a server'],
    ['portcullis mcp github', 'the server that portcullis.yaml calls github, for a client on this machine'],
    ['portcullis mcp tools', 'what is pinned, and what waits'],
    ['portcullis mcp approve github create_issue', 'accept what the server says of the tool now'],
    ['portcullis mcp approve github create_issue 3f0c2a9be1d4', 'only if it is still what `tools` showed'],
  ],
  wordsMax: Number.POSITIVE_INFINITY,
  run: async (positionals, options, console, behindDashes) => {
    const [first, ...rest] = positionals
    if (first === undefined) throw new GateError('usage', 'Name a server, or a command after --.')
    if (behindDashes?.length === positionals.length)
      return await serve(configured(options, console), adHoc(first, rest), console)
    if (first === 'tools') return listTools(rest, options, console)
    if (first === 'approve') return approveTool(rest, options, console)
    if (first === 'forget') return forgetTools(rest, options, console)
    const config = configured(options, console)
    const server = serverOf(config, first, rest)
    return await serve(config, server, console)
  },
}

function configured(options: ParsedOptions, console: Console): Config {
  const named = textOption(options, 'config')
  const file = resolve(console.cwd, named ?? 'portcullis.yaml')
  const isThere = named !== undefined || existsSync(file)
  const store = textOption(options, 'store')
  const base = isThere ? loadConfig(file, console.env) : standaloneConfig(console, store)
  const policy = textOption(options, 'policy')
  const mode = textOption(options, 'mode')
  if (mode !== undefined && mode !== 'enforce' && mode !== 'observe')
    throw new GateError('usage', '--mode is enforce or observe.')
  return {
    ...base,
    store: store === undefined ? base.store : resolve(console.cwd, store),
    agents: {
      ...base.agents,
      ...(policy === undefined
        ? {}
        : { policy: policy.includes('.') ? resolve(console.cwd, policy) : policy }),
      ...(mode === undefined ? {} : { mode }),
    },
  }
}

/** A server that the configuration names, or a command that was written without its dashes. */
function serverOf(config: Config, first: string, rest: readonly string[]): McpServerConfig {
  const known = config.mcp.find(({ name }) => name === first)
  if (known !== undefined && rest.length === 0) return known
  if (rest.length === 0 && !/[/\\.]/.test(first))
    throw new GateError(
      'usage',
      `No server is called ${first} in the mcp section of ${config.file}. A command stands after --.`,
    )
  return adHoc(first, rest)
}

function adHoc(first: string, rest: readonly string[]): McpServerConfig {
  const name = (first.split(/[/\\]/).at(-1) ?? 'server').toLowerCase().replace(/[^a-z0-9._-]/g, '-')
  const told = rest
    .find((argument) => /server|mcp/i.test(argument))
    ?.split(/[/\\]/)
    .at(-1)
  const own = (told ?? name)
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return adHocServer(own === '' ? 'server' : own, [first, ...rest])
}

async function serve(config: Config, server: McpServerConfig, console: Console): Promise<ExitCode> {
  const { now } = console
  const log = openLog(console.stderr, now)
  await using stack = new AsyncDisposableStack()
  const state = openState(config.store)
  stack.defer(() => state.close())
  const { ledger, directory } = await openLedger(config, server.name)
  stack.use(ledger)
  const kept = stack.use(
    new KeptRoad({
      config,
      parts: { log, now, env: console.env },
      state,
      recorder: new Recorder(ledger, config.ledger),
      ledger: directory,
      // Nobody calls over a network here: there is one caller, and no account to have a standing.
      gate: { identify: () => failure('key-missing'), prepare: () => undefined, addressOf: () => 'local' },
      standings: { standingOf: () => ({ kind: 'clear' }) },
    }),
  )
  const { road } = kept
  const onFailure = (error: unknown): void =>
    log('error', 'gate-failed', { failure: error instanceof Error ? error.message : String(error) })
  const poll = setInterval(() => void kept.refresh().catch(onFailure), ANSWERS_MS)
  stack.defer(() => clearInterval(poll))
  const judge = new Judge({ road, ids: new DecisionIds(), now, onFailure })
  const offers = new ToolOffers(new ToolPinStore(state), now)
  const { reach } = server
  const direct =
    reach.kind === 'http'
      ? new HttpUpstream(server, reach)
      : new StdioUpstream(server, reach, { log, now, stderr: 'inherit' })
  const upstream = stack.use(new BridgingUpstream(direct, server, now))
  const session = parseSessionId(`mcp-${randomBytes(SESSION_BYTES).toString('hex')}`)
  if (!session.ok) throw new Error('a name of our own is a session id')
  const caller = { tenant: 'default', agent: 'local', person: userInfo().username, key: undefined }
  const tasks = new McpTasks(server.name, caller.tenant, new TaskOwnerStore(state), now)
  const states = new RequestStates()
  const guard = new McpGuard({ server, caller, session: session.value, judge, offers, tasks, states })
  const schemaOf = (tool: string) => offers.schemaOf(server.name, tool)
  const door = new StdioDoor({ server, upstream, guard, judge, schemaOf, output: console.stdout })
  return (await door.run(console.stdin)) ? 0 : 1
}

/** A running gate holds the store's own ledger, and so may other wrappers hold theirs. */
async function openLedger(
  config: Config,
  name: string,
): Promise<{ readonly ledger: Ledger; readonly directory: string }> {
  let busy: unknown
  for (let count = 1; count <= WRAPPERS_MAX; count++) {
    const directory = join(config.store, 'mcp', count === 1 ? name : `${name}-${count}`)
    try {
      const ledger = await Ledger.open({ directory, ...config.ledger, syncMs: 100 })
      return { ledger, directory }
    } catch (error) {
      if (!(error instanceof GateError) || (error.code !== 'ledger-busy' && error.code !== 'store-locked'))
        throw error
      busy = error
    }
  }
  throw busy
}
