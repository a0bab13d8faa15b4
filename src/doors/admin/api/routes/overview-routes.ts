import * as v from 'valibot'
import { nextSteps } from '../next-steps.ts'
import type { ApiParts } from '../parts.ts'
import { ApiProblem, notFound } from '../problems.ts'
import { whole } from '../queries.ts'
import { type Route, route, Sent } from '../route.ts'
import { job } from '../shapes/common.ts'
import { type Overview, overview } from '../shapes/overview.ts'

const HOURS_MAX = 24 * 90

export function overviewRoutes(parts: ApiParts): readonly Route[] {
  const { reader, hub, jobs, road, now } = parts
  return [
    route({
      ...{ method: 'GET', path: '/api/overview', role: 'viewer', tag: 'overview' },
      summary: 'What is happening now, on both sides of the gate',
      query: v.strictObject({ hours: v.optional(v.pipe(whole, v.minValue(1), v.maxValue(HOURS_MAX)), '24') }),
      answer: overview,
      handle: async ({ query: { hours } }): Promise<Overview> => {
        const { entries, lastCheckpoint, findings, measures, ...seen } = await reader.ask('overview', hours)
        const { proposals, ...counts } = measures
        const watch = parts.watch()
        return {
          ...seen,
          mode: parts.config().mode,
          measures: counts,
          waiting: { approvals: road.approvals.list({ state: 'open' }).length, proposals },
          ledger: {
            health: parts.ledgerHealth(),
            entries,
            behind: reader.taken.isBehind ? 1 : 0,
            ...(lastCheckpoint === undefined ? {} : { lastCheckpoint }),
          },
          upstreams: parts.upstreams(),
          watch: {
            ...watch,
            exchanges: findings?.exchanges ?? 0,
            accounts: findings?.accounts ?? 0,
            ...(findings === undefined ? {} : { findingsAt: findings.savedAt, source: findings.source }),
          },
          nextSteps: nextSteps(parts.config(), {
            hasActs: entries > 0,
            hasAgents: seen.agent.acts > 0 || road.sessions.list(1).length > 0,
            hasFindings: findings !== undefined,
            hasUsers: parts.users.count() > 0,
          }),
        }
      },
    }),
    route({
      ...{ method: 'GET', path: '/api/events', role: 'viewer', tag: 'overview' },
      summary:
        'Server-sent events: what changes, as it does; a ping every 15 seconds; Last-Event-ID goes on where it stopped',
      answerType: 'text/event-stream',
      handle: async ({ request, response }) => {
        const last = request.headers['last-event-id']
        const hello = { kind: 'hello', now: now(), seq: reader.taken.seq } as const
        if (!hub.open(response, typeof last === 'string' ? last : undefined, hello))
          throw new ApiProblem('too-many-tries', 'Too many consoles are open.', { retryAfterSeconds: 30 })
        return Sent.streaming
      },
    }),
    route({
      ...{ method: 'GET', path: '/api/jobs/:id', role: 'viewer', tag: 'overview' },
      summary: 'How a job stands, and its result',
      answer: job,
      handle: async ({ params }) => {
        const found = jobs.find(params.id ?? '')
        if (found === undefined) throw notFound('such job')
        return found
      },
    }),
  ]
}
