import * as v from 'valibot'
import { parseActId } from '../../../../gate/act.ts'
import type { TicketRecord } from '../../../../gate/enforce/approvals.ts'
import { severities } from '../../../../gate/finding.ts'
import { compact } from '../../read/acts.ts'
import { sessionId } from '../../read/index-writer.ts'
import { PAGE_DEFAULT } from '../../read/pages.ts'
import { type ApiParts, settle } from '../parts.ts'
import { ApiProblem, notFound } from '../problems.ts'
import { text, whole } from '../queries.ts'
import { list, type Route, route } from '../route.ts'
import {
  type Approval,
  agentSession,
  answerApproval,
  approval,
  type SessionDetail,
  type SessionStep,
  sessionDetail,
} from '../shapes/agents.ts'
import { type Done, done } from '../shapes/common.ts'

const STEPS_MAX = 500

export function agentRoutes(parts: ApiParts): readonly Route[] {
  return [...sessionRoutes(parts), ...approvalRoutes(parts)]
}

function sessionRoutes(parts: ApiParts): readonly Route[] {
  const { reader, road } = parts
  const waitingBySession = (): ReadonlyMap<string, number> => {
    const waiting = new Map<string, number>()
    for (const ticket of road.approvals.list({ state: 'open' })) {
      const sid = sidOf(ticket)
      waiting.set(sid, (waiting.get(sid) ?? 0) + 1)
    }
    return waiting
  }
  return [
    list({
      ...{ path: '/api/sessions', role: 'viewer', scope: 'tenant', tag: 'agents' },
      summary: 'Sessions of agents, the latest first; waiting=true: only those that wait for a person',
      filters: { q: text, waiting: v.optional(v.picklist(['true', 'false'])) },
      item: agentSession,
      handle: async ({ query: { waiting: only, ...query }, tenant }) => {
        const waiting = waitingBySession()
        const among = only === 'true' ? [...waiting.keys()] : undefined
        const { items, ...rest } = await reader.ask('sessions', { ...query, tenant, among })
        return { ...rest, items: items.map((each) => ({ ...each, waiting: waiting.get(each.session) ?? 0 })) }
      },
    }),
    ...sessionDetailRoutes(parts),
  ]
}

function sessionDetailRoutes({ reader, road }: ApiParts): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path: '/api/sessions/:session', role: 'viewer', scope: 'tenant', tag: 'agents' },
      summary: 'One session as a sequence of steps; cursor asks for earlier ones',
      query: v.strictObject({
        limit: v.optional(v.pipe(whole, v.minValue(1), v.maxValue(STEPS_MAX)), String(STEPS_MAX)),
        cursor: text,
      }),
      answer: sessionDetail,
      handle: async ({ params, query, tenant }): Promise<SessionDetail> => {
        const sid = params.session ?? ''
        const found = await reader.ask('session', sid, tenant, { limit: query.limit, cursor: query.cursor })
        if (found === undefined) throw notFound('such session')
        const { session, total } = found
        const { own, ...summary } = session
        const live = new Map(
          road.sessions
            .list()
            .filter((each) => each.session === own && each.caller.agent === session.agent)
            .flatMap(({ key }) => road.sessions.find(key)?.acts ?? [])
            .map((seen) => [String(seen.id), seen.findings] as const),
        )
        const approvals = road.approvals.list().filter((ticket) => sidOf(ticket) === sid)
        const steps = found.steps
          .map((step): SessionStep => {
            const findings = live.get(step.act.id)?.map(findingOf) ?? step.findings
            const ticket = approvals.find(({ id }) => id === step.ticket)
            return compact({
              ...step.act,
              ...endsOf(step.act.kind, step.act.account, step.act.name),
              text: ticket?.call === '' ? undefined : ticket?.call,
              findings,
              labels: labelsOf(findings),
              approval: step.ticket,
            })
          })
          .reverse()
        const waiting = approvals.filter(({ state }) => state === 'open').length
        return {
          ...summary,
          waiting,
          lanes: [...new Set(steps.flatMap(({ from, to }) => [from, to]))],
          steps,
          stepsTotal: total,
          approvals: approvals.map(approvalOf),
        }
      },
    }),
  ]
}

