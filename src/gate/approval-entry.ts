import type { ApprovalEntry } from './agent-entry.ts'
import type { TicketRecord } from './enforce/approvals.ts'

export function approvalEntry(ticket: TicketRecord, ts: number): ApprovalEntry {
  const { id, author = '', note = '', tenant, agent, session, tool, digest, policy, state } = ticket
  return {
    kind: 'approval',
    ts: ticket.answered ?? ts,
    ticket: id,
    answer: state === 'refused' ? 'refused' : 'approved',
    author,
    reason: note,
    tenant,
    agent,
    session,
    tool,
    digest,
    version: policy,
  }
}
