import type { JSX } from 'preact'
import type { LedgerProof } from '../../../doors/admin/api/shapes/acts.ts'
import { count, momentExact, some } from '../figures.ts'
import { Pair } from './small.tsx'

/** How one entry hangs in the ledger's chain, from its own hash to the next signed checkpoint. */
export function Proof({ of: proof }: { of: LedgerProof | undefined }): JSX.Element {
  if (proof === undefined)
    return <p class="quiet">The entry has not reached a block yet. Look again in a moment.</p>
  const { checkpoint } = proof
  return (
    <div>
      <p class={proof.holds ? 'good' : 'bad'}>
        <strong>
          {proof.holds ? '✓ The entry is in the ledger as it was written.' : '✗ The chain does not hold.'}
        </strong>{' '}
        <span class="quiet">Checked just now.</span>
      </p>
      <dl class="pairs proof">
        <Pair name="Entry">
          <span class="number">№ {count(proof.seq)}</span>, SHA-256 <code>{proof.entryHash}</code>
        </Pair>
        <Pair name="Block">
          <code>{proof.blockHash}</code>{' '}
          <span class="quiet">
            {some(proof.blockRecords, 'record')} from № {count(proof.blockFirstSeq)}, segment {proof.segment}{' '}
            at {count(proof.blockOffset)}
          </span>
        </Pair>
        <Pair name="Follows">
          <code>{proof.previousHash}</code>
        </Pair>
        <Pair name="Signed">
          {checkpoint === undefined ? (
            <span class="quiet">not yet; the next checkpoint covers it</span>
          ) : (
            <>
              <span class={checkpoint.holds ? 'good' : 'bad'}>{checkpoint.holds ? '✓' : '✗'}</span> checkpoint
              № {count(checkpoint.seq)} of {momentExact(checkpoint.ts)}, key <code>{checkpoint.key}</code>
              {proof.blocksToCheckpoint !== undefined && (
                <span class="quiet">, {some(proof.blocksToCheckpoint, 'block')} on</span>
              )}
            </>
          )}
        </Pair>
      </dl>
    </div>
  )
}
