import type { Adapter, AdapterContext } from './adapter.ts'
import { adapterNamed, adapterOf, sampleOf } from './adapters.ts'
import type { Framer, Piece, Position } from './block.ts'
import { CsvFramer } from './csv-rows.ts'
import { DocumentFramer } from './document.ts'
import type { Fields } from './fields.ts'
import { LineFramer } from './lines.ts'
import type { BlockReader } from './records.ts'
import { type Check, openSource, type SourceOptions, START } from './source.ts'

export type InputOptions = SourceOptions & {
  /** The name of an adapter; without it the content decides. */
  readonly format?: string
  readonly map?: ReadonlyMap<string, string>
  readonly set?: ReadonlyMap<string, string>
  readonly requests?: ReadonlyMap<string, Fields>
}

/** A log whose format is known: its pieces, and how to read a block of them. */
export type Input = {
  readonly file: string
  readonly adapter: Adapter
  /** The first bytes of the decompressed input. */
  readonly head: Uint8Array
  /** What `adapter.open` was given, for a worker that opens its own reader. */
  readonly context: AdapterContext
  readonly pieces: (from?: Position, begins?: Check) => AsyncGenerator<Piece>
  readonly check: (bytes: number) => Check
  readonly read: BlockReader
  readonly close: () => Promise<void>
}

export async function openInput(path: string, options: InputOptions = {}): Promise<Input> {
  const source = await openSource(path, options)
  try {
    const sample = sampleOf(source.head)
    const adapter =
      options.format === undefined ? adapterOf(sample, source.file) : adapterNamed(options.format)
    const context: AdapterContext = {
      sample,
      map: options.map ?? new Map(),
      set: options.set ?? new Map(),
      requests: options.requests ?? new Map(),
    }
    return {
      file: source.file,
      adapter,
      head: source.head,
      context,
      pieces: (from = START, begins) =>
        source.pieces(framerFor(adapter, source.file, from, sample.isLined), begins),
      check: source.check,
      read: adapter.open(context),
      close: source.close,
    }
  } catch (error) {
    await source.close()
    throw error
  }
}

function framerFor(adapter: Adapter, file: string, from: Position, isLined: boolean): Framer {
  if (adapter.framing === 'csv') return new CsvFramer(file, from)
  // A line at a time is faster, and a broken record cannot swallow the ones that follow it.
  if (adapter.framing === 'lines' || isLined) return new LineFramer(file, from)
  return new DocumentFramer(file, from, adapter.containers)
}
