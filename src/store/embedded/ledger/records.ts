// Records stand in the ring and in a block in the same layout, so that the writer copies them without looking:
//
//   0 payload bytes (u32)   4 kind (u8)   8 reference (f64)   16 payload, padded to a multiple of 8

export const RECORD_HEADER_BYTES = 16
export const RECORD_ALIGN_BYTES = 8
/** A larger entry is refused: one entry must never fill the ring. */
export const RECORD_PAYLOAD_BYTES_MAX = 256 * 1024
/** In place of a length: the rest of the ring is empty, go on at its start. */
export const RING_SKIP = 0xffff_ffff

/** `intent` and `completion` share a reference; an intent without a completion is closed by `interrupted`. */
export const recordKinds = ['note', 'intent', 'completion', 'interrupted', 'checkpoint'] as const
export type RecordKind = (typeof recordKinds)[number]

const kindCodes: Readonly<Record<RecordKind, number>> = {
  note: 0,
  intent: 1,
  completion: 2,
  interrupted: 3,
  checkpoint: 4,
}

export type LedgerRecord = {
  readonly kind: RecordKind
  /** Joins an intent to its completion; zero where there is nothing to join. */
  readonly ref: number
  readonly payload: Buffer
}

export function recordBytes(payloadBytes: number): number {
  return Math.ceil((RECORD_HEADER_BYTES + payloadBytes) / RECORD_ALIGN_BYTES) * RECORD_ALIGN_BYTES
}

export function writeRecordHeader(
  target: Buffer,
  offset: number,
  kind: RecordKind,
  ref: number,
  payloadBytes: number,
): void {
  target.writeUInt32LE(payloadBytes, offset)
  target.writeUInt32LE(kindCodes[kind], offset + 4)
  target.writeDoubleLE(ref, offset + 8)
}

/** Tells kind and reference of every record of a block, and nothing else: recovery needs no more, and is waited for. */
export function forEachReference(payload: Buffer, visit: (kind: RecordKind, ref: number) => void): void {
  let offset = 0
  while (offset + RECORD_HEADER_BYTES <= payload.length) {
    const kind = recordKinds[payload[offset + 4] ?? 0]
    if (kind === undefined) return
    visit(kind, payload.readDoubleLE(offset + 8))
    offset += recordBytes(payload.readUInt32LE(offset))
  }
}

/** Walks the records of a block's payload. Stops at the first one that does not fit. */
export function* recordsOf(payload: Buffer): Generator<LedgerRecord, undefined, undefined> {
  let offset = 0
  while (offset + RECORD_HEADER_BYTES <= payload.length) {
    const bytes = payload.readUInt32LE(offset)
    const kind = recordKinds[payload.readUInt8(offset + 4)]
    const start = offset + RECORD_HEADER_BYTES
    if (kind === undefined || start + bytes > payload.length) return undefined
    yield { kind, ref: payload.readDoubleLE(offset + 8), payload: payload.subarray(start, start + bytes) }
    offset += recordBytes(bytes)
  }
  return undefined
}
