import { closeSync, ftruncateSync, openSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GateError } from '../../../kernel/gate-error.ts'
import { BLOCK_HEADER_BYTES, HASH_BYTES, payloadHolds, readBlockHeader } from './block.ts'
import type { ChainEnd } from './chain.ts'
import { forEachReference } from './records.ts'
import { blocksOf, firstHeader, listSegments, type Segment, type SegmentEnd } from './segments.ts'

export type Recovery = {
  readonly head: ChainEnd
  /** References of intents that never got a completion. */
  readonly open: readonly number[]
  /** What was cut off the end, if anything. The bytes are kept beside the ledger. */
  readonly torn: { readonly segment: string; readonly bytes: number; readonly keptAs: string } | undefined
  readonly scannedBytes: number
}

/** No exchange lives longer than this, so an open intent is never further back. */
export const EXCHANGE_MS_MAX = 2 * 3_600_000

/**
 * Makes the ledger writable again after any end, however sudden. Only the newest segment may end in damage, and only
 * at its end: a kill leaves half a block there. Damage that whole blocks follow is no torn tail but bit rot or
 * tampering, and cutting there would erase entries that were acknowledged, so it stops the start.
 */
export function recover(directory: string): Recovery {
  const segments = listSegments(directory)
  const newest = segments.at(-1)
  if (newest === undefined)
    return {
      head: { nextSeq: 1, hash: Buffer.alloc(HASH_BYTES) },
      open: [],
      torn: undefined,
      scannedBytes: 0,
    }
  let torn: Recovery['torn']
  const open = new Set<number>()
  let head: ChainEnd | undefined
  let scannedBytes = 0
  for (const segment of recentSegments(segments)) {
    const blocks = blocksOf(segment.path)
    let step = blocks.next()
    for (; !step.done; step = blocks.next()) {
      const { header, payload, bytes } = step.value
      scannedBytes += bytes.length
      head = { nextSeq: header.firstSeq + header.records, hash: header.hash }
      forEachReference(payload, (kind, ref) => {
        if (kind === 'intent') open.add(ref)
        else if (kind === 'completion' || kind === 'interrupted') open.delete(ref)
      })
    }
    const end = step.value
    if (end.kind === 'whole') continue
    if (segment !== newest)
      throw new GateError('ledger-broken', `${segment.name} is damaged at byte ${end.offset}.`)
    torn = cutTail(directory, newest, end)
  }
  // A first segment without a block: the last start ended before it wrote anything.
  head ??= { nextSeq: newest.firstSeq, hash: Buffer.alloc(HASH_BYTES) }
  return { head, open: [...open], torn, scannedBytes }
}

type Damage = Extract<SegmentEnd, { readonly kind: 'damaged' }>

function cutTail(directory: string, newest: Segment, end: Damage): Recovery['torn'] {
  const tail = Buffer.alloc(end.bytes - end.offset)
  const file = openSync(newest.path, 'r+')
  try {
    readSync(file, tail, 0, tail.length, end.offset)
    if (hasWholeBlock(tail.subarray(1)))
      throw new GateError(
        'ledger-broken',
        `${newest.name} is damaged at byte ${end.offset} and whole blocks follow the damage.`,
      )
    const keptAs = `torn-${newest.name}-${end.offset}.bin`
    writeFileSync(join(directory, keptAs), tail)
    ftruncateSync(file, end.offset)
    return { segment: newest.name, bytes: tail.length, keptAs }
  } finally {
    closeSync(file)
  }
}

function hasWholeBlock(bytes: Buffer): boolean {
  const magic = Buffer.from('PCL1')
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    const header = readBlockHeader(bytes.subarray(at))
    if (header === undefined) continue
    const end = at + BLOCK_HEADER_BYTES + header.payloadBytes
    if (end <= bytes.length && payloadHolds(header, bytes.subarray(at + BLOCK_HEADER_BYTES, end))) return true
  }
  return false
}

/** The newest segments, back to the first that begins before the longest exchange could have begun. */
function recentSegments(segments: readonly Segment[]): readonly Segment[] {
  const times = segments.map(({ path }) => firstHeader(path)?.ts)
  const newestTs = times.reduce<number>((latest, ts = 0) => Math.max(latest, ts), 0)
  let from = segments.length - 1
  while (from > 0 && (times[from] ?? newestTs) >= newestTs - EXCHANGE_MS_MAX) from--
  return segments.slice(from)
}
