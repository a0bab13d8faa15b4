import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportOf } from '../../src/cli/testing/report.ts'
import { saveFindings } from '../../src/store/embedded/findings.ts'
import { RunningGate } from './running-gate.ts'

let gate: RunningGate
beforeAll(async () => {
  gate = await RunningGate.open('upstreams: [{ name: far, protocol: openai, url: "http://127.0.0.1:9" }]\n')
})
afterAll(async () => await gate[Symbol.asyncDispose]())

type Event = { readonly id: string; readonly kind: string; readonly data: Record<string, unknown> }

/** Reads events until one is as wanted. */
async function until(
  wanted: (event: Event) => boolean,
  lastEventId?: string,
  act?: () => Promise<unknown>,
): Promise<Event[]> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), 60_000)
  const answer = await fetch(`${gate.consoleUrl}/api/events`, {
    signal: stop.signal,
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  await act?.()
  const events: Event[] = []
  let text = ''
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString()
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? ''
      if (field('data') === '') continue
      events.push({ id: field('id'), kind: field('event'), data: JSON.parse(field('data')) })
    }
    if (events.some(wanted)) break
  }
  clearTimeout(timer)
  stop.abort()
  return events
}

async function allow(account: string): Promise<unknown> {
  const answer = await fetch(`${gate.consoleUrl}/api/allowed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, reason: 'a partner of ours' }),
  })
  return await answer.json()
}

test('what happens comes as events, and who comes back is told what was missed', async () => {
  const seen = await until(
    ({ kind }) => kind === 'audit',
    undefined,
    () => allow('partner-1'),
  )
  expect(seen[0]?.kind).toBe('hello')
  const audit = seen.find(({ kind }) => kind === 'audit')
  expect(audit?.data).toMatchObject({ author: 'local', action: 'account.allow', subject: 'partner-1' })
  await allow('partner-2')
  await allow('partner-3')
  const missed = await until(({ data }) => data.subject === 'partner-3', audit?.id)
  expect(missed.filter(({ kind }) => kind === 'audit').map(({ data }) => data.subject)).toEqual([
    'partner-2',
    'partner-3',
  ])
})

test('who was away too long, or over a restart, is told to load again', async () => {
  const events = await until(({ kind }) => kind === 'resync', 'another-boot-7')
  expect(events.map(({ kind }) => kind)).toEqual(['hello', 'resync'])
})

test('new findings come as an event with the campaigns that are new', async () => {
  const save = async (): Promise<unknown> =>
    await saveFindings(gate.config.store, { findings: reportOf(), savedAt: Date.now(), source: 'a test' })
  const events = await until(({ kind }) => kind === 'campaigns', undefined, save)
  expect(events.find(({ kind }) => kind === 'campaigns')?.data.raised).toEqual(['c_1f2e3d4', 'c_77aa'])
})
