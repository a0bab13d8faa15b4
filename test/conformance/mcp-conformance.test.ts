import { expect, test } from 'vitest'
import { RunningGate } from '../e2e/running-gate.ts'
import { conformanceOf, differences, revisions } from './compare.ts'
import { referenceServer } from './reference-server.ts'

/** The gate checks headers against the body itself, so a server that does not passes more of these behind it. */
const headerChecks = /^(?:http-header-validation|http-custom-header-server-validation|tasks-request-headers):/

test.each(revisions)(
  'the reference server passes behind the gate what it passes alone, by %s',
  async (revision) => {
    await using server = await referenceServer()
    await using gate = await RunningGate.open(
      `mode: enforce
upstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9/v1" }]
watch: { enabled: false }
mcp: [{ name: reference, url: "${server.url}", access: loopback, approvalWaitSeconds: 0 }]
`,
    )
    const bare = await conformanceOf(server.url, revision)
    const gated = await conformanceOf(`${gate.url}/mcp/reference`, revision)
    const perfect = [...bare.values()].filter(({ failed, passed }) => failed === 0 && passed > 0).length
    expect(perfect).toBeGreaterThan(25)
    expect(differences(bare, gated).filter((line) => !headerChecks.test(line))).toEqual([])
  },
)
