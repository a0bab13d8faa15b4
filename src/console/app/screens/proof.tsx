import type { JSX } from 'preact'
import type { PolicyDetail } from '../../../doors/admin/api/shapes/policies.ts'
import { useJob } from '../api/job.ts'
import { useResource } from '../api/resource.ts'
import { Empty, Loaded, Page } from '../parts/page.tsx'
import { Verdicts } from '../parts/verdicts.tsx'
import { may } from '../session.ts'

type PolicyProof = NonNullable<PolicyDetail['proof']>

export function ProofScreen(): JSX.Element {
  const proof = useResource<PolicyProof>('proof', ['job', 'audit'])
  const job = useJob(proof.reload)
  const isMissing = proof.data === undefined && proof.failure?.status === 404
  return (
    <Page
      title="Proof"
      lead="What is proved about the active policy: the very table that decides, in every state it can come to."
      actions={
        may('analyst') && (
          <button
            type="button"
            class="button main-action"
            disabled={job.isRunning}
            onClick={() => void job.start('proof')}
          >
            {job.isRunning ? 'Proving…' : isMissing ? 'Prove it' : 'Prove it again'}
          </button>
        )
      }
    >
      {job.failure && (
        <div class="banner bad-banner" role="alert">
          {job.failure}
        </div>
      )}
      {isMissing ? (
        <Empty title="Nothing has been proved yet" command="portcullis verify">
          The checker walks through every state the active policy can reach and tells which properties hold
          there: that no approval passes twice, that no secret leaves, that what is revoked stays revoked.
          From the command line:
        </Empty>
      ) : (
        <Loaded from={proof} what="the proof">
          {(data) => <Verdicts proof={data} />}
        </Loaded>
      )}
    </Page>
  )
}
