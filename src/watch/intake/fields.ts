// What the adapters share: reading loosely typed fields of other people's logs.
import { failure, type Result, success } from '../../kernel/result.ts'
import { type ExchangeRecord, isRecord } from './exchange-log.ts'
import type { Refusal } from './rejection.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The first of the values that is a text with something in it. */
export function text(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  }
  return undefined
}

/** The first of the values that is a number, or a text that spells one (CSV, OTLP's 64-bit integers). */
export function number(...values: readonly unknown[]): number | undefined {
  for (const value of values) {
    if (typeof value === 'number' && Number.isFinite(value)) return value
    if (typeof value === 'string' && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value.trim())) return Number(value)
  }
  return undefined
}

/** An object or array, whether nested or written as JSON into a text column. Anything else as it is. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

export function fieldsOf(value: unknown): Fields {
  const inner = unpacked(value)
  return isRecord(inner) ? inner : {}
}

/**
 * Unix ms from what logs write: ISO 8601, `YYYY-MM-DD hh:mm:ss[.ffffff]` (UTC where no zone is given), or a
 * number of seconds, ms, µs or ns. The magnitude tells which: they do not overlap between 2000 and 2100.
 */
export function unixMs(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const written = value.trim()
    if (/^\d+(\.\d+)?$/.test(written)) return unixMs(Number(written))
    const parts =
      /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)([.,]\d+)? ?(Z|UTC|[-+]\d\d(?::?\d\d)?)?$/i.exec(written)
    if (!parts) return undefined
    const [, day, clock, fraction = '', zone = 'Z'] = parts
    const offset = /^[-+]/.test(zone)
      ? zone.replace(/^(...)(\d\d)$/, '$1:$2').replace(/^(...)$/, '$1:00')
      : 'Z'
    const ms = Date.parse(`${day}T${clock}${fraction.replace(',', '.').slice(0, 4)}${offset}`)
    return Number.isNaN(ms) ? undefined : ms
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return undefined
  if (value < 1e11) return Math.round(value * 1e3)
  if (value < 1e14) return Math.round(value)
  return Math.round(value < 1e17 ? value / 1e3 : value / 1e6)
}

/**
 * A C1 record from whatever an adapter found: what is undefined or null falls away, `set` fills what is missing,
 * and three fields that most logs leave out get their obvious value (a key of its own for each account, an
 * unnamed model, a call that went well).
 */
export function exchangeRecord(
  found: Fields,
  set: ReadonlyMap<string, string>,
): Result<ExchangeRecord, Refusal> {
  const record: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(found))
    if (value !== undefined && value !== null) record[field] = value
  for (const [field, value] of set) record[field] ??= coerced(field, value)
  record.account ??= record.key
  record.key ??= record.account
  record.model ??= 'unknown'
  record.status ??= 200
  if (record.ts === undefined) return failure({ reason: 'field-missing', field: 'ts' })
  return success(record)
}

const NUMERIC: ReadonlySet<string> = new Set([
  'asn',
  'input_tokens',
  'output_tokens',
  'max_tokens',
  'temperature',
  'n',
  'status',
])

/** A C1 field from its spelling in a text column. What cannot be read is left for the checks to name. */
export function coerced(field: string, value: string): unknown {
  if (field === 'ts' || field === 'created') return unixMs(value) ?? value
  if (field === 'asn') return number(value.replace(/^AS/i, '')) ?? value
  if (field === 'messages') return unpacked(value)
  return NUMERIC.has(field) ? (number(value) ?? value) : value
}
