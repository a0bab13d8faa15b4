import { join } from 'node:path'
import { Recorder } from '../gate/record/recorder.ts'
import { Ledger } from '../store/embedded/ledger/ledger.ts'
import type { Verified } from './verify.ts'

const MIB = 1_048_576
const WAIT_MS = 5_000

/**
 * Writes the verdicts into a store's ledger. The store must not be in use: a gate that is up holds its ledger alone.
 * Segments and retention are not this command's business, so nothing is ever retired here.
 */
export async function recordVerdicts(
  store: string,
  verified: readonly Verified[],
  ts: number,
): Promise<void> {
  await using ledger = await Ledger.open({
    directory: join(store, 'ledger'),
    ringBytes: 4 * MIB,
    segmentBytes: 64 * MIB,
    retainMs: 0,
    retainBytes: 0,
    checkpointMs: WAIT_MS,
    syncMs: 100,
  })
  const recorder = new Recorder(ledger, { wait: 'durable', full: 'closed', fullWaitMs: WAIT_MS })
  for (const { source, report } of verified) {
    if (report === undefined) continue
    await recorder.noted({
      kind: 'verdict',
      ts,
      policy: source.policy.name,
      model: report.model,
      verdicts: report.verdicts.map(({ property, verdict, vacuous }) => ({ property, verdict, vacuous })),
    })
  }
}
