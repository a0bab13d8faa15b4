import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

// One block is what one write puts on disk: a header, then records. The header's hash covers the header and the
// payload and the next header repeats it, so that the ledger is one SHA-256 chain. The two CRCs are for recovery,
// which must tell a torn tail from a whole block at disk speed.
//
//   0 magic   4 payload bytes   8 records   12 flags   16 first sequence   24 Unix ms
//  32 previous hash (32)       64 payload CRC          68 header CRC (0..68)         72 hash (32)

export const BLOCK_HEADER_BYTES = 104
export const HASH_BYTES = 32
/** A block larger than this is never written, so a length beyond it is damage. */
export const BLOCK_PAYLOAD_BYTES_MAX = 4 * 1024 * 1024
const MAGIC = 0x314c4350
const HASHED_BYTES = 68

export type BlockHeader = {
  readonly payloadBytes: number
  readonly records: number
  readonly isCheckpoint: boolean
  readonly firstSeq: number
  readonly ts: number
  readonly previous: Buffer
  readonly payloadCrc: number
  readonly hash: Buffer
}

export type NewBlock = {
  readonly records: number
  readonly isCheckpoint: boolean
  readonly firstSeq: number
  readonly ts: number
  readonly previous: Buffer
}

/** Fills in the header of a block whose payload already stands behind it. Returns the block's hash. */
export function sealBlock(block: Buffer, header: NewBlock): Buffer {
  const payload = block.subarray(BLOCK_HEADER_BYTES)
  block.writeUInt32LE(MAGIC, 0)
  block.writeUInt32LE(payload.length, 4)
  block.writeUInt32LE(header.records, 8)
  block.writeUInt32LE(header.isCheckpoint ? 1 : 0, 12)
  block.writeDoubleLE(header.firstSeq, 16)
  block.writeDoubleLE(header.ts, 24)
  header.previous.copy(block, 32)
  block.writeUInt32LE(crc32(payload), 64)
  block.writeUInt32LE(crc32(block.subarray(0, HASHED_BYTES)), 68)
  const hash = hashBlock(block, payload)
  hash.copy(block, 72)
  return hash
}

/** Reads a header, or nothing when the bytes are no header. */
export function readBlockHeader(bytes: Buffer): BlockHeader | undefined {
  const payloadBytes = payloadBytesAt(bytes, 0)
  if (payloadBytes === undefined) return undefined
  return {
    payloadBytes,
    records: bytes.readUInt32LE(8),
    isCheckpoint: bytes.readUInt32LE(12) === 1,
    firstSeq: bytes.readDoubleLE(16),
    ts: bytes.readDoubleLE(24),
    previous: Buffer.from(bytes.subarray(32, 32 + HASH_BYTES)),
    payloadCrc: bytes.readUInt32LE(64),
    hash: Buffer.from(bytes.subarray(72, 72 + HASH_BYTES)),
  }
}

/** Of a header all that is needed to come to the next; nothing when the bytes there are no header. */
export function payloadBytesAt(bytes: Buffer, offset: number): number | undefined {
  if (bytes.length < offset + BLOCK_HEADER_BYTES || bytes.readUInt32LE(offset) !== MAGIC) return undefined
  if (crc32(bytes.subarray(offset, offset + HASHED_BYTES)) !== bytes.readUInt32LE(offset + 68))
    return undefined
  const payloadBytes = bytes.readUInt32LE(offset + 4)
  return payloadBytes > BLOCK_PAYLOAD_BYTES_MAX ? undefined : payloadBytes
}

export function payloadHolds(header: BlockHeader, payload: Buffer): boolean {
  return crc32(payload) === header.payloadCrc
}

/** The hash as it should be; `block` is header and payload. */
export function hashBlock(block: Buffer, payload = block.subarray(BLOCK_HEADER_BYTES)): Buffer {
  return createHash('sha256').update(block.subarray(0, HASHED_BYTES)).update(payload).digest()
}
