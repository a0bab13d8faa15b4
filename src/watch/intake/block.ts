import type { Rejection } from './rejection.ts'

/** How far an input has been read. A later run continues from here. */
export type Position = {
  /** Bytes of decompressed input. */
  readonly bytes: number
  /** Whole lines before this point. */
  readonly lines: number
}

/** Whole lines (or whole records, one a line), about BLOCK_BYTES of them, in a buffer of their own: transferable. */
export type Block = {
  readonly kind: 'block'
  readonly file: string
  /** Line of the input, from 1, on which the first line of `bytes` stands. */
  readonly firstLine: number
  readonly bytes: Uint8Array
  /** For records that span lines: the line of the input on which each record starts. */
  readonly lineOf?: readonly number[]
  /** False for a last line that lacks its newline: it may still be being written. */
  readonly isFinished: boolean
  /** Where the input stands once this block has been consumed. */
  readonly next: Position
}

/** Something that could not be read, in its place among the blocks. */
export type Gap = { readonly kind: 'rejection'; readonly rejection: Rejection; readonly next: Position }

export type Piece = Block | Gap

/** Cuts a stream of bytes into pieces. Chunks may be cut anywhere; the pieces are the same. */
export type Framer = {
  readonly push: (chunk: Uint8Array) => Iterable<Piece>
  /** `isCut`: the input broke off, so what is left is not a whole line and must not be yielded. */
  readonly end: (isCut: boolean) => Iterable<Piece>
  /** The line being read, from 1: where a fault is. */
  readonly line: () => number
  readonly position: () => Position
}

export const BLOCK_BYTES = 1024 * 1024
/** A longer line is a rejection and is never held in memory. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024
