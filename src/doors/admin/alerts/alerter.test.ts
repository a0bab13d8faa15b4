import { createHmac } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { CampaignSummary } from '../api/shapes/campaigns.ts'
import { AlertStore } from './alert-store.ts'
import { Alerter, type AlertOutcome } from './alerter.ts'
import type { Target } from './deliver.ts'
import { httpReceiver, type Posted, smtpReceiver, tcpReceiver, udpReceiver } from './receivers.fixture.ts'

const NOW = Date.UTC(2026, 4, 4)

function campaign(over: Partial<CampaignSummary> = {}): CampaignSummary {
  return {
    ...{ id: 'c_1', score: 0.97, state: 'open', objective: 'reasoning', accounts: 100, exchanges: 5_000 },
    ...{
      first: NOW,
      last: NOW,
      flaggedAt: NOW,
      outputTokens: 1,
      headline: ['97 % use one wording'],
      daily: [],
    },
    ...{ measured: 0, source: 'test', savedAt: NOW, merged: [] },
    ...over,
  }
}

function setUp(target: Target, secret?: string) {
  const store = new AlertStore(new DatabaseSync(':memory:'), 'deployment secret')
  const outcomes: AlertOutcome[] = []
  const alerter = new Alerter(store, {
    now: () => NOW,
    tell: (outcome) => outcomes.push(outcome),
    waitsMs: [1, 1],
  })
  const id = store.save(undefined, { name: 'x', isOn: true, scoreMin: 0.9, target, secret })
  const consider = async (...campaigns: CampaignSummary[]): Promise<void> => {
    alerter.consider(campaigns)
    await alerter.settled()
  }
  return { store, alerter, outcomes, id, consider }
}

test('a webhook is signed over time and body, told once, and again only when the campaign has changed', async () => {
  await using receiver = await httpReceiver(() => ({ status: 200, body: '' }))
  const { consider } = setUp({ kind: 'webhook', url: receiver.url }, 'shared secret')
  await consider(campaign())
  await consider(campaign(), campaign({ id: 'c_weak', score: 0.5 }))
  await consider(campaign({ accounts: 101 }))
  expect(receiver.posted).toHaveLength(1)
  await consider(campaign({ state: 'confirmed' }))
  expect(receiver.posted.map(({ headers }) => headers['x-portcullis-update'])).toEqual(['new', 'update'])
  const [first] = receiver.posted
  const [, seconds, mac] =
    /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(first?.headers['x-portcullis-signature'])) ?? []
  expect(mac).toBe(createHmac('sha256', 'shared secret').update(`${seconds}.${first?.body}`).digest('hex'))
  expect(JSON.parse(receiver.posted[1]?.body ?? '')).toMatchObject({
    revision: 2,
    campaign: { state: 'confirmed' },
  })
})

test('a receiver that fails is tried again, and what failed for good is said', async () => {
  await using receiver = await httpReceiver((_, number) => ({ status: number < 3 ? 503 : 200, body: '' }))
  const { consider, store, id, outcomes } = setUp({ kind: 'webhook', url: receiver.url })
  await consider(campaign())
  expect(receiver.posted).toHaveLength(3)
  expect(outcomes).toEqual([{ route: id, campaign: 'c_1', outcome: 'sent' }])
  expect(store.find(id)).toMatchObject({ sent: 1, lastFailure: undefined })
})

test('a redirect is not followed', async () => {
  await using receiver = await httpReceiver(() => ({ status: 302, body: '' }))
  const { consider, outcomes, store, id } = setUp({ kind: 'webhook', url: receiver.url })
  await consider(campaign())
  expect(outcomes.at(-1)?.outcome).toBe('failed')
  expect(store.find(id)?.lastFailure).toBe('HTTP 302')
})

/** chat.postMessage and chat.update, as Slack documents them, over one channel. */
function slackApi(messages: Map<string, string>) {
  return ({ path, headers, body }: Posted) => {
    const { channel, ts, text } = JSON.parse(body) as Record<string, string | undefined>
    const say = (value: object) => ({ status: 200, body: JSON.stringify(value) })
    if (headers.authorization !== 'Bearer xoxb-token') return say({ ok: false, error: 'invalid_auth' })
    if (path === '/chat.postMessage') {
      if (channel !== 'alerts') return say({ ok: false, error: 'channel_not_found' })
      const id = `171.${messages.size + 1}`
      messages.set(id, text ?? '')
      return say({ ok: true, ts: id, channel: 'C9' })
    }
    // An update wants the channel's id, which the first answer gave, not its name.
    if (path !== '/chat.update' || channel !== 'C9') return say({ ok: false, error: 'channel_not_found' })
    if (ts === undefined || !messages.has(ts)) return say({ ok: false, error: 'message_not_found' })
    messages.set(ts, text ?? '')
    return say({ ok: true, ts, channel: 'C9' })
  }
}

