import { deserialize, serialize } from 'node:v8'
import { expect, test } from 'vitest'
import type { ActId } from '../../gate/act.ts'
import type { Counted } from '../../gate/enforce/allowances.ts'
import type { ToPrimary, ToWorker } from './messages.ts'
import { type Packed, packForPrimary, packForWorker, unpackForPrimary, unpackForWorker } from './packed.ts'

/** As the system's channel brings it. */
function sent(packed: Packed): Packed {
  return deserialize(serialize(packed)) as Packed
}

const clear: Counted = { key: 'k_1', account: 'a', tenant: 't', standing: { kind: 'clear' } }
const limited: Counted = {
  ...{ key: 'k_2', account: 'b', tenant: 't' },
  standing: {
    kind: 'limited',
    requestsPerMinute: 3,
    measure: 'm_1',
    reason: 'r',
    author: 'watch',
    expires: 12,
    campaign: 'c_1',
  },
}
const id = 'd_1' as ActId

const toPrimary: readonly ToPrimary[] = [
  { kind: 'ready' },
  { kind: 'begun', id, ts: 1_790_000_000_000 },
  { kind: 'take', call: 1, caller: clear, at: 5 },
  { kind: 'take', call: 2, caller: limited, at: 6 },
  { kind: 'record', record: 'intent', ref: 1, payload: '{"text":"é\\n…"}' },
  { kind: 'bound', digest: 'r_1', account: 'a' },
  { kind: 'record', record: 'completion', ref: 1, payload: '' },
  { kind: 'tokens', caller: limited, tokens: 0, at: 7 },
  { kind: 'ended', id, seen: undefined },
  { kind: 'ended', id, seen: { id, ts: 8, json: '{}', text: 'a prompt', end: undefined } },
  { kind: 'ended', id, seen: { id, ts: 9, json: '{}', text: 'a begin', end: 'ning' } },
  { kind: 'unusable', code: 'listen-failed', message: 'no' },
  { kind: 'refused', address: '::1', at: 10 },
]

const toWorker: readonly ToWorker[] = [
  { kind: 'safe', records: 4_000_000_000 },
  { kind: 'taken', call: 1, beyond: undefined },
  { kind: 'taken', call: 2, beyond: { what: 'tokens', retryAfterMs: 12 } },
  { kind: 'health', health: 'stalled' },
  { kind: 'refresh' },
  { kind: 'safe', records: 0 },
]

test('what is packed for the primary comes out as it went in, in order, alone and together', () => {
  expect(unpackForPrimary(sent(packForPrimary(toPrimary)))).toEqual(toPrimary)
  for (const message of toPrimary)
    expect(unpackForPrimary(sent(packForPrimary([message])))).toEqual([message])
  expect(unpackForPrimary(sent(packForPrimary([])))).toEqual([])
})

test('what is packed for a worker comes out as it went in, in order, alone and together', () => {
  expect(unpackForWorker(sent(packForWorker(toWorker)))).toEqual(toWorker)
  for (const message of toWorker) expect(unpackForWorker(sent(packForWorker([message])))).toEqual([message])
})