function approvalRoutes(parts: ApiParts): readonly Route[] {
  const { road } = parts
  return [
    list({
      ...{ path: '/api/approvals', role: 'viewer', scope: 'tenant', tag: 'agents' },
      summary: 'Calls that wait for a person, or were answered',
      filters: { state: v.optional(v.picklist(['waiting', 'answered'])) },
      item: approval,
      handle: async ({ query: { state, limit, cursor }, tenant }) => {
        const all = road.approvals
          .list()
          .filter((ticket) => tenant === undefined || ticket.tenant === tenant)
          .filter((ticket) => state === undefined || (ticket.state === 'open') === (state === 'waiting'))
        const from = Number(cursor ?? 0)
        const end = from + (limit ?? PAGE_DEFAULT)
        return {
          items: all.slice(from, end).map(approvalOf),
          total: all.length,
          totalIsExact: true,
          ...(end < all.length ? { next: String(end) } : {}),
        }
      },
    }),
    route({
      ...{ method: 'GET', path: '/api/approvals/:id', role: 'viewer', scope: 'tenant', tag: 'agents' },
      summary: 'One approval with the exact call',
      answer: approval,
      handle: async ({ params, tenant }) => approvalOf(needed(parts, params.id, tenant)),
    }),
    route({
      ...{ method: 'POST', path: '/api/approvals/:id', role: 'operator', scope: 'tenant', tag: 'agents' },
      summary: 'Approve or refuse exactly this call, once; digest repeats what was shown',
      body: answerApproval,
      answer: done,
      handle: async ({ who, params, tenant, body: { answer, digest, reason } }): Promise<Done> => {
        const ticket = needed(parts, params.id, tenant)
        if (ticket.digest !== digest)
          throw new ApiProblem('state-conflict', 'The digest is not that of this call: look at it again.')
        if (ticket.state !== 'open')
          throw new ApiProblem('state-conflict', `It is ${ticket.state}; nobody can answer it any more.`)
        await parts.audit(
          who,
          `approval.${answer}`,
          ticket.id,
          `${ticket.tool} of ${ticket.agent}: ${reason}`,
        )
        const by = { author: who.name, reason }
        const answered = await (answer === 'approve'
          ? road.approve(ticket.id, by)
          : road.refuse(ticket.id, by))
        if (!answered.ok) throw new ApiProblem('state-conflict', `The ticket is gone (${answered.error}).`)
        await settle(parts)
        return { id: ticket.id }
      },
    }),
  ]
}

function needed({ road }: ApiParts, id: string | undefined, tenant: string | undefined): TicketRecord {
  const ticket = road.approvals.find(id ?? '')
  if (ticket === undefined || (tenant !== undefined && ticket.tenant !== tenant))
    throw notFound('such approval')
  return ticket
}

function sidOf({ tenant, agent, session }: TicketRecord): string {
  return sessionId(tenant, agent, session)
}

function approvalOf(ticket: TicketRecord): Approval {
  const { id, tenant, agent, person, tool, call, digest, policy, rule, reason, expires, created } = ticket
  const act = parseActId(ticket.decision)
  return compact({
    ...{
      id,
      tenant,
      agent,
      person,
      tool: tool === '' ? ticket.act : tool,
      call,
      digest,
      policy,
      rule,
      reason,
      expires,
    },
    act: act.ok ? act.value : '',
    session: sidOf(ticket),
    state: ticket.state === 'open' ? ('waiting' as const) : ticket.state,
    asked: created,
    findings: ticket.findings.map(findingOf),
    answeredBy: ticket.author,
    answeredAt: ticket.answered,
    answerReason: ticket.note,
  })
}

function findingOf(finding: {
  readonly detector: string
  readonly fact: string
  readonly severity: string
  readonly summary: string
}): SessionStep['findings'][number] {
  const severity = severities.find((name) => name === finding.severity) ?? 'info'
  return { detector: finding.detector, fact: finding.fact, severity, summary: finding.summary }
}

/** From whom to whom a step of the diagram goes. */
function endsOf(kind: string, agent: string, name: string): { readonly from: string; readonly to: string } {
  if (kind === 'result') return { from: name, to: agent }
  if (kind === 'command') return { from: agent, to: 'shell' }
  if (kind === 'write') return { from: agent, to: 'files' }
  return { from: agent, to: name }
}

/** What the detectors say flows here: `untrusted`, `secret` and the like, from the facts' own names. */
function labelsOf(findings: SessionStep['findings']): string[] {
  return [...new Set(findings.map(({ fact }) => fact.split('.')[1] ?? fact))]
}
