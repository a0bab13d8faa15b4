// How long a coding agent waits at its hook: over HTTP, and through the command shim.
//
//   node bench/hook.bench.ts
//
// A gate with the balanced policy, a ledger on disk and nothing else to do; events one after another, as an agent sends
// them. The shim's figure is a whole process, from its start to its exit; Node's own start is beside it.
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

async function processes(argv: readonly string[], input: string): Promise<readonly number[]> {
  const times: number[] = []
  for (let index = 0; index < PROCESSES; index++) {
    const began = performance.now()
    const child = spawn(process.execPath, argv, { stdio: ['pipe', 'ignore', 'ignore'] })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    await once(child, 'close')
    times.push(performance.now() - began)
  }
  return times
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
const bare = await processes(['-e', '0'], '')
const shim = await processes([launcher, 'hook', '--url', gate.url], eventOf(0))
say({
  name: 'the command shim, p50 / p95',
  figure: `${quantile(shim, 0.5)} / ${quantile(shim, 0.95)}`,
  unit: 'ms',
  command,
})
say({
  name: 'Node starting and ending alone, p50 / p95',
  figure: `${quantile(bare, 0.5)} / ${quantile(bare, 0.95)}`,
  unit: 'ms',
  command,
})
