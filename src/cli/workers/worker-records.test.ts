import { expect, test } from 'vitest'
import type { LedgerEnd } from '../../store/embedded/ledger/ledger-end.ts'
import type { Position } from '../../store/embedded/ledger/ring.ts'
import type { SentRecord } from './messages.ts'
import { RemoteLedger } from './remote-ledger.ts'
import { WorkerRecords } from './worker-records.ts'

type Pair = {
  readonly remote: RemoteLedger
  readonly records: WorkerRecords
  /** What is in the ledger: kind, the ledger's own reference, payload. */
  readonly written: [kind: string, ref: number, payload: string][]
  /** How many records the ledger still has room for. */
  readonly make: (room: number) => void
  /** All that is written becomes safe. */
  readonly save: () => void
}

/** A worker's end and the primary's, over a ledger in memory whose references begin at 100. */
function pair(room = Number.POSITIVE_INFINITY, bytesMax = 1_000): Pair {
  const written: [string, number, string][] = []
  let left = room
  let nextRef = 100
  const waiting: (() => void)[] = []
  const safe: (() => void)[] = []
  const put = (kind: string, ref: number, payload: string): Position | undefined => {
    if (left === 0) return undefined
    left--
    return written.push([kind, ref, payload]) as Position
  }
  const ledger: LedgerEnd = {
    health: 'well',
    begin: (payload) => {
      const position = put('intent', nextRef, payload)
      return position === undefined ? undefined : { ref: nextRef++, position }
    },
    append: put,
    has: () => false,
    reached: () => new Promise((done) => safe.push(done)),
    room: () => new Promise((done) => waiting.push(done)),
  }
  const sent: SentRecord[] = []
  const remote = new RemoteLedger((record) => sent.push(record), { bytesMax, health: 'well' })
  const records = new WorkerRecords(ledger, 'written', (count) => remote.raise(count))
  const flush = (): void => records.take(sent.splice(0))
  return {
    remote,
    written,
    records: Object.assign(records, { flush }),
    make: (more) => {
      flush()
      left = more
      for (const go of waiting.splice(0)) go()
    },
    save: () => {
      flush()
      for (const done of safe.splice(0)) done()
    },
  }
}

test('records are written in their order, each completion under its own intent’s reference', async () => {
  const { remote, written, save } = pair()
  const first = remote.begin('a')
  const second = remote.begin('b')
  remote.append('note', 0, 'n')
  remote.append('completion', second?.ref ?? 0, 'B')
  remote.append('completion', first?.ref ?? 0, 'A')
  save()
  expect(written).toEqual([
    ['intent', 100, 'a'],
    ['intent', 101, 'b'],
    ['note', 0, 'n'],
    ['completion', 101, 'B'],
    ['completion', 100, 'A'],
  ])
})

test('a wait ends when the ledger says so, not when the record was sent', async () => {
  const { remote, save, make } = pair()
  const begun = remote.begin('a')
  if (begun === undefined) throw new Error('there was room')
  let isSafe = false
  const waited = remote.reached('written', begun.position, 60_000).then(() => {
    isSafe = true
  })
  make(10)
  await Promise.resolve()
  expect([isSafe, remote.has('written', begun.position)]).toEqual([false, false])
  save()
  await waited
  expect(remote.has('written', begun.position)).toBe(true)
})

test('a full ledger holds records back in their order, and the worker then takes no more than its room', async () => {
  const { remote, written, make, save } = pair(1, 10)
  remote.append('note', 0, 'aaaa')
  remote.append('note', 0, 'bbbb')
  expect(remote.append('note', 0, 'cccc')).toBeUndefined()
  make(1)
  await expect.poll(() => written.map(([, , payload]) => payload)).toEqual(['aaaa', 'bbbb'])
  const room = remote.room(60_000)
  save()
  await expect
    .poll(() => {
      save()
      return remote.append('note', 0, 'cccc') !== undefined
    })
    .toBe(true)
  await room
})

test('a worker that is gone leaves nothing open, not even what was still waiting', async () => {
  const { remote, records, written, make } = pair(2)
  const ended = remote.begin('ended')
  remote.begin('open')
  remote.append('completion', ended?.ref ?? 0, 'done')
  remote.begin('late')
  make(0)
  expect(records.interrupt(7)).toBe(2)
  make(10)
  const payload = '{"kind":"interrupted","ts":7}'
  await expect
    .poll(() => written)
    .toEqual([
      ['intent', 100, 'ended'],
      ['intent', 101, 'open'],
      ['completion', 100, 'done'],
      ['intent', 102, 'late'],
      ['interrupted', 101, payload],
      ['interrupted', 102, payload],
    ])
})

test('a failed ledger ends all waits, and takes nothing', async () => {
  const { remote } = pair()
  const begun = remote.begin('a')
  const waited = remote.reached('written', begun?.position ?? (0 as Position), 60_000)
  remote.setHealth('failed')
  await expect(waited).rejects.toMatchObject({ code: 'ledger-full' })
  expect(remote.begin('b')).toBeUndefined()
})
