import { existsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { resolve, sep } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { readyMadePolicies } from '../config/agents.ts'
import { cleanEnvironment } from '../doors/shell/clean-environment.ts'
import {
  NOT_BEGUN,
  runInSandbox,
  type SandboxEnd,
  type SandboxLimits,
  sandboxObstacle,
} from '../doors/shell/sandbox.ts'
import { GateError } from '../kernel/gate-error.ts'
import { type Command, type Console, type ExitCode, type ParsedOptions, passedOn } from './command.ts'
import { type Judge, judgeAt, judgeHere, judgeIn } from './command-judge.ts'
import { homeOf } from './connect.ts'
import { screenOf } from './render/screen.ts'
import { credentialsFor, placeholderVariables } from './sandbox-credentials.ts'
import { textOption } from './store-option.ts'

const WALL_SECONDS_DEFAULT = 600
const WALL_SECONDS_MAX = 86_400
const OUTPUT_MIB_DEFAULT = 16
const OUTPUT_MIB_MAX = 1_024
const PROCESSES_DEFAULT = 1_024
const PROCESSES_MAX = 65_536
const MEMORY_MIB_MAX = 16_777_216
/** Of the machine's memory, or of what its container may have. */
const MEMORY_SHARE_DEFAULT = 0.75
const MIB = 1_048_576

/** As `timeout`, `docker run` and the shell have them: what ended a command that was not its own doing. */
const codes = {
  memory: 121,
  processes: 122,
  output: 123,
  time: 124,
  unavailable: NOT_BEGUN,
  refused: 126,
  stopped: 130,
} as const

export const runCommand: Command = {
  usage: '[OPTION]... -- COMMAND [ARGUMENT]...',
  description: `Judges a command and runs it in a sandbox: it writes only in the work tree (the folder it is started in), reads no keys,
logins, shell settings or settings of coding agents, reaches only the hosts named, and ends at a limit of time, output, processes and memory.
Variables of the environment that hold secrets stay outside.

The judgement is recorded with --store or --gate; otherwise it is made here and forgotten. What a person must approve is asked
at the terminal, and refused where there is none.

Exit code of the command itself; 121 stopped at the limit of memory, 122 of processes, 123 of output, 124 of time, 125 no sandbox
can be made here, 126 refused, 130 stopped by you.`,
  options: {
    policy: {
      type: 'string',
      value: 'FILE',
      summary: 'a policy file, or observe, balanced, strict (default balanced)',
    },
    store: { type: 'string', value: 'DIR', summary: "record in this data folder's ledger" },
    gate: { type: 'string', value: 'URL', summary: 'let a running gate judge and record, by its own policy' },
    'allow-domain': {
      type: 'string',
      multiple: true,
      value: 'HOST',
      summary: 'a host it may reach, such as example.com or *.example.com; none without',
    },
    write: { type: 'string', multiple: true, value: 'DIR', summary: 'a further folder it may write to' },
    hide: { type: 'string', multiple: true, value: 'PATH', summary: 'a further path it may not read' },
    env: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      summary: 'a variable to pass on although it may hold a secret',
    },
    credentials: {
      type: 'string',
      value: 'DIR',
      summary: 'a data folder whose credentials may stand in for placeholders, on the way out alone',
    },
    'key-file': { type: 'string', value: 'FILE', summary: 'the key those credentials are sealed with' },
    config: { type: 'string', short: 'f', value: 'FILE', summary: 'or the configuration that names the key' },
    time: { type: 'string', value: 'SECONDS', summary: `wall-clock limit (default ${WALL_SECONDS_DEFAULT})` },
    output: {
      type: 'string',
      value: 'MIB',
      summary: `limit of what it prints (default ${OUTPUT_MIB_DEFAULT})`,
    },
    processes: {
      type: 'string',
      value: 'COUNT',
      summary: `limit of processes at once (default ${PROCESSES_DEFAULT})`,
    },
    memory: {
      type: 'string',
      value: 'MIB',
      summary: 'limit of memory of all its processes together (default three quarters of the machine’s)',
    },
    shell: {
      type: 'string',
      short: 'c',
      value: 'TEXT',
      summary: 'a shell text in place of a command and its arguments',
    },
  },
  examples: [
    ['portcullis run -- npm test', 'no network, no writes outside this folder'],
    [
      "portcullis run --allow-domain registry.npmjs.org --allow-domain '*.npmjs.org' -- npm install",
      'with a registry',
    ],
    ["portcullis run -c 'make && ./check | tail' --time 60", 'a shell text, for a minute at most'],
    ['portcullis run --gate http://127.0.0.1:8080 -- ./deploy.sh', 'judged and recorded by the running gate'],
  ],
  wordsMax: Number.POSITIVE_INFINITY,
  run: async (positionals, options, console) => {
    const command = commandOf(positionals, options)
    const named = new Set([...textsOf(options, 'env'), ...placeholderVariables(console.env)])
    const env = cleanEnvironment(console.env, named)
    const credentials = credentialsFor(command, env, options, console)
    const limits = { ...limitsOf(options, console), credentials: credentials?.held ?? [] }
    const { stderr, cwd } = console
    const { paint } = screenOf({ stdout: stderr, env: console.env })
    await using judge = await judgeOf(options, console)
    if (credentials?.refused !== undefined) {
      stderr.write(`${paint('red', '✗')} Not run. ${credentials.refused}\n`)
      return passedOn(codes.refused)
    }
    const verdict = await judge.ask(command, cwd)
    if (
      verdict.action === 'deny' ||
      (verdict.action === 'ask' && !(await isApproved(verdict.reason, judge, console)))
    ) {
      stderr.write(`${paint('red', '✗')} Not run. ${verdict.reason}\n`)
      return passedOn(codes.refused)
    }
    const obstacle = await sandboxObstacle()
    if (obstacle !== undefined) {
      await judge.ended('blocked')
      stderr.write(`${paint('red', '✗')} Not run: no sandbox can be made here. ${obstacle}\n`)
      return passedOn(codes.unavailable)
    }
    using hangUp = hangUpSignal()
    const end = await runInSandbox(command, limits, {
      stdin: console.stdin,
      stdout: console.stdout,
      stderr,
      env,
      broker: credentials?.broker,
      home: homeOf(console),
      signal: AbortSignal.any([console.signal, hangUp.signal]),
    })
    await judge.ended(
      end.how === 'exited' && end.code === 0 ? 'done' : end.how === 'exited' ? 'failed' : 'cancelled',
    )
    for (const line of end.kept)
      stderr.write(`${paint('yellow', '!')} Kept from ${line.replace(/^deny /, '')}\n`)
    return codeOf(end, limits, (text) => stderr.write(`${paint('red', '✗')} ${text}\n`))
  },
}

