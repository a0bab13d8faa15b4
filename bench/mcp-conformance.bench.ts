// The official conformance suite against the reference server, bare and behind the gate, scenario by scenario.
//
//   node bench/mcp-conformance.bench.ts            the reference server of this repository
//   node bench/mcp-conformance.bench.ts URL        a server of yours
import { conformanceOf, differences, revisions } from '../test/conformance/compare.ts'
import { referenceServer } from '../test/conformance/reference-server.ts'
import { RunningGate } from '../test/e2e/running-gate.ts'
import { say } from './figure.ts'

const command = 'node bench/mcp-conformance.bench.ts'
const [given] = process.argv.slice(2)
await using stack = new AsyncDisposableStack()
const url = given ?? stack.use(await referenceServer()).url
const gate = stack.use(
  await RunningGate.open(
    `mode: enforce
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
mcp: [{ name: reference, url: "${url}", access: loopback, approvalWaitSeconds: 0 }]
`,
  ),
)
for (const revision of revisions) {
  const bare = await conformanceOf(url, revision)
  const gated = await conformanceOf(`${gate.url}/mcp/reference`, revision)
  const passing = (scores: typeof bare) => [...scores.values()].filter(({ failed }) => failed === 0).length
  const other = differences(bare, gated)
  for (const line of other) console.log(`    ${line}`)
  say({
    name: `MCP conformance ${revision}: scenarios without a failed check, bare and behind the gate`,
    figure: `${passing(bare)} and ${passing(gated)} of ${bare.size}, ${other.length} different`,
    unit: '',
    command,
  })
}
