import { GateError } from '../../kernel/gate-error.ts'
import type { Adapter, Sample } from './adapter.ts'
import { anthropicBatch } from './anthropic-batch.ts'
import { csv } from './csv.ts'
import { DocumentFramer } from './document.ts'
import { exchangeAdapter } from './exchange-adapter.ts'
import { isRecord } from './exchange-log.ts'
import { langfuse } from './langfuse.ts'
import { litellm } from './litellm.ts'
import { openaiBatch } from './openai-batch.ts'
import { otel } from './otel.ts'

/** Every format that is read, the most particular first: detection takes the first that claims a sample. */
export const adapters: readonly Adapter[] = [
  exchangeAdapter,
  otel,
  litellm,
  langfuse,
  openaiBatch,
  anthropicBatch,
  csv,
]

export function adapterNamed(name: string): Adapter {
  const adapter = adapters.find((entry) => entry.name === name)
  if (adapter) return adapter
  throw new GateError('usage', `there is no format '${name}'; formats: ${names()}`)
}

/** The format of a sample, by its content. An empty source is an empty exchange log. */
export function adapterOf(sample: Sample, file: string): Adapter {
  if (sample.text.trim() === '') return exchangeAdapter
  const adapter =
    adapters.find((entry) => entry.detect(sample)) ?? (isNearly(sample.first) ? exchangeAdapter : undefined)
  if (adapter) return adapter
  throw new GateError(
    'input-format-unknown',
    `${file} is none of the formats known by content; name one with --format (${names()})`,
  )
}

function names(): string {
  return adapters.map(({ name }) => name).join(', ')
}

const FIELDS = ['ts', 'id', 'account', 'key', 'model', 'prompt', 'status'] as const

/** An exchange log whose first lines are wrong is better read and its lines refused than called unknown. */
function isNearly(first: unknown): boolean {
  return isRecord(first) && FIELDS.filter((field) => field in first).length >= 3
}

const LINES_TRIED_MAX = 50

/** Decodes the start of a source and finds the first JSON in it. */
export function sampleOf(head: Uint8Array): Sample {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8')
  for (const line of text.split('\n', LINES_TRIED_MAX)) {
    const first = parsed(line)
    if (isRecord(first)) return { text, first, isLined: true }
  }
  return { text, first: firstRecord(head), isLined: false }
}

/** However it is laid out; of a document larger than the sample, as much as makes a record. */
function firstRecord(head: Uint8Array): unknown {
  if (!/^\s*[[{]/.test(Buffer.from(head.subarray(0, 1024)).toString('latin1'))) return undefined
  const containers = adapters.flatMap((adapter) => adapter.containers ?? [])
  const sizes = { blockBytes: 1, lineBytesMax: head.length + 1 }
  const framer = new DocumentFramer('', { bytes: 0, lines: 0 }, containers, sizes)
  for (const piece of framer.push(head))
    if (piece.kind === 'block') return parsed(Buffer.from(piece.bytes).toString('utf8'))
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
