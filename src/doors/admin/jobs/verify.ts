import * as v from 'valibot'
import { moduleUrl } from '../../../kernel/module-url.ts'
import { type LedgerVerification, ledgerVerification } from '../api/shapes/ledger.ts'
import { inThread } from './thread.ts'

const TIMEOUT_MS = 3_600_000

export async function verifyInThread(directory: string): Promise<LedgerVerification> {
  const result = await inThread(moduleUrl('./verify-worker', import.meta.url), { directory }, TIMEOUT_MS)
  return v.parse(ledgerVerification, result)
}
