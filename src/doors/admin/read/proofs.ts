// What shows that an entry is in the ledger and has not been changed: its block's hash, checked now, and the chain from
// there to the next signed checkpoint.
import { createHash, type KeyObject } from 'node:crypto'
import { hashBlock } from '../../../store/embedded/ledger/block.ts'
import { recordsOf } from '../../../store/embedded/ledger/records.ts'
import { type Block, blocksOf, listSegments, segmentName } from '../../../store/embedded/ledger/segments.ts'
import {
  type Checkpoint,
  checkpointHolds,
  keyId,
  parseCheckpoint,
} from '../../../store/embedded/ledger/signing.ts'
import type { LedgerProof } from '../api/shapes/acts.ts'
import { type Fields, fieldsOf } from './entry-fields.ts'

/** A gate signs every few seconds; a chain this long without a signature is told as unsigned. */
const BLOCKS_MAX = 50_000
const BYTES_MAX = 64 * 1024 * 1024

export type EntryPlace = { readonly seq: number; readonly segment: number; readonly block: number }

/** The entry as it stands in the ledger, or nothing when its segment was retired. */
export function readEntry(directory: string, { seq, segment, block }: EntryPlace): Fields | undefined {
  for (const found of blocks(directory, segment, block)) {
    const payload = payloadOf(found, seq)
    return payload === undefined ? undefined : fieldsOf(payload)
  }
  return undefined
}

export function proofOf(directory: string, key: KeyObject, place: EntryPlace): LedgerProof | undefined {
  let proof: LedgerProof | undefined
  let previous: Buffer | undefined
  let bytes = 0
  let count = 0
  for (const block of blocks(directory, place.segment, place.block)) {
    const { header, payload } = block
    const isWhole = hashBlock(block.bytes, payload).equals(header.hash)
    const isLinked = previous === undefined || header.previous.equals(previous)
    if (proof === undefined) proof = firstPart(block, place, isWhole)
    else if (!isWhole || !isLinked) return { ...proof, holds: false }
    if (proof === undefined) return undefined
    if (header.isCheckpoint) return { ...proof, ...checkpointIn(block, key), blocksToCheckpoint: count }
    previous = Buffer.from(header.hash)
    bytes += block.bytes.length
    if (++count > BLOCKS_MAX || bytes > BYTES_MAX) return proof
  }
  return proof
}

function firstPart(block: Block, { seq, segment }: EntryPlace, holds: boolean): LedgerProof | undefined {
  const payload = payloadOf(block, seq)
  if (payload === undefined) return undefined
  const { header } = block
  return {
    seq,
    segment: segmentName(segment),
    blockOffset: block.offset,
    blockHash: header.hash.toString('hex'),
    previousHash: header.previous.toString('hex'),
    blockFirstSeq: header.firstSeq,
    blockRecords: header.records,
    entryHash: createHash('sha256').update(payload).digest('hex'),
    holds,
  }
}

function checkpointIn({ payload, header }: Block, key: KeyObject): Pick<LedgerProof, 'checkpoint' | 'holds'> {
  for (const record of recordsOf(payload)) {
    const checkpoint = parseCheckpoint(record.payload.toString('utf8'))
    if (checkpoint === undefined) continue
    const isOurs = checkpoint.key === keyId(key) && checkpoint.head === header.previous.toString('hex')
    const holds = isOurs && checkpointHolds(checkpoint, key)
    return { checkpoint: { ...checkpoint, holds }, holds }
  }
  return { holds: false }
}

/** The last one that was signed, as it stands: what somebody keeps elsewhere to hold the ledger against later. */
export function latestCheckpoint(directory: string): Checkpoint | undefined {
  for (const { path } of [...listSegments(directory)].reverse()) {
    let last: Block | undefined
    for (const block of blocksOf(path)) if (block.header.isCheckpoint) last = block
    if (last === undefined) continue
    for (const record of recordsOf(last.payload)) {
      const checkpoint = parseCheckpoint(record.payload.toString('utf8'))
      if (checkpoint !== undefined) return checkpoint
    }
  }
  return undefined
}

/** From one block on, over the ends of segments. */
function* blocks(directory: string, segment: number, from: number): Generator<Block, undefined, undefined> {
  for (const { firstSeq, path } of listSegments(directory))
    if (firstSeq >= segment) yield* blocksOf(path, firstSeq === segment ? from : 0)
  return undefined
}

function payloadOf({ header, payload }: Block, seq: number): Buffer | undefined {
  let at = header.firstSeq
  for (const record of recordsOf(payload)) if (at++ === seq) return record.payload
  return undefined
}
