import { failure, success } from '../../kernel/result.ts'
import type { Adapter } from './adapter.ts'
import { isRecord } from './exchange-log.ts'
import { exchangeRecord } from './fields.ts'
import { type BlockReader, jsonRecordsOf, type RecordReader } from './records.ts'

/** Portcullis' own exchange log, contract C1. */
export const exchangeAdapter: Adapter = {
  name: 'exchange',
  summary: 'Portcullis exchange log, one JSON object a line',
  framing: 'lines',
  detect: ({ first }) =>
    isRecord(first) && typeof first.ts === 'number' && 'account' in first && 'status' in first,
  open: ({ set }) => {
    if (set.size === 0) return exchangesOf
    return (block) =>
      jsonRecordsOf(block, (record) => [
        isRecord(record) ? exchangeRecord(record, set) : failure({ reason: 'not-an-object' }),
      ])
  },
}

/** Every line of a block of the exchange log: an exchange, or why it is none. */
export const exchangesOf: BlockReader = (block) => jsonRecordsOf(block, read)

const read: RecordReader = (record) => [
  isRecord(record) ? success(record) : failure({ reason: 'not-an-object' }),
]
