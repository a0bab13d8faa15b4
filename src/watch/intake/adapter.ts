import type { BlockReader } from './records.ts'

/** How the records of a format are cut apart. */
export type Framing = 'lines' | 'document' | 'csv'

/** The start of a source, from which a format is recognised. */
export type Sample = {
  /** The first lines, decoded. */
  readonly text: string
  /** The first record, where the start parses as JSON. */
  readonly first: unknown
}

export type AdapterContext = {
  /** The first bytes of the source: a CSV's header stands there. */
  readonly sample: Sample
  /** C1 field → column, from `--map`. */
  readonly map: ReadonlyMap<string, string>
  /** C1 field → value for fields the format does not carry, from `--set`. */
  readonly set: ReadonlyMap<string, string>
}

/** A log format of somebody else's, read as exchanges. Detection goes by content. */
export type Adapter = {
  readonly name: string
  /** One line for people. */
  readonly summary: string
  readonly framing: Framing
  /** Members of a top-level object whose elements are the records, for formats framed as a document. */
  readonly containers?: readonly string[]
  readonly detect: (sample: Sample) => boolean
  /** One reader a source. */
  readonly open: (context: AdapterContext) => BlockReader
}