test('a Slack bot brings its one message up to date in place', async () => {
  const messages = new Map<string, string>()
  await using slack = await httpReceiver(slackApi(messages))
  const { consider } = setUp({ kind: 'slack', url: slack.url, channel: 'alerts' }, 'xoxb-token')
  await consider(campaign())
  await consider(campaign({ accounts: 900 }))
  await consider(campaign({ accounts: 900, state: 'confirmed' }), campaign({ id: 'c_2' }))
  expect(slack.posted.map(({ path }) => path).sort()).toEqual([
    ...['/chat.postMessage', '/chat.postMessage', '/chat.update', '/chat.update'],
  ])
  expect([...messages.values()]).toEqual([
    expect.stringContaining('c_1, 900 accounts'),
    expect.stringContaining('c_2, 100 accounts'),
  ])
})

test('a message that somebody deleted in Slack is sent anew, and that one is kept up to date', async () => {
  const messages = new Map<string, string>()
  await using slack = await httpReceiver(slackApi(messages))
  const { consider, outcomes } = setUp({ kind: 'slack', url: slack.url, channel: 'alerts' }, 'xoxb-token')
  await consider(campaign())
  messages.delete('171.1')
  messages.set('171.0', 'of somebody else')
  await consider(campaign({ accounts: 900 }))
  await consider(campaign({ accounts: 2_000 }))
  expect([...messages.values()]).toEqual(['of somebody else', expect.stringContaining('2,000 accounts')])
  expect(outcomes.map(({ outcome }) => outcome)).not.toContain('failed')
})

test('what Slack refuses with 200 is a failure', async () => {
  await using slack = await httpReceiver(() => ({
    status: 200,
    body: '{"ok":false,"error":"not_in_channel"}',
  }))
  const { alerter, store, id } = setUp({ kind: 'slack', url: slack.url, channel: 'alerts' }, 't')
  const route = store.find(id)
  if (route === undefined) throw new Error('no route')
  expect(await alerter.test(route)).toMatchObject({ isDelivered: false, detail: 'Slack says not_in_channel' })
})

test("an incoming webhook of Slack says a campaign once, and attackers' words call nobody", async () => {
  await using slack = await httpReceiver(() => ({ status: 200, body: 'ok' }))
  const { consider } = setUp({ kind: 'slack', url: slack.url })
  await consider(campaign({ headline: ['<!channel> click'] }))
  await consider(campaign({ state: 'confirmed' }))
  expect(slack.posted).toHaveLength(1)
  expect(slack.posted[0]?.body).not.toContain('mrkdwn')
})

test('mails about one campaign are one conversation', async () => {
  await using smtp = await smtpReceiver()
  const { consider } = setUp({
    ...{ kind: 'email', host: '127.0.0.1', port: smtp.port, security: 'none' },
    ...{ from: 'gate@example.org', to: ['soc@example.org'] },
  })
  await consider(campaign({ headline: ['line\r\nBcc: victim@example.org'] }))
  await consider(campaign({ accounts: 5_000 }))
  expect(smtp.mails).toHaveLength(2)
  const [first = '', second = ''] = smtp.mails
  const id = /^Message-ID: (.*)$/im.exec(first)?.[1]
  expect(/^In-Reply-To: (.*)$/im.exec(second)?.[1]).toBe(id)
  expect(first.split('\r\n\r\n')[0]).not.toMatch(/^Bcc/im)
  expect(first).toContain('Subject: Portcullis: campaign c_1, 100 accounts, 97.0 %')
})

test('syslog is RFC 5424: over UDP as it is, over TCP with its length before it', async () => {
  await using udp = await udpReceiver()
  await using tcp = await tcpReceiver()
  for (const [transport, port] of [
    ['udp', udp.port],
    ['tcp', tcp.port],
  ] as const)
    await setUp({ kind: 'syslog', host: '127.0.0.1', port, transport }).consider(campaign())
  for (let tries = 0; tries < 3_000 && (udp.texts.length === 0 || tcp.texts.length === 0); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  const line =
    /^<132>1 2026-05-04T00:00:00\.000Z \S+ portcullis \d+ campaign \[portcullis@32473 campaign="c_1" revision="1" state="open" score="0\.970" accounts="100" exchanges="5000"\] \ufeffPortcullis: campaign c_1, 100 accounts, 97\.0 %$/
  expect(udp.texts[0]).toMatch(line)
  const [, length, rest = ''] = /^(\d+) (.*)$/s.exec(tcp.texts[0] ?? '') ?? []
  expect(Buffer.byteLength(rest)).toBe(Number(length))
  expect(rest).toMatch(line)
})

test('secrets are not readable in the database', () => {
  const database = new DatabaseSync(':memory:')
  const store = new AlertStore(database, 'deployment secret')
  const target: Target = { kind: 'webhook', url: 'https://example.org/hook' }
  const id = store.save(undefined, { name: 'x', isOn: true, scoreMin: 0, target, secret: 'hush-hush' })
  expect(JSON.stringify(database.prepare('SELECT * FROM alert_route').all())).not.toContain('hush')
  store.save(id, { name: 'y', isOn: true, scoreMin: 0, target, secret: undefined })
  expect(store.find(id)).toMatchObject({ name: 'y', secret: 'hush-hush' })
})
