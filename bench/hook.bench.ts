// How long a coding agent waits at its hook: over HTTP, and through the command shim.
//
//   node bench/hook.bench.ts
//
// A gate with the balanced policy, a ledger on disk and nothing else to do; events one after another, as an agent sends
// them. The shim's figure is the processor time of a whole process; Node's own start and end is beside it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { RunningGate } from '../test/e2e/running-gate.ts'
import { say } from './figure.ts'

const EVENTS = 3_000
const WARM_EVENTS = 300
const PROCESSES = 40
const command = 'node bench/hook.bench.ts'
const launcher = fileURLToPath(new URL('../bin/portcullis.js', import.meta.url))

const commands = [
  'npm test',
  'git status',
  'ls -la src | head',
  'cat package.json',
  'grep -rn "cart" src --include=*.ts',
]

function eventOf(index: number): string {
  const text = `${commands[index % commands.length]} # ${'x'.repeat(index % 64)}`
  return JSON.stringify({
    ...{ session_id: `bench-${index % 20}`, transcript_path: '/dev/null', cwd: '/home/ann/shop' },
    ...{ permission_mode: 'default', hook_event_name: 'PreToolUse', tool_name: 'Bash' },
    ...{ tool_input: { command: text, description: 'Look' }, tool_use_id: `toolu_${index}` },
  })
}

function quantile(times: readonly number[], share: number): string {
  const sorted = [...times].sort((left, right) => left - right)
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
}

async function overHttp(url: string): Promise<readonly number[]> {
  const times: number[] = []
  for (let index = 0; index < EVENTS + WARM_EVENTS; index++) {
    const began = performance.now()
    const body = eventOf(index)
    const answer = await fetch(`${url}/hook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    await answer.json()
    if (answer.status !== 200) throw new Error(`the gate answered ${answer.status}`)
    if (index >= WARM_EVENTS) times.push(performance.now() - began)
  }
  return times
}

/** Processor time of one process, in milliseconds, over many: waiting for other work on the machine is not in it. */
async function processor(argv: readonly string[], input: string): Promise<string> {
  const words = [process.execPath, ...argv].map((word) => `'${word}'`).join(' ')
  const loop = `i=0; while [ $i -lt ${PROCESSES} ]; do printf %s "$EVENT" | ${words} >/dev/null 2>&1; i=$((i+1)); done; times`
  const child = spawn('sh', ['-c', loop], {
    env: { ...process.env, EVENT: input },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  await once(child, 'close')
  // The second line: user and system time of all children.
  const times = [...(out.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  const seconds = times.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0)
  return ((seconds * 1_000) / PROCESSES).toFixed(0)
}

await using gate = await RunningGate.open(
  'upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]\nagents: { mode: enforce }',
)
const http = await overHttp(gate.url)
say({
  name: 'a hook over HTTP, p50 / p95 / p99',
  figure: [0.5, 0.95, 0.99].map((at) => quantile(http, at)).join(' / '),
  unit: 'ms',
  command,
})
const shim = await processor([launcher, 'hook', '--url', gate.url], eventOf(0))
say({ name: 'the command shim, processor time', figure: shim, unit: 'ms', command })
say({
  name: 'Node starting and ending alone, processor time',
  figure: await processor(['-e', '0'], ''),
  unit: 'ms',
  command,
})
