// `portcullis hook`: carries one event of a coding agent's hook to the gate and its answer back. Plain JavaScript that loads
// nothing but Node's own HTTP client, because the agent waits for it before every tool it uses.
//
// It fails closed: where the gate does not answer, or answers something that is no answer, an event that guards an action
// ends with exit code 2 and a reason on standard error, which every agent here takes as a refusal.
import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

const URL_DEFAULT = 'http://127.0.0.1:8080'
const TIMEOUT_SECONDS_DEFAULT = 5
const EVENT_BYTES_MAX = 16 * 1024 * 1024
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
/** Files of settings and instructions are small; larger ones are judged by what changes in them. */
const FILE_BYTES_MAX = 256 * 1024

/** Events that stand between the agent and something happening. The others only tell, and never hold an agent up. */
const GUARDS = {
  'claude-code': new Set([
    'PreToolUse',
    'PermissionRequest',
    'PostToolUse',
    'UserPromptSubmit',
    'UserPromptExpansion',
    'Elicitation',
    'ElicitationResult',
    'ConfigChange',
    'TaskCreated',
  ]),
  codex: new Set(['PreToolUse', 'PermissionRequest', 'PostToolUse', 'UserPromptSubmit']),
  'gemini-cli': new Set(['BeforeTool', 'AfterTool', 'BeforeAgent']),
  cursor: new Set([
    'beforeShellExecution',
    'beforeMCPExecution',
    'beforeReadFile',
    'beforeTabFileRead',
    'preToolUse',
    'beforeSubmitPrompt',
  ]),
}

/** Of the events that no list here has, those that only tell what was. */
const TELLING = /^(?:after|post|stop|session|subagent|notification|permissionDenied)/i
const DEEDS = ['tool_input', 'command', 'prompt']

/** Events that are about a file as it stands: the gate may be on another machine, so the shim brings the text along. */
const ABOUT_FILES = new Set(['ConfigChange', 'FileChanged', 'InstructionsLoaded', 'afterFileEdit'])
/** Headers of a patch that name a file to write. */
const PATCHED = /^\*\*\* (?:Add File|Update File|Move to): (.+?)\s*$/gm
const PATHS_MAX = 256
const LINKS_MAX = 64
const NESTING_MAX = 64
const EDITORS = /^(Edit|MultiEdit|StrReplace|replace)$/

/** What stands in the agent's settings is wrong: no gate that is started helps. */
class Mistake extends Error {}

/** @param {readonly string[]} argv What follows `hook` on the command line. */
export async function hookShim(argv) {
  let event
  const options = {
    agent: 'claude-code',
    url: process.env.PORTCULLIS_URL || URL_DEFAULT,
    key: process.env.PORTCULLIS_HOOK_KEY || undefined,
    timeoutSeconds: TIMEOUT_SECONDS_DEFAULT,
    isAlive: false,
  }
  try {
    const text = await readInput()
    const parsed = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw new Error('the event is no object')
    event = parsed
    readOptions(argv, options)
    const added = { ...fileOf(event), ...targetsOf(event) }
    const body = Object.keys(added).length === 0 ? text : JSON.stringify({ ...event, ...added })
    const answer = await (options.isAlive ? alive(options) : ask(options, body))
    return finish(event, answer)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const advice =
      error instanceof Mistake
        ? "Correct the hook's command in the agent's settings (portcullis connect writes it)."
        : `Start the gate (portcullis up), or take its hooks out (portcullis disconnect ${options.agent}).`
    return failed(options.agent, event, reason, advice)
  }
}

function readOptions(argv, options) {
  for (let at = 0; at < argv.length; at++) {
    const [name, inline] = argv[at].split(/=(.*)/s, 2)
    const value = () => {
      const given = inline ?? argv[++at]
      if (given === undefined) throw new Mistake(`${name} needs a value`)
      return given
    }
    if (name === '--agent') options.agent = value()
    else if (name === '--url') options.url = value()
    else if (name === '--key-file') options.key = readFileSync(value(), 'utf8').trim()
    else if (name === '--timeout') options.timeoutSeconds = Number(value())
    else if (name === '--alive') options.isAlive = true
    else throw new Mistake(`there is no option ${name}`)
  }
  if (GUARDS[options.agent] === undefined)
    throw new Mistake(`--agent must be one of ${Object.keys(GUARDS).join(', ')}`)
  if (!(options.timeoutSeconds > 0)) throw new Mistake('--timeout must be a number of seconds')
}

