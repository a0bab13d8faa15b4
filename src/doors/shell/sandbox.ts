import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime'
import type { Broker } from '../../gate/enforce/broker.ts'
import { closedBwrap, refusingOpenProc } from './closed-bwrap.ts'
import { OutputCleaner } from './output-cleaner.ts'
import { childrenOf, type Excess, limitingProcesses, watchTree } from './process-limit.ts'
import { unreadable, unwritable } from './protected-paths.ts'
import { runFolder } from './run-folder.ts'

/** What a command inside may touch, and for how long. */
export type SandboxLimits = {
  readonly workTree: string
  /** Further folders it may write to. */
  readonly writable: readonly string[]
  /** Further paths it may not read. */
  readonly hidden: readonly string[]
  /** Names of hosts it may reach: `example.com`, `*.example.com`. None: no network. */
  readonly domains: readonly string[]
  /** What the command may use without having it. */
  readonly credentials: readonly SandboxCredential[]
  readonly wallMs: number
  /** What it may write to standard output and standard error together. */
  readonly outputBytesMax: number
  /** How many processes it may have at once. */
  readonly processesMax: number
  /** What all its processes may hold of the machine's memory together. */
  readonly memoryBytesMax: number
}

/** Put in on the way out, over TLS, to these hosts alone; `undefined`: to every host that may be reached. */
export type SandboxCredential = {
  readonly name: string
  readonly value: string
  readonly hosts: readonly string[] | undefined
}

export type SandboxIo = {
  readonly stdin: Readable | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Record<string, string>
  readonly home: string
  readonly signal: AbortSignal
  /** Holds the credentials, to take them out of what the command prints. */
  readonly broker: Broker | undefined
}

export type SandboxEnd = {
  /** `limit-…`: it was stopped there. `stopped`: somebody stopped it. */
  readonly how: 'exited' | 'limit-time' | 'limit-output' | Excess | 'stopped'
  readonly code: number
  /** What it was kept from, a line each, as far as the sandbox tells. */
  readonly kept: readonly string[]
}

/** Between being asked to stop and being made to. */
const GRACE_MS = 2_000
const PROBE_MS = 10_000
const KEPT_MAX = 20
const SIGNALLED = 128
const VARIABLE = 'PORTCULLIS_CREDENTIAL_'
const SIGKILL_NUMBER = 9
/** What a command exits with that was not begun, as `env` and `docker run` have it. */
export const NOT_BEGUN = 125

/** Why no sandbox can be made here, with what to do about it; nothing when one can. */
export async function sandboxObstacle(): Promise<string | undefined> {
  const { SandboxManager } = await import('@anthropic-ai/sandbox-runtime')
  if (!SandboxManager.isSupportedPlatform()) return `there is no sandbox for ${process.platform} here.`
  const { errors } = SandboxManager.checkDependencies()
  if (errors.length > 0) {
    const advice =
      process.platform === 'linux'
        ? ' Install bubblewrap, socat and ripgrep: `apt-get install bubblewrap socat ripgrep`, or your system’s like.'
        : ''
    return `${errors.join('; ')}.${advice}`
  }
  return process.platform === 'linux' ? namespaceObstacle() : undefined
}

/** Everything may be installed and the kernel still refuse: only trying tells. */
function namespaceObstacle(): string | undefined {
  const probe = spawnSync(
    'bwrap',
    ['--ro-bind', '/', '/', '--unshare-user', '--unshare-net', '--unshare-pid', 'true'],
    {
      timeout: PROBE_MS,
      encoding: 'utf8',
    },
  )
  if (probe.status === 0) return undefined
  const reason = probe.stderr.trim().split('\n')[0] ?? 'it did not start'
  return `bubblewrap cannot make a namespace (${reason}). Allow unprivileged user namespaces: \`sysctl kernel.unprivileged_userns_clone=1\`, on Ubuntu \`sysctl kernel.apparmor_restrict_unprivileged_userns=0\`, in a container \`--security-opt seccomp=unconfined\`.`
}

