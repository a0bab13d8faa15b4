import type { Fields } from './fields.ts'
import type { BlockReader } from './records.ts'

/** What the records of a format are: JSON one a line, JSON however laid out, or the rows of a table. */
export type Framing = 'lines' | 'json' | 'csv'

/** The start of a source, from which a format is recognised. */
export type Sample = {
  /** The first bytes, decoded. */
  readonly text: string
  /** The first record among them that is JSON. */
  readonly first: unknown
  /** That record stood on a line of its own. */
  readonly isLined: boolean
}

export type AdapterContext = {
  /** A CSV's header stands here. */
  readonly sample: Sample
  /** C1 field → column, from `--map`. */
  readonly map: ReadonlyMap<string, string>
  /** C1 field → value for fields the format does not carry, from `--set`. */
  readonly set: ReadonlyMap<string, string>
  /** Batch requests by custom id, for formats that keep question and answer in two files. */
  readonly requests: ReadonlyMap<string, Fields>
}

/** A log format, read as exchanges. Detection goes by content. */
export type Adapter = {
  readonly name: string
  /** One line for people. */
  readonly summary: string
  readonly framing: Framing
  /** Members of a top-level object whose elements are the records: where a large document may be split. */
  readonly containers?: readonly string[]
  readonly detect: (sample: Sample) => boolean
  /** For a file that holds only questions: its custom id and its request, to be joined with the answers. */
  readonly request?: (record: unknown) => readonly [id: string, request: Fields] | undefined
  /** One reader a source. */
  readonly open: (context: AdapterContext) => BlockReader
}
