import { basename } from 'node:path'
import { parse } from 'csv-parse/sync'
import { GateError } from '../../kernel/gate-error.ts'
import type { Result } from '../../kernel/result.ts'
import type { Adapter, AdapterContext } from './adapter.ts'
import type { Block } from './block.ts'
import type { ExchangeRecord } from './exchange-log.ts'
import { coerced, exchangeRecord, type Fields } from './fields.ts'
import { isObservation, readObservation } from './langfuse.ts'
import { isSpendLog, readSpendLog } from './litellm.ts'
import { type Reading, reading } from './records.ts'
import type { Refusal } from './rejection.ts'

/**
 * Tables with a header: CSV as RFC 4180 has it, or with semicolons, tabs or bars. `--map account=user_id,…` names
 * the column of each field; without a map, columns named as in C1 are taken, and the tables of LiteLLM and
 * Langfuse are recognised by theirs.
 */
export const csv: Adapter = {
  name: 'csv',
  summary: 'CSV with a header; --map says which column is which field',
  framing: 'csv',
  detect: ({ text, first }) => first === undefined && headerOf(text).columns.length > 1,
  open: (context) => {
    const { columns, delimiter } = headerOf(context.sample.text)
    const read = rowReader(columns, context)
    return (block) => rowsOf(block, { columns, delimiter, read })
  },
}

type Header = { readonly columns: readonly string[]; readonly delimiter: string }
type RowReader = (row: readonly string[], id: string) => Result<ExchangeRecord, Refusal>

const DELIMITERS = [',', ';', '\t', '|'] as const
const COLUMNS_MAX = 2000

/** The delimiter is the one that cuts the first line into most pieces. */
function headerOf(sample: string): Header {
  const end = sample.search(/\r?\n|$/)
  const line = sample.slice(0, end)
  let best: Header = { columns: [], delimiter: ',' }
  for (const delimiter of DELIMITERS) {
    const columns = parsedLine(line, delimiter)
    if (columns.length > best.columns.length && columns.length <= COLUMNS_MAX) best = { columns, delimiter }
  }
  return best
}

function parsedLine(line: string, delimiter: string): readonly string[] {
  try {
    const rows: string[][] = parse(line, { delimiter, to: 1, relax_quotes: true })
    return (rows[0] ?? []).map((column) => column.trim())
  } catch {
    return []
  }
}

function rowReader(columns: readonly string[], { map, set }: AdapterContext): RowReader {
  const known: Fields = Object.fromEntries(columns.map((column) => [column, '']))
  if (map.size === 0 && isSpendLog(known)) return (row) => readSpendLog(rowObject(columns, row), set)
  if (map.size === 0 && isObservation({ ...known, type: 'GENERATION' }) && 'type' in known)
    return (row) => readObservation(rowObject(columns, row), set)
  const pairs = map.size > 0 ? [...map] : columns.map((column) => [column, column] as const)
  const missing = pairs.filter(([, column]) => !columns.includes(column)).map(([, column]) => column)
  if (missing.length > 0)
    throw new GateError('usage', `no column ${missing.join(', ')} among: ${columns.join(', ')}`)
  if (!pairs.some(([field]) => field === 'ts') && !set.has('ts'))
    throw new GateError('usage', `--map must say which column is ts; the columns are: ${columns.join(', ')}`)
  const places = pairs.map(([field, column]) => [field, columns.indexOf(column)] as const)
  return (row, id) => {
    const record: Record<string, unknown> = {}
    for (const [field, place] of places) {
      const value = row[place]
      if (value !== undefined && value !== '') record[field] = coerced(field, value)
    }
    record.id ??= id
    return exchangeRecord(record, set)
  }
}

function rowObject(columns: readonly string[], row: readonly string[]): Fields {
  return Object.fromEntries(columns.map((column, at) => [column, row[at] === '' ? undefined : row[at]]))
}

type Row = { readonly record: readonly string[]; readonly info: { readonly lines: number } }

function* rowsOf(
  block: Block,
  { columns, delimiter, read }: Header & { read: RowReader },
): Generator<Reading> {
  const { file, firstLine } = block
  const skipped: number[] = []
  // Quotes that are wrong are skipped by the parser and reported here; the other rows are kept.
  const rows = parse(Buffer.from(block.bytes), {
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => void skipped.push(Number(error?.lines ?? 1)),
  }) as unknown as readonly Row[]
  for (const line of skipped)
    yield { kind: 'rejection', rejection: { file, line: firstLine + line - 1, reason: 'csv-malformed' } }
  let isHeader = firstLine === 1
  let line = firstLine
  for (const { record, info } of rows) {
    const start = line
    line = firstLine + info.lines
    if (isHeader) {
      isHeader = false
      continue
    }
    if (record.length !== columns.length) {
      yield { kind: 'rejection', rejection: { file, line: start, reason: 'csv-malformed', field: 'columns' } }
      continue
    }
    yield reading(read(record, `${basename(file)}:${start}`), file, start)
  }
}