async function readInput() {
  let text
  try {
    text = readFileSync(0, 'utf8')
  } catch (error) {
    // A pipe that does not block cannot be read at once.
    if (error.code !== 'EAGAIN') throw error
    text = ''
    process.stdin.setEncoding('utf8')
    for await (const chunk of process.stdin) {
      text += chunk
      if (text.length > EVENT_BYTES_MAX) break
    }
  }
  if (text.length > EVENT_BYTES_MAX) throw new Error('the event is too large')
  return text
}

/** The file an event is about, if it can be read without waiting: a regular file, and a small one. */
function fileOf(event) {
  const isEdit = EDITORS.test(event.tool_name ?? '')
  if (!isEdit && !ABOUT_FILES.has(event.hook_event_name)) return undefined
  const path = isEdit ? event.tool_input?.file_path : event.file_path
  if (typeof path !== 'string') return undefined
  let file
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { size } = fstatSync(file)
    if (!fstatSync(file).isFile() || size > FILE_BYTES_MAX) return undefined
    return { portcullis_file: { path, text: readFileSync(file, 'utf8') } }
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Where the paths that a tool is about to write to lead, for those that lead elsewhere. */
function targetsOf({ tool_input: input, cwd }) {
  if (typeof input !== 'object' || input === null) return undefined
  const patch = typeof input.command === 'string' ? input.command : (input.patch ?? input.input)
  const patched = typeof patch === 'string' ? [...patch.matchAll(PATCHED)].map(([, path]) => path) : []
  const named = [
    input.file_path,
    input.absolute_path,
    input.notebook_path,
    input.path,
    ...patched.slice(0, PATHS_MAX),
  ]
  const base = typeof cwd === 'string' ? cwd : process.cwd()
  const targets = {}
  for (const path of named) {
    if (typeof path !== 'string' || path === '' || path.includes('\0')) continue
    const whole = resolve(base, path)
    const target = targetOf(whole, 0)
    // A work tree that lies behind a link is no detour.
    if (target !== whole && target !== resolve(targetOf(base, 0), relative(base, whole)))
      targets[path] = target
  }
  return Object.keys(targets).length === 0 ? undefined : { portcullis_targets: targets }
}

/** What a path leads to, also where that does not exist yet. */
function targetOf(path, depth) {
  if (depth > LINKS_MAX) return path
  try {
    return realpathSync.native(path)
  } catch {}
  try {
    return targetOf(resolve(dirname(path), readlinkSync(path)), depth + 1)
  } catch {}
  const parent = dirname(path)
  return parent === path ? path : join(targetOf(parent, depth + 1), basename(path))
}

async function ask(options, body) {
  const { status, text, isGate } = await request(options, `/hook/${options.agent}`, body)
  let answer
  try {
    answer = JSON.parse(text)
  } catch {
    throw new Error(`the gate's answer is not JSON (status ${status})`)
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw new Error("the gate's answer is no object")
  if (status !== 200)
    throw new Error(typeof answer.error === 'string' ? answer.error : `the gate answered ${status}`)
  if (!isGate) throw new Error(`what answers at ${options.url} is no gate`)
  return answer
}

/** Only whether the gate is there, beside an HTTP hook that asks it: older agents let a tool run when an HTTP hook fails. */
async function alive(options) {
  const { status, isGate } = await request(options, `/hook/${options.agent}`, undefined)
  if (status !== 200) throw new Error(`the gate answered ${status}`)
  if (!isGate) throw new Error(`what answers at ${options.url} is no gate`)
  return {}
}

async function request(options, path, body) {
  const target = new URL(options.url.replace(/\/+$/, '') + path)
  const { request: open } = await builtin(target.protocol === 'https:' ? 'node:https' : 'node:http')
  const { promise, resolve, reject } = Promise.withResolvers?.() ?? withResolvers()
  const outgoing = open(target, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      connection: 'close',
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
    },
  })
  const timer = setTimeout(
    () =>
      outgoing.destroy(
        new Error(`the gate at ${options.url} did not answer within ${options.timeoutSeconds} s`),
      ),
    options.timeoutSeconds * 1000,
  )
  outgoing.on('error', (error) => {
    reject(
      error.code === undefined
        ? error
        : new Error(`the gate at ${options.url} cannot be reached (${error.code})`),
    )
  })
  outgoing.on('response', (incoming) => {
    const chunks = []
    let bytes = 0
    incoming.on('data', (chunk) => {
      bytes += chunk.length
      if (bytes > ANSWER_BYTES_MAX) outgoing.destroy(new Error("the gate's answer is too large"))
      else chunks.push(chunk)
    })
    incoming.on('end', () => {
      if (incoming.complete)
        resolve({
          status: incoming.statusCode,
          text: Buffer.concat(chunks).toString('utf8'),
          isGate: incoming.headers['x-portcullis-hook'] !== undefined,
        })
      else reject(new Error("the gate's answer was cut off"))
    })
    incoming.on('error', reject)
  })
  outgoing.end(body)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

/** As `import` would, which also reads every export and so loads a WebSocket client: 45 ms of 80. */
async function builtin(name) {
  return process.getBuiltinModule?.(name) ?? (await import(name))
}

function withResolvers() {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

function finish(event, answer) {
  // Of this one the contract reads no decision from standard output.
  if (event.hook_event_name === 'TaskCreated' && answer.decision === 'block')
    return { out: '', err: `${answer.reason}\n`, code: 2 }
  return { out: Object.keys(answer).length === 0 ? '{}\n' : `${JSON.stringify(answer)}\n`, err: '', code: 0 }
}

function failed(agent, event, reason, advice) {
  const name = event?.hook_event_name
  // An event that cannot be read may be any event, and one of an agent that nobody knows any agent's.
  const guards = GUARDS[agent] === undefined ? Object.values(GUARDS) : [GUARDS[agent]]
  const isGuard = event === undefined || guards.some((names) => names.has(name))
  // So may one of a newer agent that carries what would be done.
  const isDeed = !TELLING.test(name ?? '') && DEEDS.some((field) => Object.hasOwn(event ?? {}, field))
  if (!isGuard && !isDeed)
    return { out: '{}\n', err: `Portcullis: ${reason}; the event ${name} was not recorded\n`, code: 0 }
  const text = `Portcullis: refused, because ${reason}. ${advice}`
  if (agent === 'claude-code' && name === 'PostToolUse') return unread(event, text)
  const out =
    agent === 'cursor'
      ? `${JSON.stringify({ permission: 'deny', continue: false, user_message: text, agent_message: text })}\n`
      : ''
  return { out, err: `${text}\n`, code: 2 }
}

/** The tool has run, and exit code 2 would only add to what it returned: nobody has read that, so the model must not. */
function unread(event, reason) {
  const { tool_response: response } = event
  const output = response === undefined ? {} : { updatedToolOutput: withheld(response, reason) }
  const answer = {
    decision: 'block',
    reason,
    hookSpecificOutput: { hookEventName: 'PostToolUse', additionalContext: reason, ...output },
  }
  return { out: `${JSON.stringify(answer)}\n`, err: '', code: 0 }
}

/** The answer in its own shape with a notice for its texts: of another shape, an agent would show the original. */
function withheld(response, notice) {
  let isSaid = false
  const empty = (value, depth, name) => {
    if (typeof value === 'string') {
      if (name === 'type' && /^[a-z_-]{1,20}$/.test(value)) return value
      const text = isSaid ? '' : notice
      isSaid = true
      return text
    }
    if (typeof value !== 'object' || value === null) return value
    if (depth === 0) return null
    if (Array.isArray(value)) return value.map((each) => empty(each, depth - 1))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => /^[\w.$@/:-]{1,64}$/.test(key))
        .map(([key, each]) => [key, empty(each, depth - 1, key)]),
    )
  }
  const shape = empty(response, NESTING_MAX)
  return isSaid ? shape : notice
}
