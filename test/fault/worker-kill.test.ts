import { expect, test } from 'vitest'
import { type Answer, ManyWorkers } from '../e2e/many-workers.ts'
import { MockUpstream } from '../e2e/mock-upstream.ts'

const KILLS = process.env.PORTCULLIS_SLOW ? 12 : 2
const CLIENTS = 12
const ENDED_A_ROUND = 20

function configOf(mock: MockUpstream): string {
  return `upstreams:\n  - { name: m, protocol: openai, url: "${mock.url}" }\nkeys:\n  - { key: sk-alice, account: a }\n`
}

test(`workers killed ${KILLS} times under load take nothing with them that a client has seen`, {
  timeout: 300_000,
}, async () => {
  await using mock = await MockUpstream.open()
  const gate = await ManyWorkers.start(configOf(mock), 2)
  const ended: Answer[] = []
  let isOver = false
  const ask = async (stream: boolean): Promise<void> => {
    while (!isOver) {
      try {
        const answer = await gate.chat('sk-alice', 'gpt-mock', stream)
        if (answer.status === 200 && (!stream || answer.text.endsWith('data: [DONE]\n\n'))) ended.push(answer)
      } catch {
        // The worker that had it was killed.
      }
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, index) => ask(index % 2 === 0))
  try {
    for (let round = 0; round < KILLS; round++) {
      const enough = ended.length + ENDED_A_ROUND
      await expect.poll(() => ended.length, { timeout: 60_000, interval: 10 }).toBeGreaterThanOrEqual(enough)
      await new Promise((done) => setTimeout(done, (round * 7) % 23))
      const pid = gate.workerPids.at(-1)
      process.kill(pid ?? 0, 'SIGKILL')
      // While it is away the other one answers; then there are two again.
      await expect.poll(() => gate.logged('worker-died').length, { timeout: 60_000 }).toBe(round + 1)
      await expect.poll(() => gate.workerPids.length, { timeout: 60_000 }).toBe(2 + round + 1)
    }
    const enough = ended.length + ENDED_A_ROUND
    await expect.poll(() => ended.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(enough)
    isOver = true
    await Promise.all(clients)
    await gate.stop()
    const entries = gate.entries()
    const completed = new Set(entries.filter(({ kind }) => kind === 'completion').map(({ id }) => id))
    const begun = new Set(entries.filter(({ kind }) => kind === 'exchange').map(({ id }) => id))
    expect(ended.filter(({ id }) => !completed.has(id) || !begun.has(id))).toEqual([])
    expect(gate.verify()).toMatchObject({ holds: true, open: 0 })
    const interrupted = gate.logged('worker-died').reduce((sum, line) => sum + Number(line.interrupted), 0)
    expect(entries.filter(({ kind }) => kind === 'interrupted').length).toBe(interrupted)
    console.info(
      `${KILLS} kills: ${ended.length} answers ended, none missing on record, ${interrupted} interrupted`,
    )
  } finally {
    isOver = true
    await gate.stop('SIGKILL')
    gate.remove()
  }
})

test('without the primary there are no workers, and the next start closes what was open', {
  timeout: 300_000,
}, async () => {
  await using mock = await MockUpstream.open()
  const first = await ManyWorkers.start(configOf(mock), 2)
  const hanging = first.chat('sk-alice', 'silent').catch(() => 'cut')
  await expect.poll(() => mock.received.length, { timeout: 60_000 }).toBe(1)
  // The record is on its way beside the request: what is not in the ledger yet cannot be closed.
  const isOnRecord = (): boolean => first.entries().some(({ kind }) => kind === 'exchange')
  await expect.poll(isOnRecord, { timeout: 60_000 }).toBe(true)
  await first.stop('SIGKILL')
  expect(await hanging).toBe('cut')
  await expect.poll(() => first.workerPids.filter(isAlive), { timeout: 60_000 }).toEqual([])
  const next = await ManyWorkers.start(configOf(mock), 2, first.directory)
  expect((await next.chat()).status).toBe(200)
  await next.stop()
  expect(next.verify()).toMatchObject({ holds: true, open: 0 })
  expect(next.entries().filter(({ kind }) => kind === 'interrupted').length).toBe(1)
  next.remove()
})

test('a gate that is told to stop lets its workers end what they began', { timeout: 120_000 }, async () => {
  await using mock = await MockUpstream.open()
  const gate = await ManyWorkers.start(configOf(mock), 2)
  const streams = Array.from({ length: 6 }, () => gate.chat('sk-alice', 'dribbles', true))
  await expect.poll(() => mock.received.length, { timeout: 60_000 }).toBe(6)
  // As a terminal does it: every process of the group hears of it, and only the primary acts.
  for (const pid of gate.workerPids) process.kill(pid, 'SIGTERM')
  await gate.stop()
  for (const { text } of await Promise.all(streams)) expect(text).toMatch(/data: \[DONE\]\n\n$/)
  expect(gate.logged('worker-died')).toEqual([])
  expect(gate.verify()).toMatchObject({ holds: true, open: 0 })
  expect(gate.entries().filter(({ kind }) => kind === 'completion').length).toBe(6)
  gate.remove()
})

test('a gate that cannot listen says so and is no gate', { timeout: 120_000 }, async () => {
  await using mock = await MockUpstream.open()
  const first = await ManyWorkers.start(configOf(mock), 2)
  const port = new URL(first.url).port
  const second = ManyWorkers.start(configOf(mock), 2, undefined, `127.0.0.1:${port}`)
  await expect(second).rejects.toThrow(/listen-failed/)
  await first.stop()
  first.remove()
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
