import assert from 'node:assert/strict'
import type { Exchange } from '../exchange.ts'
import { adapterNamed } from '../intake/adapters.ts'
import { exchangesOf } from '../intake/exchange-adapter.ts'
import type { BlockReader } from '../intake/records.ts'
import type { Rejection } from '../intake/rejection.ts'
import { encodeRecord, RECORD_WORDS_MAX } from './record.ts'
import { Sketcher } from './sketch.ts'
import type { NameKind, SketchedBlock, SketchJob } from './sketched.ts'

/** Of a long prompt only the head and the tail travel on, where wrappers stand. Characters. */
const TEXT_HEAD = 480
const TEXT_TAIL = 320
const ELISION = ' … '
const UTF8_BYTES_MAX = 3
const RECORDS_INITIAL = 2 ** 16
const TEXT_INITIAL = 2 ** 20

/** Sketches blocks one after another; names are interned over its lifetime. */
export class BlockSketcher {
  readonly #seed: number
  readonly #sketcher: Sketcher
  readonly #numbers: Record<NameKind, Map<string, number>> = {
    account: new Map(),
    client: new Map(),
    plan: new Map(),
    model: new Map(),
  }
  readonly #readers = new Map<number, BlockReader>()
  readonly #clients = new Map<string, Map<string, number>>()
  #names: [kind: NameKind, number: number, name: string][] = []
  #records = new Uint32Array(RECORDS_INITIAL)
  #text = Buffer.allocUnsafeSlow(TEXT_INITIAL)

  constructor(seed: number) {
    this.#seed = seed
    this.#sketcher = new Sketcher(seed)
  }

  sketch({ job, block, reader }: SketchJob): SketchedBlock {
    this.#names = []
    const rejections: Rejection[] = []
    let at = 0
    let end = 0
    let exchanges = 0
    for (const reading of this.#readerOf(reader)(block)) {
      if (reading.kind === 'rejection') {
        rejections.push(reading.rejection)
        continue
      }
      if (at + RECORD_WORDS_MAX > this.#records.length) this.#records = larger(this.#records)
      const start = end
      end = this.#writeText(reading.exchange.prompt ?? reading.exchange.masked ?? '', start)
      at = encodeRecord(
        this.#records,
        at,
        reading.exchange,
        this.#intern(reading.exchange),
        { start, end },
        this.#sketcher,
        this.#seed,
      )
      exchanges++
    }
    return {
      job,
      file: block.file,
      records: this.#records.slice(0, at),
      text: new Uint8Array(this.#text.subarray(0, end)),
      names: this.#names,
      rejections,
      exchanges,
    }
  }

  #readerOf({ adapter, source, context }: SketchJob['reader']): BlockReader {
    if (source === undefined) return exchangesOf
    const known = this.#readers.get(source)
    if (known) return known
    assert(context, 'the first block of an input brings its context')
    const reader = adapterNamed(adapter).open(context)
    this.#readers.set(source, reader)
    return reader
  }

  #intern(exchange: Exchange): { account: number; client: number; plan: number; model: number } {
    const { ua, ja4, plan } = exchange
    return {
      account: this.#number('account', exchange.account),
      client: ua === undefined && ja4 === undefined ? 0 : this.#client(ua ?? '', ja4 ?? ''),
      plan: plan === undefined ? 0 : this.#number('plan', plan),
      model: this.#number('model', exchange.model),
    }
  }

  /** Looked up in two steps: joining the two texts for every exchange cost more than all else here. */
  #client(ua: string, ja4: string): number {
    let byPrint = this.#clients.get(ua)
    if (!byPrint) this.#clients.set(ua, (byPrint = new Map()))
    const known = byPrint.get(ja4)
    if (known !== undefined) return known
    const number = this.#number('client', `${ua}\n${ja4}`)
    byPrint.set(ja4, number)
    return number
  }

  #number(kind: NameKind, name: string): number {
    const numbers = this.#numbers[kind]
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, numbers.size + 1)
    this.#names.push([kind, numbers.size, name])
    return numbers.size
  }

  #writeText(prompt: string, start: number): number {
    const text =
      prompt.length <= TEXT_HEAD + TEXT_TAIL
        ? prompt
        : prompt.slice(0, TEXT_HEAD) + ELISION + prompt.slice(-TEXT_TAIL)
    if (start + text.length * UTF8_BYTES_MAX > this.#text.length) {
      const grown = Buffer.allocUnsafeSlow(this.#text.length * 2)
      this.#text.copy(grown, 0, 0, start)
      this.#text = grown
    }
    return start + this.#text.write(text, start, 'utf8')
  }
}

function larger(records: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(records.length * 2)
  grown.set(records)
  return grown
}
