// How long the console's lists take at a million acts in the embedded store, over HTTP, while the gate runs.
//
//   npm run bench -- console-lists -- --acts 1000000
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Gateway } from '../src/cli/gateway.ts'
import { readConfig } from '../src/config/read-config.ts'
import { fillLedger } from './console/filled-ledger.ts'
import { say } from './figure.ts'

const ACCOUNTS = 70_000
const ROUNDS = 7
const CATCH_UP_MS = 3_600_000

const { values } = parseArgs({ options: { acts: { type: 'string', default: '1000000' } }, strict: false })
const acts = Number(values.acts)
const command = `npm run bench -- console-lists -- --acts ${acts}`
const folder = mkdtempSync(join(tmpdir(), 'console-lists-'))
const store = join(folder, 'store')
const entries = fillLedger(store, acts, ACCOUNTS)
const config = readConfig(
  `listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: ${store}\nupstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9" }]\n`,
  join(folder, 'portcullis.yaml'),
  {},
)
if (!config.ok) throw new Error('the configuration of the bench')
const began = performance.now()
const gateway = await Gateway.open(config.value, { log: () => {}, now: Date.now, env: {} })
const url = `http://127.0.0.1:${gateway.admin?.address.port}/api`
const during: number[] = []
for (let isBehind = true; isBehind && performance.now() - began < CATCH_UP_MS; ) {
  const asked = performance.now()
  const status = (await (await fetch(`${url}/ledger`)).json()) as { indexed: number }
  during.push(performance.now() - asked)
  isBehind = status.indexed < 1
  if (isBehind) await wait(200)
}
const seconds = (performance.now() - began) / 1_000
say({ name: `console: ${entries} entries into the index`, figure: seconds.toFixed(0), unit: 's', command })
say({
  name: 'console: an answer while the index is being made, slowest',
  figure: Math.max(...during).toFixed(0),
  unit: 'ms',
  command,
})

const middle = Date.UTC(2026, 4, 5)
const lists = [
  'acts?limit=50',
  'acts?side=agent&action=deny',
  'acts?account=acct-17',
  'acts?rule=standing.quarantined',
  'acts?q=acct-17',
  'acts?q=model-',
  `acts?from=${middle}&to=${middle + 86_400_000}`,
  'acts?cursor=900000',
  'accounts',
  'accounts?sort=acts',
  'accounts?q=17',
  'accounts/acct-17',
  'sessions',
  'ledger/entries',
  'ledger/entries?kind=refusal',
  'ledger/entries?q=acct-9',
  'tenants',
  'overview',
  'overview?hours=2160',
]
let slowest = { list: '', ms: 0 }
for (const list of lists) {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const asked = performance.now()
    const answer = await fetch(`${url}/${list}`)
    await answer.arrayBuffer()
    times.push(performance.now() - asked)
    if (answer.status !== 200) throw new Error(`${list}: ${answer.status}`)
  }
  const [median = 0, most = 0] = [times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)], Math.max(...times)]
  console.log(`${list.padEnd(40)} ${median.toFixed(1)} ms, slowest ${most.toFixed(1)} ms`)
  if (most > slowest.ms) slowest = { list, ms: most }
}
say({
  name: `console: slowest list at ${acts} acts (${slowest.list})`,
  figure: slowest.ms.toFixed(0),
  unit: 'ms',
  command,
})
await gateway[Symbol.asyncDispose]()
rmSync(folder, { recursive: true, force: true })
