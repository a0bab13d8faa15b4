// How fast the generator makes exchanges, as objects and as log lines, and what they are made of.
//   node bench/traffic.bench.ts [SCENARIO] [SEED]
import { type ScenarioName, scenarios } from '../src/watch/traffic/scenarios.ts'
import { trafficOf } from '../src/watch/traffic/traffic.ts'
import { lineOf } from '../src/watch/traffic/write.ts'
import { say } from './figure.ts'

const [name = 'small', seed = '7'] = process.argv.slice(2)
if (!Object.hasOwn(scenarios, name)) throw new Error(`there is no scenario ${name}`)
const traffic = trafficOf(scenarios[name as ScenarioName], Number(seed))

/** Rates per second of wall time and of CPU time: on a busy machine only the second says much. */
function measured(what: string, work: () => number): void {
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  const count = work()
  const seconds = (performance.now() - wall) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const rate = (time: number) => Math.round(count / time).toLocaleString('en-US')
  say({
    name: `traffic made as ${what}, ${name}`,
    figure: `${rate(seconds)}/s, ${rate((user + system) / 1e6)} a CPU second`,
    unit: '',
    command: 'npm run bench -- traffic',
  })
}

measured('objects', () => {
  let count = 0
  for (const _ of traffic) count++
  return count
})
let bytes = 0
measured('lines', () => {
  let count = 0
  for (const exchange of traffic) {
    bytes += lineOf(exchange).length
    count++
  }
  return count
})

type Share = { accounts: number; exchanges: number; prompts: Set<string> }
const shares = new Map<string, Share>()
const shareOf = (account: string): Share => {
  const truth = traffic.truth.get(account)
  const key = truth?.campaign ?? truth?.kind ?? '?'
  const known = shares.get(key)
  if (known) return known
  const fresh = { accounts: 0, exchanges: 0, prompts: new Set<string>() }
  shares.set(key, fresh)
  return fresh
}
for (const account of traffic.truth.keys()) shareOf(account).accounts++
let total = 0
for (const { account, prompt = '' } of traffic) {
  const share = shareOf(account)
  share.exchanges++
  share.prompts.add(prompt)
  total++
}
console.log(
  `${Math.round(bytes / total)} characters a line, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
)
console.log('\nkind or campaign  accounts  exchanges  each  distinct prompts')
for (const [key, { accounts, exchanges, prompts }] of shares) {
  const cells = [
    String(accounts).padStart(8),
    String(exchanges).padStart(9),
    (exchanges / accounts).toFixed(0).padStart(4),
  ]
  console.log(`${key.padEnd(16)}  ${cells.join('  ')}  ${((100 * prompts.size) / exchanges).toFixed(0)} %`)
}
