import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { reportOf } from '../../src/cli/testing/report.ts'
import { nextSteps } from '../../src/doors/admin/api/next-steps.ts'
import { actDetail } from '../../src/doors/admin/api/shapes/acts.ts'
import { campaignDetail, campaignGraph } from '../../src/doors/admin/api/shapes/campaigns.ts'
import { overview } from '../../src/doors/admin/api/shapes/overview.ts'
import { parseActId, parseSessionId } from '../../src/gate/act.ts'
import { saveFindings } from '../../src/store/embedded/findings.ts'
import { MeasureStore } from '../../src/store/embedded/measure-store.ts'
import { openState } from '../../src/store/embedded/state.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let upstream: MockUpstream
let gate: RunningGate

type Body = Record<string, unknown>
type Answer = { readonly status: number; readonly body: Body }

async function api(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${gate.consoleUrl}/api/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: answer.status, body: (await answer.json()) as Body }
}

async function items(path: string): Promise<Body[]> {
  const { status, body } = await api('GET', path)
  expect(status, path).toBe(200)
  return body.items as Body[]
}

/** Until the reader has it: it follows the ledger within a quarter of a second. */
async function eventually<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (let tries = 0; tries < 1_200; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it did not come')
}

async function ask(key: string): Promise<number> {
  const answer = await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'gpt-mock', messages: [{ role: 'user', content: 'Hi' }] }),
  })
  await answer.text()
  return answer.status
}

beforeAll(async () => {
  upstream = await MockUpstream.open()
  gate = await RunningGate.open(`
upstreams:
  - { name: far, protocol: openai, url: "${upstream.url}", key: far, models: ["gpt-*"] }
  - { name: spare, protocol: openai, url: "${upstream.url}", models: ["spare-*"] }
keys:
  - { key: "sk-alice", account: alice }
  - { key: "sk-mallory", account: a_10 }
allow: ["partner-*"]
agents: { mode: enforce }
`)
  const { store } = gate.config
  await saveFindings(store, { findings: reportOf(), savedAt: Date.now(), source: 'a test' })
  expect(await ask('sk-alice')).toBe(200)
  expect(await ask('sk-nobody')).toBe(401)
  await eventually(async () => ((await items('campaigns')).length === 2 ? true : undefined))
})

afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

test('an exchange that passed is listed, explained and proved by the ledger', async () => {
  const act = await eventually(async () =>
    (await items('acts?account=alice')).find(({ outcome }) => outcome === 'answered'),
  )
  expect(act).toMatchObject({ account: 'alice', name: 'gpt-mock', action: 'allow', side: 'model' })
  const { body } = await api('GET', `acts/${String(act.id)}`)
  const detail = v.parse(actDetail, body)
  expect(detail.entries.map(({ kind }) => kind)).toEqual(['exchange', 'completion'])
  expect(detail.proof?.holds).toBe(true)
  expect(detail.story).toContain('alice asked gpt-mock')
})

test('a request refused before it was an act is listed as such', async () => {
  const [refusal] = await items('acts?side=refusal')
  expect(refusal).toMatchObject({ action: 'deny', rule: 'key.unknown', status: 401 })
})

test('the overview counts what passed and names the campaigns', async () => {
  const seen = v.parse(overview, (await api('GET', 'overview')).body)
  expect(seen.model.denied).toBeGreaterThan(0)
  expect(seen.campaigns.open).toBe(2)
  expect(seen.chart.allowed.reduce((sum, count) => sum + count, 0)).toBe(seen.model.allowed)
})

test('an upstream is up once it has answered, and one that nothing was asked of is not said to be', async () => {
  const { upstreams } = v.parse(overview, (await api('GET', 'overview')).body)
  expect(upstreams).toEqual([
    { name: 'far', state: 'up' },
    { name: 'spare', state: 'unknown' },
  ])
})

