import { once } from 'node:events'
import { join } from 'node:path'
import * as v from 'valibot'
import { ledgerEntries } from '../../../../gate/export-exchanges.ts'
import { verifyInThread } from '../../jobs/verify.ts'
import { type ApiParts, startJob } from '../parts.ts'
import { notFound } from '../problems.ts'
import { moment, text } from '../queries.ts'
import { list, type Route, route, Sent } from '../route.ts'
import { job } from '../shapes/common.ts'
import {
  type LedgerStatus,
  ledgerCheckpoint,
  ledgerEntry,
  ledgerEntryDetail,
  ledgerStatus,
} from '../shapes/ledger.ts'

const empty = v.optional(v.strictObject({}), {})
/** Lines between two turns of the event loop: an export must not hold up the gate. */
const LINES_A_TURN = 200

export function ledgerRoutes(parts: ApiParts): readonly Route[] {
  const { reader } = parts
  return [
    route({
      ...{ method: 'GET', path: '/api/ledger', role: 'viewer', tag: 'ledger' },
      summary: 'The ledger: how large, how far it is indexed, and the key its checkpoints are signed with',
      answer: ledgerStatus,
      handle: async (): Promise<LedgerStatus> => {
        const { lastCheckpoint: _, ...status } = await reader.ask('ledger')
        return { ...status, health: parts.ledgerHealth(), indexed: reader.taken.isBehind ? 0.99 : 1 }
      },
    }),
    route({
      ...{ method: 'GET', path: '/api/ledger/checkpoint', role: 'viewer', tag: 'ledger' },
      summary: 'The latest signed checkpoint, to keep elsewhere and hold the ledger against later',
      answer: ledgerCheckpoint,
      handle: async () => {
        const found = await reader.ask('checkpoint')
        if (found === undefined) throw notFound('checkpoint yet; the gate signs one every few seconds')
        return found
      },
    }),
    list({
      ...{ path: '/api/ledger/entries', role: 'viewer', tag: 'ledger' },
      summary: 'Entries, newest first: acts, and what people and the gate did',
      filters: { kind: text, author: text, q: text, from: moment, to: moment },
      item: ledgerEntry,
      handle: ({ query }) => reader.ask('entries', query),
    }),
    route({
      ...{ method: 'GET', path: '/api/ledger/entries/:seq', role: 'viewer', tag: 'ledger' },
      summary: 'One entry as it stands, with what proves it',
      answer: ledgerEntryDetail,
      handle: async ({ params }) => {
        const seq = Number(params.seq)
        const found = Number.isSafeInteger(seq) ? await reader.ask('entry', seq) : undefined
        if (found === undefined) throw notFound('such entry')
        return found
      },
    }),
    ...verifyingRoutes(parts),
  ]
}

function verifyingRoutes(parts: ApiParts): readonly Route[] {
  const directory = join(parts.config().store, 'ledger')
  return [
    route({
      ...{ method: 'POST', path: '/api/ledger/verify', role: 'viewer', tag: 'ledger' },
      summary:
        'Read all of it and check every hash, link and signature; a job whose result is LedgerVerification',
      body: empty,
      answer: job,
      handle: async ({ who }) => startJob(parts, who, 'ledger-verify', () => verifyInThread(directory)),
    }),
    route({
      ...{ method: 'GET', path: '/api/ledger/export', role: 'analyst', tag: 'ledger' },
      summary: 'All entries as they were written, as JSON lines',
      answerType: 'application/x-ndjson',
      handle: async ({ who, response }) => {
        await parts.audit(who, 'ledger.export', '', 'the whole ledger as JSON lines')
        response.writeHead(200, {
          'content-type': 'application/x-ndjson',
          'content-disposition': 'attachment; filename="ledger.jsonl"',
        })
        let lines: string[] = []
        for (const line of ledgerEntries(directory)) {
          lines.push(`${JSON.stringify(line)}\n`)
          if (lines.length < LINES_A_TURN) continue
          if (!response.write(lines.join('')))
            await Promise.race([once(response, 'drain'), once(response, 'close')])
          else await new Promise(setImmediate)
          if (response.destroyed) return Sent.streaming
          lines = []
        }
        response.end(lines.join(''))
        return Sent.streaming
      },
    }),
  ]
}
