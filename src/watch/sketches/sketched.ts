import type { AdapterContext } from '../intake/adapter.ts'
import type { Block } from '../intake/block.ts'
import type { Rejection } from '../intake/rejection.ts'

export type SketchJob = {
  readonly job: number
  readonly block: Block
  readonly reader: {
    readonly adapter: string
    /** Which input it is, for formats that remember what they have read. */
    readonly source?: number
    /** With the input's first block. */
    readonly context?: AdapterContext
  }
}

/** Kinds of names that are interned: people will want to read them. */
export type NameKind = 'account' | 'client' | 'plan' | 'model'

/** What a block of log became: records of 32-bit words, the head and tail of each prompt, names met for the first time. */
export type SketchedBlock = {
  readonly job: number
  readonly file: string
  readonly records: Uint32Array<ArrayBuffer>
  /** UTF-8; records point into it. */
  readonly text: Uint8Array<ArrayBuffer>
  /** Names this sketcher met for the first time, with the numbers it gave them, from 1; the number 0 is "absent". */
  readonly names: readonly (readonly [kind: NameKind, number: number, name: string])[]
  readonly rejections: readonly Rejection[]
  readonly exchanges: number
  /** The same as it is kept in a sketch file, where it is to be. */
  readonly packed?: Uint8Array
}
