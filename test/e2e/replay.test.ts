import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { expect, test } from 'vitest'
import { OnlineWatch } from '../../src/cli/online-watch.ts'
import type { Exchange } from '../../src/watch/exchange.ts'
import { scenarios } from '../../src/watch/traffic/scenarios.ts'
import { trafficOf } from '../../src/watch/traffic/traffic.ts'
import { portcullis } from './command-line.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

const UNDER_WAY = 24

test('a replay of two weeks through the gate raises its campaigns and the measure bites', {
  timeout: 120_000,
}, async () => {
  await using mock = await MockUpstream.open()
  const directory = mkdtempSync(join(tmpdir(), 'replay-'))
  await using watch = await OnlineWatch.open({
    store: directory,
    seed: 7,
    config: { enabled: true, standing: 'quarantined', parameters: {}, scoreMin: 0.5, days: 0 },
    log: () => {},
    now: Date.now,
  })
  await using gate = await RunningGate.open(
    `upstreams:
  - { name: m, protocol: openai, url: "${mock.url}" }
keys:
  - { key: sk-replay, account: nobody }
trust:
  hops: 1
  proxies: ["127.0.0.1"]
  headers: { account: x-account, time: x-time, payment: x-payment, ja4: x-ja4, asn: x-asn, created: x-created, plan: x-plan }
`,
    { watch },
  )
  const traffic = trafficOf(scenarios.tiny, 11)
  const client = new Pool(gate.url, { connections: UNDER_WAY })
  const statuses = new Map<string, number[]>()
  const ask = async (exchange: Exchange): Promise<void> => {
    const { statusCode, body } = await client.request({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: headersOf(exchange),
      body: bodyOf(exchange),
    })
    await body.dump()
    statuses.set(exchange.account, [...(statuses.get(exchange.account) ?? []), statusCode])
  }
  let sent = 0
  let under: Promise<void>[] = []
  for (const exchange of traffic) {
    under.push(ask(exchange))
    sent++
    if (under.length < UNDER_WAY) continue
    await Promise.all(under)
    under = []
  }
  await Promise.all(under)
  await watch.sweep()

  const touched = gate.gateway.measures.list().flatMap(({ id }) => gate.gateway.measures.accountsOf(id))
  const guilty = touched.filter((account) => typeof traffic.truth.get(account)?.campaign === 'string')
  expect(watch.raised.length).toBeGreaterThan(0)
  expect(guilty.length).toBeGreaterThan(20)
  expect(guilty.length / touched.length).toBeGreaterThan(0.9)

  const example = [...traffic].find(({ account }) => guilty.includes(account))
  if (example) await ask(example)
  expect(statuses.get(example?.account ?? '')?.at(-1)).toBe(403)
  const refused = [...statuses.values()].flat().filter((status) => status === 403).length
  console.info(
    `${sent} exchanges replayed, ${watch.raised.length} campaigns raised, ${touched.length} accounts quarantined, ${guilty.length} of them guilty, ${refused} exchanges refused`,
  )
  const exported = await portcullis(
    '/',
    'ledger',
    'export',
    '--format',
    'exchange',
    '--store',
    gate.config.store,
  )
  expect(exported.out.trim().split('\n').length).toBe(sent + 1)
  await client.close()
  rmSync(directory, { recursive: true, force: true })
})

function headersOf({
  account,
  ts,
  ip,
  ua,
  payment,
  ja4,
  asn,
  created,
  plan,
}: Exchange): Record<string, string> {
  const fields = {
    ...{ 'x-account': account, 'x-time': ts, 'x-forwarded-for': ip, 'user-agent': ua, 'x-payment': payment },
    ...{
      'x-ja4': ja4,
      'x-asn': asn,
      'x-created': created,
      'x-plan': plan,
      authorization: 'Bearer sk-replay',
    },
  }
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

function bodyOf({ model, system, prompt, maxTokens, temperature, n }: Exchange): string {
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: prompt ?? '' },
  ]
  // The mock does special things for some names; the traffic's own models are none of them.
  return JSON.stringify({ model, messages, max_tokens: maxTokens, temperature, n })
}