/** A terminal that is closed takes the command along; elsewhere the signal has other meanings. */
function hangUpSignal(): Disposable & { readonly signal: AbortSignal } {
  const hangUp = new AbortController()
  const heard = (): void => hangUp.abort()
  process.once('SIGHUP', heard)
  return { signal: hangUp.signal, [Symbol.dispose]: () => process.off('SIGHUP', heard) }
}

function codeOf(
  { how, code }: SandboxEnd,
  { wallMs, outputBytesMax, processesMax, memoryBytesMax }: SandboxLimits,
  say: (text: string) => void,
): ExitCode {
  if (how === 'limit-time') say(`Stopped after ${wallMs / 1_000} s: the limit of --time.`)
  if (how === 'limit-output')
    say(`Stopped after ${outputBytesMax / MIB} MiB of output: the limit of --output.`)
  if (how === 'limit-processes') say(`Stopped at ${processesMax} processes: the limit of --processes.`)
  if (how === 'limit-memory')
    say(`Stopped beyond ${Math.round(memoryBytesMax / MIB)} MiB of memory: the limit of --memory.`)
  return passedOn(
    {
      ...{ exited: code, stopped: codes.stopped },
      ...{ 'limit-time': codes.time, 'limit-output': codes.output },
      ...{ 'limit-processes': codes.processes, 'limit-memory': codes.memory },
    }[how],
  )
}