test('the policy that the configuration names is listed once, and is there by either name', async () => {
  const listed = await items('policies')
  const names = listed.map(({ name }) => name)
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
  expect(listed.filter(({ state }) => state === 'active')).toHaveLength(1)
  expect((await api('GET', 'policies/balanced')).status).toBe(200)
})

test('what the overview suggests to do next can be typed as it stands', async () => {
  const lacking = { hasActs: false, hasAgents: false, hasFindings: false, hasUsers: false }
  const steps = nextSteps({ listen: { host: '127.0.0.1', port: 8080 }, mode: 'observe' }, lacking)
  expect(steps.length).toBe(4)
  for (const line of steps.flatMap(({ command }) => command ?? [])) {
    const [program, name, ...rest] = line.split(' ')
    const command = await commands.find((one) => one.name === name)?.load()
    const { positionals } = parseArgs({ args: rest, options: command?.options, allowPositionals: true })
    expect([program, positionals.length <= (command?.wordsMax ?? -1)]).toEqual(['portcullis', true])
  }
  const done = { hasActs: true, hasAgents: true, hasFindings: true, hasUsers: true }
  expect(nextSteps({ listen: { host: '127.0.0.1', port: 8080 }, mode: 'enforce' }, done)).toEqual([])
})

test('a campaign says why, what speaks against it, and draws its graph', async () => {
  const detail = v.parse(campaignDetail, (await api('GET', 'campaigns/c_1f2e3d4')).body)
  expect(detail.signals[0]).toMatchObject({ signal: 'harvest-technique', percentile: 99.99 })
  expect(detail.explanations[0]?.title).toBe('a company')
  expect(detail.story).toContain('The nearest benign explanation is a company')
  const graph = v.parse(campaignGraph, (await api('GET', 'campaigns/c_1f2e3d4/graph')).body)
  expect(graph).toMatchObject({ shown: 3, total: 3, hasLinks: false })
})

test('a state, a merge and a split can each be taken back, and the ledger says who and why', async () => {
  const said = await api('POST', 'campaigns/c_1f2e3d4/state', { state: 'benign', reason: 'known partner' })
  expect(said.status).toBe(200)
  expect((await api('GET', 'campaigns/c_1f2e3d4')).body.state).toBe('benign')
  await api('POST', String(said.body.undo).slice(5), { reason: 'was mistaken' })
  expect((await api('GET', 'campaigns/c_1f2e3d4')).body.state).toBe('open')

  const merged = await api('POST', 'campaigns/merge', {
    into: 'c_1f2e3d4',
    from: ['c_77aa'],
    reason: 'one wallet pays both',
  })
  expect((await api('GET', 'campaigns/c_1f2e3d4')).body.accounts).toBe(4)
  expect(await items('campaigns')).toHaveLength(1)
  await api('POST', String(merged.body.undo).slice(5), { reason: 'the wallet is a reseller' })
  expect(await items('campaigns')).toHaveLength(2)

  const split = await api('POST', 'campaigns/c_1f2e3d4/split', {
    accounts: ['a_10', 'a_11', 'stranger'],
    reason: 'another client',
  })
  const part = (await api('GET', `campaigns/${String(split.body.id)}`)).body
  expect(part).toMatchObject({ accounts: 2, splitFrom: 'c_1f2e3d4' })
  await api('POST', String(split.body.undo).slice(5), { reason: 'the same after all' })
  expect((await api('GET', `campaigns/${String(split.body.id)}`)).status).toBe(404)

  const audits = await eventually(async () => {
    const found = await items('ledger/entries?kind=audit')
    return found.length >= 6 ? found : undefined
  })
  expect(audits.map(({ summary }) => String(summary)).join('\n')).toContain('one wallet pays both')
})

