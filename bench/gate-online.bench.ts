// What an exchange costs beside being carried: its sketch, the watch and the ledger, where every prompt is another one.
// `node bench/gate-online.bench.ts` (--seconds 20 --rate 1000 --warm 10 --accounts 500); Linux, whose /proc tells the time
// of each thread. A gate that has been up for a while (--warm 120) knows most of what is said to it.
import { parseArgs } from 'node:util'
import { TextSketches } from '../src/watch/sketches/text-sketch.ts'
import { Random } from '../src/watch/traffic/random.ts'
import { topicNames, topics } from '../src/watch/traffic/speech.ts'
import { say } from './figure.ts'
import { openLoop, requestBytes } from './gate/load.ts'
import { authorization, cpuSeconds, freePort, startGate, startMock, threadSeconds } from './gate/proxies.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '1000' },
    warm: { type: 'string', default: '10' },
    accounts: { type: 'string', default: '500' },
    // For the bench that runs beside this one.
    peers: { type: 'boolean' },
  },
})
const rate = Number(values.rate)
const accounts = Number(values.accounts)
const CHARACTERS = 1_000
const PROMPTS = 4_000
const SKETCHED = 20_000

const random = Random.of(1, 'gate-online')
const prompts = Array.from({ length: PROMPTS }, prompt)

await using stack = new AsyncDisposableStack()
const mock = await startMock()
stack.defer(() => mock.stop())
const console = `127.0.0.1:${await freePort()}`
const gate = await startGate(mock.target.port, { wait: 'written', accounts, console })
stack.defer(() => gate.stop())

await load(Number(values.warm) * 1_000)
await loopDelay()
const [total, threads] = [cpuSeconds(gate), threadSeconds(gate)]
const exchanges = await load(Number(values.seconds) * 1_000)
const delay = await loopDelay()
const costs = threadSeconds(gate)
const sketch = sketchMicros()
const [watch, ledger] = ['watch', 'ledger'].map((thread) => micros(thread))
told('sketch', sketch)
told('thread of the watch', watch ?? Number.NaN)
told('thread of the ledger', ledger ?? Number.NaN)
told('all three', sketch + (watch ?? Number.NaN) + (ledger ?? Number.NaN))
told('the whole gate', ((cpuSeconds(gate) - total) / exchanges) * 1e6)
say({
  name: `event-loop delay at ${rate}/s, p99`,
  figure: (delay * 1_000).toFixed(1),
  unit: 'ms',
  command: 'npm run bench -- gate-online',
})

function load(ms: number): Promise<number> {
  let sent = 0
  const next = () => {
    const content = `${random.pick(prompts)} ${sent++}`
    const headers = authorization(random.between(0, accounts - 1))
    return requestBytes({ ...gate.target, headers }, { model: 'bench', content })
  }
  return openLoop(gate.target, rate, ms, next).then((latencies) => latencies.length)
}

function micros(thread: string): number {
  return (((costs.get(thread) ?? Number.NaN) - (threads.get(thread) ?? Number.NaN)) / exchanges) * 1e6
}

function sketchMicros(): number {
  const sketches = new TextSketches(1)
  const read = () => {
    for (let at = 0; at < SKETCHED; at++) sketches.read(undefined, prompts[at % PROMPTS])
  }
  read()
  const before = process.cpuUsage()
  read()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / SKETCHED
}

/** Seconds since this was last asked. */
async function loopDelay(): Promise<number> {
  const text = await (await fetch(`http://${console}/metrics`)).text()
  return Number(/event_loop_delay_seconds\{quantile="0.99"\} (\S+)/.exec(text)?.[1])
}

function prompt(): string {
  let text = ''
  while (text.length < CHARACTERS) text += `${topics[random.pick(topicNames)].expand(random)} `
  return text.slice(0, CHARACTERS)
}

function told(name: string, cost: number): void {
  say({
    name: `an exchange of ${CHARACTERS} characters: ${name}`,
    figure: cost.toFixed(1),
    unit: 'µs CPU',
    command: 'npm run bench -- gate-online',
  })
}