/** Words as they were given, so that no shell reads them again; or a text that is meant for one. */
function commandOf(words: readonly string[], options: ParsedOptions): string {
  const text = textOption(options, 'shell')
  if ((text === undefined) === (words.length === 0))
    throw new GateError('usage', 'say what to run: a command after --, or a shell text with -c.')
  return (
    text ??
    words
      .map((word) => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
      .join(' ')
  )
}

function limitsOf(options: ParsedOptions, console: Console): Omit<SandboxLimits, 'credentials'> {
  const workTree = console.cwd
  const home = homeOf(console)
  if (workTree === sep || workTree === home || home.startsWith(`${workTree}${sep}`))
    throw new GateError(
      'usage',
      `${workTree} holds your whole home folder: go into the project that the command is about.`,
    )
  const writable = textsOf(options, 'write').map((path) => resolve(workTree, path))
  const missing = writable.find((path) => !existsSync(path))
  if (missing !== undefined) throw new GateError('usage', `--write ${missing}: there is no such folder.`)
  return {
    workTree,
    writable,
    hidden: textsOf(options, 'hide').map((path) => resolve(workTree, path)),
    domains: textsOf(options, 'allow-domain').map(domainOf),
    wallMs: numberOf(options, 'time', WALL_SECONDS_DEFAULT, WALL_SECONDS_MAX) * 1_000,
    outputBytesMax: Math.floor(numberOf(options, 'output', OUTPUT_MIB_DEFAULT, OUTPUT_MIB_MAX) * MIB),
    processesMax: Math.ceil(numberOf(options, 'processes', PROCESSES_DEFAULT, PROCESSES_MAX)),
    memoryBytesMax: Math.floor(numberOf(options, 'memory', memoryMibDefault(), MEMORY_MIB_MAX) * MIB),
  }
}

function memoryMibDefault(): number {
  const constrained = process.constrainedMemory()
  const whole = constrained > 0 ? Math.min(totalmem(), constrained) : totalmem()
  return Math.floor((whole * MEMORY_SHARE_DEFAULT) / MIB)
}

function domainOf(text: string): string {
  const domain = text.toLowerCase()
  if (
    /^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$|^localhost$|^\d{1,3}(\.\d{1,3}){3}$/.test(
      domain,
    )
  )
    return domain
  throw new GateError('usage', `--allow-domain ${text}: a host such as example.com, or *.example.com.`)
}

function numberOf(options: ParsedOptions, name: string, usual: number, most: number): number {
  const text = textOption(options, name)
  const value = text === undefined ? usual : Number(text)
  if (value > 0 && value <= most) return value
  throw new GateError('usage', `--${name} must be a number up to ${most}.`)
}

function textsOf(options: ParsedOptions, name: string): readonly string[] {
  const given = options[name]
  return Array.isArray(given) ? given.filter((each) => typeof each === 'string') : []
}

async function judgeOf(options: ParsedOptions, console: Console): Promise<Judge> {
  const gate = textOption(options, 'gate')
  const store = textOption(options, 'store')
  const named = textOption(options, 'policy')
  if (gate !== undefined && (store !== undefined || named !== undefined))
    throw new GateError('usage', 'a gate has a store and a policy of its own: --gate goes with neither.')
  if (gate !== undefined) return judgeAt(gate, console)
  const policy = named ?? 'balanced'
  const file = readyMadePolicies.includes(policy) ? policy : resolve(console.cwd, policy)
  return store === undefined
    ? judgeHere(file, console)
    : await judgeIn(resolve(console.cwd, store), file, console)
}

async function isApproved(reason: string, judge: Judge, console: Console): Promise<boolean> {
  const { stdin, stderr, signal } = console
  if (!('isTTY' in stdin) || stdin.isTTY !== true) return false
  const reader = createInterface({ input: stdin, output: stderr })
  try {
    const answer = await reader.question(`${reason}\nRun it in the sandbox all the same? [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim()) && (await judge.approve())
  } finally {
    reader.close()
  }
}