test('a measure is previewed, applied, bites on the next request, and is undone', async () => {
  expect(await ask('sk-mallory')).toBe(200)
  const target = { standing: 'quarantined', campaign: 'c_1f2e3d4', accounts: ['partner-7'] }
  const preview = (await api('POST', 'measures/preview', target)).body
  expect(preview).toMatchObject({
    touched: 3,
    spared: ['partner-7'],
    needsSecondPerson: false,
    isEnforced: true,
  })
  const applied = await api('POST', 'measures', { ...target, reason: 'clear case' })
  expect(applied.status).toBe(200)
  expect(await ask('sk-mallory')).toBe(403)
  expect((await api('GET', 'accounts/a_10')).body.standing).toBe('quarantined')
  await api('POST', String(applied.body.undo).slice(5), { reason: 'they called' })
  expect(await ask('sk-mallory')).toBe(200)
})

test('under the two-person rule a proposal bites only when somebody else approves it', async () => {
  await api('POST', 'settings', { twoPersonRule: 'severe', reason: 'four eyes' })
  const proposed = await api('POST', 'measures', {
    standing: 'quarantined',
    accounts: ['a_10'],
    reason: 'clear case',
  })
  expect(await ask('sk-mallory')).toBe(200)
  const own = await api('POST', `measures/${String(proposed.body.id)}/answer`, {
    answer: 'approve',
    reason: 'me again',
  })
  expect(own).toMatchObject({ status: 403, body: { code: 'second-person-needed' } })
  // Who proposed it may take it back.
  await api('POST', String(proposed.body.undo).slice(5), { reason: 'not so clear' })
  expect((await api('GET', `measures/${String(proposed.body.id)}`)).body.state).toBe('refused')
  await api('POST', 'settings', { twoPersonRule: 'off', reason: 'end of the test' })
})

test('a measure that alters answers needs an end and a second person, whatever the rule', async () => {
  const wanted = { standing: 'veiled', accounts: ['a_10'], reason: 'clear case' }
  for (const forMs of [undefined, 91 * DAY_MS])
    expect(await api('POST', 'measures', { ...wanted, forMs })).toMatchObject({
      status: 422,
      body: { code: 'fields-wrong', fields: [{ field: 'forMs' }] },
    })
  expect(
    (await api('POST', 'measures/preview', { standing: 'veiled', accounts: ['a_10'] })).body,
  ).toMatchObject({
    effect: 'Their answers come without the reasoning.',
    needsSecondPerson: true,
  })
  const { id } = (await api('POST', 'measures', { ...wanted, forMs: DAY_MS })).body
  expect((await api('GET', `measures/${String(id)}`)).body.state).toBe('proposed')
  expect((await api('GET', 'accounts/a_10')).body.standing).toBe('clear')
  expect(
    await api('POST', `measures/${String(id)}/answer`, { answer: 'approve', reason: 'me again' }),
  ).toMatchObject({ status: 403, body: { code: 'second-person-needed' } })
  const refused = await api('POST', `measures/${String(id)}/answer`, { answer: 'refuse', reason: 'not now' })
  expect(refused.status).toBe(200)
  expect((await api('GET', `measures/${String(id)}`)).body.state).toBe('refused')

  // What somebody else proposed an hour ago by command is in force for as long as they asked, from now on.
  using database = openState(gate.config.store)
  const created = Date.now() - HOUR_MS
  const ground = { parameters: {}, reason: 'clear case', author: 'ben', campaign: undefined }
  const other = new MeasureStore(database).apply(
    { standing: 'veiled', ...ground, created, expires: created + DAY_MS },
    ['a_10'],
  )
  const approved = await api('POST', `measures/${other}/answer`, { answer: 'approve', reason: 'I agree' })
  const inForce = (await api('GET', `measures/${other}`)).body
  expect(inForce).toMatchObject({ state: 'in force', author: 'ben', approvedBy: expect.stringMatching(/./) })
  expect(Number(inForce.expires)).toBeGreaterThanOrEqual(created + HOUR_MS + DAY_MS)
  expect((await api('GET', 'accounts/a_10')).body.standing).toBe('veiled')
  await api('POST', String(approved.body.undo).slice(5), { reason: 'end of the test' })
  expect((await api('GET', 'accounts/a_10')).body.standing).toBe('clear')
})