/** Runs one shell text in a sandbox of its own and waits for its end. */
export async function runInSandbox(
  command: string,
  limits: SandboxLimits,
  io: SandboxIo,
): Promise<SandboxEnd> {
  const { SandboxManager } = await import('@anthropic-ai/sandbox-runtime')
  const variables = limits.credentials.map(({ name, value }, index) => ({
    ...{ name, value, variable: `${VARIABLE}${index}` },
  }))
  // The runtime takes values from the environment of this process, and from nowhere else.
  for (const { variable, value } of variables) process.env[variable] = value
  using folder = process.platform === 'linux' ? runFolder() : undefined
  const bwrap = folder && closedBwrap(folder)
  try {
    const before = childrenOf(process.pid)
    await SandboxManager.initialize(runtimeConfig(limits, io.home, bwrap), undefined, true)
    folder?.keep(childrenOf(process.pid).filter((pid) => !before.includes(pid)))
    const wrap = (text: string) =>
      SandboxManager.wrapWithSandboxArgv(text, '/bin/sh', undefined, io.signal, limits.workTree)
    const standIns = standInsOf(variables.length === 0 ? [] : (await wrap('true')).argv, variables)
    const limited = limitingProcesses(standing(command, standIns), limits.processesMax)
    const { argv, env } = await wrap(refusingOpenProc(limited, NOT_BEGUN))
    const [program = '', ...args] = dyingWithUs(argv, bwrap)
    const inside = Object.entries(io.env).map(([name, value]) => [name, standing(value, standIns)] as const)
    const child = spawn(program, args, {
      cwd: limits.workTree,
      env: { ...Object.fromEntries(inside), ...added(env) },
      // Never a file or terminal of ours: what it holds open it may open again, by its name in /proc, and write to.
      stdio: [io.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    using _ = feeding(child, io.stdin)
    const ended = await watched(child, limits, { ...io, standIns })
    const kept = SandboxManager.getSandboxViolationStore()
      .getViolations()
      .map(({ line }) => line)
    return { ...ended, kept: [...new Set(kept)].slice(0, KEPT_MAX) }
  } finally {
    for (const { variable } of variables) delete process.env[variable]
    SandboxManager.cleanupAfterCommand()
    await SandboxManager.reset()
  }
}

function runtimeConfig(
  limits: SandboxLimits,
  home: string,
  bwrapPath: string | undefined,
): SandboxRuntimeConfig {
  return {
    ...(bwrapPath === undefined ? {} : { bwrapPath }),
    network: {
      ...{ allowedDomains: [...limits.domains], deniedDomains: [], allowLocalBinding: false },
      // A credential only leaves over TLS that the proxy outside has made and checked itself.
      ...(limits.credentials.length === 0 ? {} : { tlsTerminate: {} }),
    },
    ...(limits.credentials.length === 0
      ? {}
      : {
          credentials: {
            files: [],
            envVars: limits.credentials.map(({ hosts }, index) => ({
              name: `${VARIABLE}${index}`,
              mode: 'mask' as const,
              ...(hosts === undefined ? {} : { injectHosts: [...hosts] }),
            })),
          },
        }),
    filesystem: {
      denyRead: [...unreadable(home, limits.hidden)],
      allowWrite: [limits.workTree, ...limits.writable],
      denyWrite: [...unwritable(limits.workTree)],
    },
  }
}

/**
 * bubblewrap dies with the process that began it. The runtime begins it in a shell, which would outlive this process if it were
 * killed, and the command with it, past every limit.
 */
function dyingWithUs(argv: readonly string[], bwrapPath: string | undefined): readonly string[] {
  if (bwrapPath === undefined) return argv
  const isBegun = argv.at(-1)?.startsWith(`${bwrapPath} `) === true && argv.at(-2) === '-c'
  if (!isBegun) throw new Error('the sandbox does not begin with bubblewrap')
  return argv.with(-1, `exec ${argv.at(-1)}`)
}

/** Passes on what comes in, for as long as the command lives. */
function feeding(child: ChildProcess, from: Readable | undefined): Disposable {
  const { stdin } = child
  if (from === undefined || stdin === null) return { [Symbol.dispose]: () => {} }
  // It need not read all of it.
  stdin.on('error', () => {})
  from.pipe(stdin)
  return {
    [Symbol.dispose]: () => {
      from.unpipe(stdin)
      from.pause()
      if ('unref' in from && typeof from.unref === 'function') from.unref()
    },
  }
}

/** What the runtime gives the command in place of each credential, as it says it itself. */
function standInsOf(
  argv: readonly string[],
  variables: readonly { readonly name: string; readonly variable: string }[],
): ReadonlyMap<string, string> {
  const said = argv.join(' ')
  return new Map(
    variables.map(({ name, variable }) => {
      const standIn = new RegExp(`${variable}[ =]'?(fake_value_[A-Za-z0-9_-]+)`).exec(said)?.[1]
      if (standIn === undefined) throw new Error('the sandbox does not stand in for a credential')
      return [name, standIn] as const
    }),
  )
}

/** A text as the command gets it: where an agent wrote a placeholder stands what the proxy outside replaces. */
function standing(text: string, standIns: ReadonlyMap<string, string>): string {
  return text.replace(
    /\bpc-credential-([a-z0-9][a-z0-9_-]{0,62})\b/g,
    (whole, name: string) => standIns.get(name) ?? whole,
  )
}

/** What the runtime adds to the environment (its proxies); the rest of this process's own stays out. */
function added(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && process.env[entry[0]] !== entry[1],
    ),
  )
}

async function watched(
  child: ChildProcess,
  { wallMs, outputBytesMax, processesMax, memoryBytesMax }: SandboxLimits,
  { stdout, stderr, signal, broker, standIns }: SandboxIo & { standIns: ReadonlyMap<string, string> },
): Promise<Omit<SandboxEnd, 'kept'>> {
  let how: SandboxEnd['how'] = 'exited'
  let bytes = 0
  const end = (reason: SandboxEnd['how']): void => {
    if (how !== 'exited') return
    how = reason
    // What forks or grows without end takes every moment it is given.
    stop(child, reason === 'limit-processes' || reason === 'limit-memory' ? 0 : GRACE_MS)
  }
  using _ = watchTree(child.pid ?? 0, { processesMax, memoryBytesMax }, end)
  const timer = setTimeout(() => end('limit-time'), wallMs)
  const stopped = () => end('stopped')
  signal.addEventListener('abort', stopped, { once: true })
  for (const [from, to] of [
    [child.stdout, stdout],
    [child.stderr, stderr],
  ] as const) {
    const cleaner = broker === undefined ? undefined : new OutputCleaner(broker, standIns)
    from?.on('end', () => cleaner !== undefined && to.write(cleaner.end()))
    from?.on('data', (raw: Buffer) => {
      const chunk = cleaner?.push(raw) ?? raw
      const room = outputBytesMax - bytes
      bytes += chunk.length
      if (room > 0 && !to.write(chunk.subarray(0, room))) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      if (bytes > outputBytesMax) end('limit-output')
    })
  }
  try {
    const [code, killed] = await once(child, 'close')
    return {
      how,
      code: typeof code === 'number' ? code : SIGNALLED + (killed === 'SIGKILL' ? SIGKILL_NUMBER : 1),
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stopped)
  }
}

/** The whole group: the command's own children too. */
function stop(child: ChildProcess, graceMs: number): void {
  const send = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // It is gone already.
    }
  }
  send('SIGTERM')
  setTimeout(() => send('SIGKILL'), graceMs).unref()
}
