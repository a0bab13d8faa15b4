// What a call waits for at the MCP door: the same tool called directly and through the gate, in turns.
//
//   node bench/mcp.bench.ts
//
// Arguments of 1 KB, the balanced policy, a ledger on disk; one call after another over kept-open connections. The
// server is the official SDK's, so most of the time is its own; the gate's share is the difference.
import { modernServer, text } from '../test/e2e/mcp-servers.ts'
import { RunningGate } from '../test/e2e/running-gate.ts'
import { say } from './figure.ts'

const CALLS = 1_500
const WARM_CALLS = 200
const command = 'node bench/mcp.bench.ts'
const note = 'word '.repeat(200)

await using server = await modernServer([{ name: 'note', call: () => text('taken') }])
await using gate = await RunningGate.open(
  `mode: enforce
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
mcp: [{ name: one, url: "${server.url}", access: loopback }]
`,
)

const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'note',
}

async function timed(url: string, index: number): Promise<number> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: index,
    method: 'tools/call',
    params: {
      name: 'note',
      arguments: { text: `${index} ${note}` },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  })
  const began = performance.now()
  const answer = await fetch(url, { method: 'POST', headers, body })
  const said = await answer.text()
  if (!said.includes('taken')) throw new Error(said)
  return performance.now() - began
}

const direct: number[] = []
const gated: number[] = []
for (let index = 0; index < CALLS + WARM_CALLS; index++) {
  const [bare, through] = [await timed(server.url, index), await timed(`${gate.url}/mcp/one`, index)]
  if (index < WARM_CALLS) continue
  direct.push(bare)
  gated.push(through)
}

const quantile = (times: readonly number[], share: number): number =>
  [...times].sort((left, right) => left - right)[Math.floor(times.length * share)] ?? 0

for (const [name, share] of [
  ['p50', 0.5],
  ['p99', 0.99],
] as const) {
  const [bare, through] = [quantile(direct, share), quantile(gated, share)]
  const figure = `+${(through - bare).toFixed(2)} ms (${bare.toFixed(2)} direct, ${through.toFixed(2)} through, ratio ${(through / bare).toFixed(2)})`
  say({ name: `MCP door, added latency of a call, ${name}`, figure, unit: '', command })
}