test('an act that asks waits with its exact call, and is approved once', async () => {
  const { road } = gate.gateway
  const caller = { tenant: 'default', agent: 'builder', person: 'ann', key: undefined }
  const session = parseSessionId('s-1')
  const id = parseActId('d_ask_1')
  if (!session.ok || !id.ok) throw new Error('ids')
  const act = {
    ...({ kind: 'command', id: id.value, session: session.value, cwd: '/repo' } as const),
    command: 'cat ~/.ssh/id_rsa',
  }
  const passage = await road.pass(caller, act)
  expect(passage.decision.action).toBe('ask')
  const [waiting] = await items('approvals?state=waiting')
  expect(waiting).toMatchObject({ agent: 'builder', state: 'waiting' })
  expect(String(waiting?.call)).toContain('cat ~/.ssh/id_rsa')
  const wrong = await api('POST', `approvals/${String(waiting?.id)}`, {
    answer: 'approve',
    digest: 'of something else',
    reason: 'looks fine',
  })
  expect(wrong.body.code).toBe('state-conflict')
  const right = await api('POST', `approvals/${String(waiting?.id)}`, {
    answer: 'approve',
    digest: waiting?.digest,
    reason: 'it is a test key',
  })
  expect(right.status).toBe(200)
  const again = parseActId('d_ask_2')
  if (!again.ok) throw new Error('id')
  const passed = await road.pass(caller, { ...act, id: again.value })
  expect(passed.decision.action).toBe('allow')
  await road.end(passed, 'done')
  const [one] = await eventually(async () => {
    const found = await items('sessions')
    return found[0]?.acts === 2 ? found : undefined
  })
  const detail = (await api('GET', `sessions/${String(one?.session)}`)).body
  expect((detail.steps as Body[]).map(({ action }) => action)).toEqual(
    ['ask', 'ask'].slice(0, 1).concat(['allow']),
  )
  expect(detail.lanes).toEqual(['builder', 'shell'])
})

test('a list comes whole as CSV that no spreadsheet runs', async () => {
  await api('POST', 'allowed', { account: '=HYPERLINK("http://evil")', reason: '+1 cell' })
  const answer = await fetch(`${gate.consoleUrl}/api/allowed?format=csv`)
  const text = await answer.text()
  expect(answer.headers.get('content-disposition')).toContain('allowed.csv')
  expect(text).toContain(`"'=HYPERLINK(""http://evil"")","'+1 cell"`)
})

test('what does not fit is refused field by field, as a problem', async () => {
  const wrong = await api('POST', 'measures', { standing: 'banished', accounts: ['x'], reason: 'no' })
  expect(wrong).toMatchObject({ status: 422, body: { code: 'fields-wrong' } })
  expect((wrong.body.fields as Body[]).map(({ field }) => field)).toEqual(['standing', 'reason'])
  expect((await api('GET', 'acts?limit=many')).status).toBe(422)
  expect((await api('GET', 'nothing')).body.code).toBe('not-found')
  expect((await api('DELETE', 'acts')).body.code).toBe('method-not-allowed')
})

test('the ledger is verified as a job', async () => {
  const { body } = await api('POST', 'ledger/verify', {})
  const job = await eventually(async () => {
    const found = (await api('GET', `jobs/${String(body.id)}`)).body
    return found.state === 'done' ? found : undefined
  })
  expect(job.result).toMatchObject({ holds: true, problems: [] })
})

test('the latest checkpoint is handed out with its signature', async () => {
  await expect
    .poll(async () => (await api('GET', 'ledger/checkpoint')).body)
    .toMatchObject({ head: expect.stringMatching(/^[0-9a-f]{64}$/), signature: expect.any(String) })
})
