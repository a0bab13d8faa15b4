import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime'
import { unreadable, unwritable } from './protected-paths.ts'

/** What a command inside may touch, and for how long. */
export type SandboxLimits = {
  readonly workTree: string
  /** Further folders it may write to. */
  readonly writable: readonly string[]
  /** Further paths it may not read. */
  readonly hidden: readonly string[]
  /** Names of hosts it may reach: `example.com`, `*.example.com`. None: no network. */
  readonly domains: readonly string[]
  readonly wallMs: number
  /** What it may write to standard output and standard error together. */
  readonly outputBytesMax: number
}

export type SandboxIo = {
  readonly stdin: 'inherit' | 'ignore'
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Record<string, string>
  readonly home: string
  readonly signal: AbortSignal
}

export type SandboxEnd = {
  /** `limit-time` and `limit-output`: it was stopped there. `stopped`: somebody stopped it. */
  readonly how: 'exited' | 'limit-time' | 'limit-output' | 'stopped'
  readonly code: number
  /** What it was kept from, a line each, as far as the sandbox tells. */
  readonly kept: readonly string[]
}

/** Between being asked to stop and being made to. */
const GRACE_MS = 2_000
const PROBE_MS = 10_000
const KEPT_MAX = 20
const SIGNALLED = 128
const SIGKILL_NUMBER = 9

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
  await SandboxManager.initialize(runtimeConfig(limits, io.home), undefined, true)
  try {
    const { argv, env } = await SandboxManager.wrapWithSandboxArgv(
      command,
      '/bin/sh',
      undefined,
      io.signal,
      limits.workTree,
    )
    const [program = '', ...args] = argv
    const child = spawn(program, args, {
      cwd: limits.workTree,
      env: { ...io.env, ...added(env) },
      stdio: [io.stdin, 'pipe', 'pipe'],
      detached: true,
    })
    const ended = await watched(child, limits, io)
    const kept = SandboxManager.getSandboxViolationStore()
      .getViolations()
      .map(({ line }) => line)
    return { ...ended, kept: [...new Set(kept)].slice(0, KEPT_MAX) }
  } finally {
    SandboxManager.cleanupAfterCommand()
    await SandboxManager.reset()
  }
}

function runtimeConfig(limits: SandboxLimits, home: string): SandboxRuntimeConfig {
  return {
    network: { allowedDomains: [...limits.domains], deniedDomains: [], allowLocalBinding: false },
    filesystem: {
      denyRead: [...unreadable(home, limits.hidden)],
      allowWrite: [limits.workTree, ...limits.writable],
      denyWrite: [...unwritable(limits.workTree)],
    },
  }
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
  { wallMs, outputBytesMax }: SandboxLimits,
  { stdout, stderr, signal }: SandboxIo,
): Promise<Omit<SandboxEnd, 'kept'>> {
  let how: SandboxEnd['how'] = 'exited'
  let bytes = 0
  const end = (reason: SandboxEnd['how']): void => {
    if (how !== 'exited') return
    how = reason
    stop(child)
  }
  const timer = setTimeout(() => end('limit-time'), wallMs)
  const stopped = () => end('stopped')
  signal.addEventListener('abort', stopped, { once: true })
  for (const [from, to] of [
    [child.stdout, stdout],
    [child.stderr, stderr],
  ] as const)
    from?.on('data', (chunk: Buffer) => {
      const room = outputBytesMax - bytes
      bytes += chunk.length
      if (room > 0 && !to.write(chunk.subarray(0, room))) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      if (bytes > outputBytesMax) end('limit-output')
    })
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
function stop(child: ChildProcess): void {
  const send = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // It is gone already.
    }
  }
  send('SIGTERM')
  setTimeout(() => send('SIGKILL'), GRACE_MS).unref()
}
