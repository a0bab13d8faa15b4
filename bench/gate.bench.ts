// What the gate costs, measured beside its peers in one run: `node bench/gate.bench.ts --peers` (seconds a proxy: --seconds 5).
// Peers: nginx when the system has it, and Portkey's gateway, which --peers installs from npm beside the project, on this
// Node and on the Node 20 of Portkey's own image.
import { parseArgs } from 'node:util'
import { say, skip } from './figure.ts'
import { closedLoop, openLoop, readStream } from './gate/load.ts'
import {
  type Contender,
  cpuSeconds,
  installPortkey,
  residentMiB,
  startGate,
  startMock,
  startNginx,
  startPortkey,
} from './gate/proxies.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    streams: { type: 'string', default: '1000' },
    peers: { type: 'boolean', default: false },
  },
})
const ms = Number(values.seconds) * 1_000
const connections = Number(values.connections)
const STREAM_RATE = 17_000
const LATENCY_RATE = 1_000
/** One stream's first byte is chance. */
const FIRST_BYTES = 101
const WARM_MS = 10_000
const LATENCY_WARM_MS = 3_000

if (values.peers) installPortkey()

await using stack = new AsyncDisposableStack()
const mock = keep(await startMock())
const proxies: Contender[] = []
for (const start of [
  () => startGate(mock.target.port, { wait: 'written' }),
  () => startGate(mock.target.port, { wait: 'durable' }),
  () => startGate(mock.target.port, { wait: 'written', workers: 2 }),
  () => startPortkey(mock.target.port, 'same'),
  () => startPortkey(mock.target.port, 'shipped'),
  () => startNginx(mock.target.port),
]) {
  const proxy = await start()
  if (proxy) proxies.push(keep(proxy))
}
for (const [name, install] of [
  ['portkey', 'npm run bench -- gate -- --peers'],
  ['portkey on Node 20', 'npm run bench -- gate -- --peers'],
  ['nginx', 'apt-get install nginx-light'],
] as const)
  if (!proxies.some((proxy) => proxy.name === name)) skip(name, `not installed: ${install}`)

console.log(`\n1 KB JSON in and out, ${connections} connections, ${ms / 1_000} s each`)
for (const proxy of proxies) {
  // Long enough for the compiler to have done its work: it costs a third of a young process's time.
  await closedLoop(proxy.target, connections, WARM_MS)
  const before = cpuSeconds(proxy)
  const started = performance.now()
  const answered = await closedLoop(proxy.target, connections, ms)
  const cpu = cpuSeconds(proxy) - before
  const wall = (performance.now() - started) / 1_000
  report(proxy.name, {
    'requests a CPU second': Math.round(answered / cpu),
    'CPU µs a request': Math.round((cpu / answered) * 1e6),
    'requests/s': Math.round(answered / wall),
    'resident MiB': Math.round(residentMiB(proxy)),
  })
}

console.log(`\nLatency at ${LATENCY_RATE} requests/s, ms`)
const direct = await openLoop(mock.target, LATENCY_RATE, ms)
report('direct', { p50: quantile(direct, 0.5), p99: quantile(direct, 0.99) })
for (const proxy of proxies) {
  // Portkey cannot take this rate on a busy machine; its figure at a tenth of it is the kinder one.
  const rate = proxy.name.startsWith('portkey') ? LATENCY_RATE / 10 : LATENCY_RATE
  // It stood still while the others were measured, and the first seconds after that are not how it answers at this rate.
  await openLoop(proxy.target, rate, LATENCY_WARM_MS)
  const latencies = await openLoop(proxy.target, rate, ms)
  report(`${proxy.name} at ${rate}/s`, {
    'added p50': quantile(latencies, 0.5) - quantile(direct, 0.5),
    'added p99': quantile(latencies, 0.99) - quantile(direct, 0.99),
  })
}

console.log(`\nOne stream at ${STREAM_RATE} events/s, then one as fast as it goes`)
const paced = `stream-${STREAM_RATE}-${STREAM_RATE * 2}`
const flatOut = 'stream-0-200000'
for (const proxy of [mock, ...proxies]) {
  const slow = await readStream(proxy.target, paced).catch(() => undefined)
  if (slow === undefined) {
    console.log(`  ${proxy.name.padEnd(22)} cut the stream`)
    continue
  }
  const before = cpuSeconds(proxy)
  await readStream(proxy.target, flatOut)
  const cpu = cpuSeconds(proxy) - before
  report(proxy.name, {
    'events/s': Math.round((STREAM_RATE * 2) / (slow.ms / 1_000)),
    'first byte ms, p50': await firstByte(proxy),
    'flat out, events a CPU second': Math.round(200_000 / cpu),
  })
}

const streams = Number(values.streams)
console.log(`\n${streams} slow streams at once, 5 events/s each`)
// A gate of its own: one that has been busy has memory to spare, and streams would seem to cost nothing.
const fresh = keep(await startGate(mock.target.port, { wait: 'written' }))
await closedLoop(fresh.target, 8, 2_000)
const idle = residentMiB(fresh)
const under = Promise.all(Array.from({ length: streams }, () => readStream(fresh.target, 'stream-5-30')))
await new Promise((done) => setTimeout(done, 4_000))
report(fresh.name, { 'MiB over idle': Math.round(residentMiB(fresh) - idle) })
await under

function keep(proxy: Contender): Contender {
  stack.defer(() => proxy.stop())
  return proxy
}

/** Of streams one after the other, each on a connection of its own. */
async function firstByte({ target }: Contender): Promise<number> {
  const waits: number[] = []
  while (waits.length < FIRST_BYTES) waits.push((await readStream(target, 'stream-1000-3')).firstMs)
  return quantile(
    waits.sort((left, right) => left - right),
    0.5,
  )
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

function report(name: string, figures: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(figures))
    say({
      name: `${name}: ${what}`,
      figure: Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(2),
      unit: '',
      command: 'npm run bench -- gate -- --peers',
    })
}
