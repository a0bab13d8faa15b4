// A sketched block as it is kept: with its own names, so that it can be read without any other, and compressed.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Rejection } from '../intake/rejection.ts'
import { field } from './record.ts'
import type { NameKind, SketchedBlock } from './sketched.ts'

const nameKinds = ['account', 'client', 'plan', 'model'] as const satisfies readonly NameKind[]
/** Word runs are hashes: stronger levels take longer and gain a few hundredths. */
const LEVEL = 1
const WORD_BYTES = 4

type Head = {
  readonly file: string
  readonly exchanges: number
  readonly rejections: readonly Rejection[]
  /** By the number that stands in the records; the first is that of "absent". */
  readonly names: Readonly<Record<NameKind, readonly string[]>>
}

export type Unpacked = Head & { readonly records: Uint32Array<ArrayBuffer> }

/** Packs blocks of one sketcher, whose names it has to be shown in the order in which they were met. */
export class Packer {
  readonly #names: Record<NameKind, string[]> = { account: [''], client: [''], plan: [''], model: [''] }

  pack({ file, exchanges, rejections, records, names }: SketchedBlock): Uint8Array {
    for (const [kind, number, name] of names) this.#names[kind][number] = name
    const own = records.slice()
    const ownNames: Record<NameKind, string[]> = { account: [''], client: [''], plan: [''], model: [''] }
    for (const kind of nameKinds) {
      const offset = field[kind]
      const numbers = new Map([[0, 0]])
      for (let at = 0; at < own.length; at += own[at + field.length] ?? own.length) {
        const number = own[at + offset] ?? 0
        let here = numbers.get(number)
        if (here === undefined) {
          here = ownNames[kind].push(this.#names[kind][number] ?? '') - 1
          numbers.set(number, here)
        }
        own[at + offset] = here
      }
    }
    for (let at = 0; at < own.length; at += own[at + field.length] ?? own.length)
      own[at + field.textStart] = own[at + field.textEnd] = 0
    return packed({ file, exchanges, rejections, names: ownNames }, own)
  }
}

/** What could not be read, alone. */
export function packedGap(rejection: Rejection): Uint8Array {
  const names = { account: [], client: [], plan: [], model: [] }
  return packed({ file: rejection.file, exchanges: 0, rejections: [rejection], names }, new Uint32Array(0))
}

function packed(head: Head, records: Uint32Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(head))
  const bytes = Buffer.alloc(WORD_BYTES + text.length + records.byteLength)
  bytes.writeUInt32LE(text.length, 0)
  bytes.set(text, WORD_BYTES)
  bytes.set(new Uint8Array(records.buffer, records.byteOffset, records.byteLength), WORD_BYTES + text.length)
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
}

/** Of bytes that a checksum has vouched for. */
export function unpacked(payload: Uint8Array): Unpacked {
  const bytes = zstdDecompressSync(payload)
  const length = bytes.readUInt32LE(0)
  const head = JSON.parse(bytes.toString('utf8', WORD_BYTES, WORD_BYTES + length)) as Head
  const records = new Uint32Array((bytes.length - WORD_BYTES - length) / WORD_BYTES)
  new Uint8Array(records.buffer).set(bytes.subarray(WORD_BYTES + length))
  return { ...head, records }
}
