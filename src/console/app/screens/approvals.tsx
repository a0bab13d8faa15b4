import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Approval } from '../../../doors/admin/api/shapes/agents.ts'
import { post } from '../api/client.ts'
import { duration } from '../figures.ts'
import { openDialog, ReasonDialog } from '../parts/dialog.tsx'
import { Findings } from '../parts/findings.tsx'
import { say } from '../parts/notices.tsx'
import { useNow } from '../parts/now.ts'
import { Pair, Tag, Time } from '../parts/small.tsx'
import { IdLink, Untrusted, UntrustedBlock } from '../parts/untrusted.tsx'
import { may } from '../session.ts'

/** The exact call that waits, and nothing else: what is approved is what is shown, once. */
export function ApprovalCard({ approval }: { approval: Approval }): JSX.Element {
  const { session, agent, person, tool, call, rule, reason, state, expires, answeredBy, answerReason } =
    approval
  const now = useNow()
  const isWaiting = state === 'waiting' && expires > now
  return (
    <article class="approval panel" aria-label={`Approval ${approval.id}`}>
      <header>
        <Tag in="states" of={state === 'waiting' && !isWaiting ? 'expired' : state} />
        <span>
          <b>
            <Untrusted text={agent} max={60} />
          </b>{' '}
          wants to use{' '}
          <b>
            <Untrusted text={tool} max={80} />
          </b>
          {person && (
            <span class="quiet">
              {' '}
              for <Untrusted text={person} max={60} />
            </span>
          )}
        </span>
        <span class="quiet small">
          asked <Time ts={approval.asked} now={now} />
          {isWaiting && `, lapses in ${duration(expires - now)}`}
        </span>
      </header>
      <UntrustedBlock text={call} label="The exact call" />
      <dl class="pairs">
        <Pair name="Why it is asked">
          <Untrusted text={reason} max={400} /> <code>{rule}</code>
        </Pair>
        <Pair name="Session">
          <IdLink at="agents" id={session} max={80} />
        </Pair>
        {answeredBy && (
          <Pair name="Answered by">
            {answeredBy}: <Untrusted text={answerReason ?? ''} />
          </Pair>
        )}
      </dl>
      {approval.findings.length > 0 && <Findings of={approval.findings} />}
      {isWaiting && may('operator') && (
        <footer class="actions">
          <button type="button" class="button main-action" onClick={() => openAnswer(approval, 'approve')}>
            Approve once…
          </button>
          <button type="button" class="button danger" onClick={() => openAnswer(approval, 'refuse')}>
            Refuse…
          </button>
        </footer>
      )}
    </article>
  )
}

function openAnswer(approval: Approval, answer: 'approve' | 'refuse'): void {
  openDialog(() => <AnswerDialog approval={approval} answer={answer} />)
}

function AnswerDialog({
  approval,
  answer,
}: {
  approval: Approval
  answer: 'approve' | 'refuse'
}): JSX.Element {
  const isRead = useSignal(answer === 'refuse')
  return (
    <ReasonDialog
      title={answer === 'approve' ? 'Approve this call, once' : 'Refuse this call'}
      verb={answer === 'approve' ? 'Approve once' : 'Refuse'}
      isDanger={answer === 'refuse'}
      isBroad
      isReady={isRead.value}
      onDo={async (reason) => {
        await post(`approvals/${encodeURIComponent(approval.id)}`, {
          answer,
          digest: approval.digest,
          reason,
        })
        say(answer === 'approve' ? 'Approved: this one call may pass, once.' : 'Refused.')
      }}
    >
      <UntrustedBlock text={approval.call} label="The exact call" />
      <p class="small quiet">
        Bound to digest <code>{approval.digest}</code> and policy <code>{approval.policy}</code>. A call that
        differs by one character is asked about again.
      </p>
      {answer === 'approve' && (
        <label class="check">
          <input type="checkbox" onChange={(event) => (isRead.value = event.currentTarget.checked)} /> I have
          read the call above.
        </label>
      )}
    </ReasonDialog>
  )
}
