import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from './load.ts'

/** A proxy under test in a process of its own, so that its CPU time can be told from the load's. */
export type Contender = {
  readonly name: string
  readonly target: Target
  readonly pids: () => readonly number[]
  readonly stop: () => Promise<void>
}

const TICKS_A_SECOND = 100
const launcher = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))
const mockFile = fileURLToPath(new URL('./mock.ts', import.meta.url))

/** User and system seconds so far, of all threads. */
export function cpuSeconds({ pids }: Pick<Contender, 'pids'>): number {
  let ticks = 0
  for (const pid of pids()) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / TICKS_A_SECOND
}

/** The same of each thread, by the name that it was given. */
export function threadSeconds({ pids }: Pick<Contender, 'pids'>): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>()
  for (const pid of pids())
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [name = '', rest = ''] = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
        .slice(`${thread} (`.length)
        .split(') ')
      const fields = rest.split(' ')
      const ticks = Number(fields[11]) + Number(fields[12])
      seconds.set(name, (seconds.get(name) ?? 0) + ticks / TICKS_A_SECOND)
    }
  return seconds
}

export function residentMiB({ pids }: Pick<Contender, 'pids'>): number {
  let kib = 0
  for (const pid of pids())
    kib += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  return kib / 1024
}

export async function startMock(): Promise<Contender> {
  const child = spawn(process.execPath, [mockFile], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return started('direct', child, Number(port.toString()), '')
}

export type GateOptions = {
  readonly wait: 'written' | 'durable'
  readonly workers?: number
  /** How many have a key, `authorization(0)` and on. */
  readonly accounts?: number
  /** `HOST:PORT` of the console and the metrics; without it there are none. */
  readonly console?: string
}

export function authorization(account: number): string {
  return `authorization: Bearer ${benchKey(account)}\r\n`
}

function benchKey(account: number): string {
  return `sk-bench-key-${account}`
}

export async function startGate(
  upstreamPort: number,
  { wait, workers = 1, accounts = 1, console }: GateOptions,
): Promise<Contender> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-gate-'))
  const port = await freePort()
  const keys = Array.from(
    { length: accounts },
    (_, account) => `  - { key: ${benchKey(account)}, account: bench-${account} }`,
  )
  writeFileSync(
    join(directory, 'portcullis.yaml'),
    `listen: 127.0.0.1:${port}
${console === undefined ? '' : `console: ${console}`}
upstreams:
  - { name: mock, protocol: openai, url: "http://127.0.0.1:${upstreamPort}/v1", key: upstream-key }
keys:
${keys.join('\n')}
rates: { account: { requestsPerMinute: 100000000, tokensPerMinute: 1000000000000 } }
ledger: { wait: ${wait} }
`,
  )
  const args = [launcher, 'up', '--config', join(directory, 'portcullis.yaml'), '--workers', String(workers)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const many = workers > 1 ? `, ${workers} workers` : ''
  const gate = started(`portcullis (${wait}${many})`, child, port, authorization(0))
  await once(child.stderr, 'data')
  await listening(port)
  return {
    ...gate,
    stop: async () => {
      await gate.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const PORTKEY = '@portkey-ai/gateway'
const PORTKEY_VERSION = '1.15.2'
/** Its own image is `node:20-alpine`: https://github.com/Portkey-AI/gateway/blob/main/Dockerfile. Such a runtime from npm. */
const NODE_20 = `node-${process.platform}-${process.arch}`
const NODE_20_VERSION = '20.20.2'
/** Of what a bench installs beside the project; `PORTKEY_DIR` names another folder that has it. */
const peers =
  process.env.PORTKEY_DIR ?? fileURLToPath(new URL('../../node_modules/.cache/bench-peers', import.meta.url))
const portkey = join(peers, 'node_modules', PORTKEY, 'build/start-server.js')
const node20 = join(peers, 'node_modules', NODE_20, 'bin/node')

export function installPortkey(): void {
  if (existsSync(portkey) && existsSync(node20)) return
  mkdirSync(peers, { recursive: true })
  const args = ['install', '--prefix', peers, '--ignore-scripts', '--no-audit', '--no-fund']
  const packages = [`${PORTKEY}@${PORTKEY_VERSION}`, `${NODE_20}@${NODE_20_VERSION}`]
  execFileSync('npm', [...args, ...packages], { stdio: 'inherit' })
}

/** `portkey` runs on the same Node as the gate, `portkey on Node 20` on that of its own image. */
export async function startPortkey(
  upstreamPort: number,
  runtime: 'same' | 'shipped',
): Promise<Contender | undefined> {
  const node = runtime === 'same' ? process.execPath : node20
  if (!existsSync(portkey) || !existsSync(node)) return undefined
  const port = await freePort()
  const child = spawn(node, [portkey, `--port=${port}`, '--headless'], {
    stdio: 'ignore',
    env: { ...process.env, TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' },
  })
  await listening(port)
  const headers = `${authorization(0)}x-portkey-provider: openai\r\nx-portkey-custom-host: http://127.0.0.1:${upstreamPort}/v1\r\n`
  return started(runtime === 'same' ? 'portkey' : 'portkey on Node 20', child, port, headers)
}

export async function startNginx(upstreamPort: number): Promise<Contender | undefined> {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const directory = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
  const port = await freePort()
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; pid ${directory}/pid; error_log /dev/null;
events { worker_connections 4096; }
http { access_log off; proxy_temp_path ${directory}/p; client_body_temp_path ${directory}/c;
  upstream mock { server 127.0.0.1:${upstreamPort}; keepalive 256; }
  server { listen 127.0.0.1:${port}; keepalive_requests 1000000000; location / {
    proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header connection ""; proxy_buffering off; } } }`,
  )
  const child = spawn('nginx', ['-c', join(directory, 'nginx.conf')], { stdio: 'ignore' })
  await listening(port)
  return started('nginx', child, port, '')
}

function started(name: string, child: ChildProcess, port: number, headers: string): Contender {
  return {
    name,
    target: { port, headers },
    pids: () => (child.pid === undefined ? [] : [child.pid, ...childrenOf(child.pid)]),
    stop: async () => {
      if (child.exitCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exit
      clearTimeout(late)
    },
  }
}

/** Its workers, where it has any; Linux tells. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? (readFileSync(file, 'utf8').match(/\d+/g) ?? []).map(Number) : []
}

export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return address !== null && typeof address === 'object' ? address.port : 0
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await new Promise<boolean>((answer) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        answer(true)
      })
      socket.on('error', () => answer(false))
    })
    if (isUp) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`nothing listens on ${port}`)
}
