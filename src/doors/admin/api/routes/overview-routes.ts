import * as v from 'valibot'
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
          upstreams: parts.upstreams().map(({ name, isUp }) => ({ name, state: isUp ? 'up' : 'down' })),
          watch: {
            ...watch,
            exchanges: findings?.exchanges ?? 0,
            accounts: findings?.accounts ?? 0,
            ...(findings === undefined ? {} : { findingsAt: findings.savedAt, source: findings.source }),
          },
          nextSteps: nextSteps(parts, { hasActs: entries > 0, hasFindings: findings !== undefined }),
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

/** What an empty deployment lacks, most useful first. */
function nextSteps(
  parts: ApiParts,
  has: { readonly hasActs: boolean; readonly hasFindings: boolean },
): Overview['nextSteps'] {
  const { listen, mode } = parts.config()
  const address = `http://${listen.host}:${listen.port}`
  const steps: Overview['nextSteps'] = []
  if (!has.hasActs)
    steps.push({
      title: 'Send the first exchange through the gate',
      text: `Point a program at ${address}/v1 with a key of the gate. Make one under Settings, or with this command.`,
      command: 'portcullis keys create --account my-app',
    })
  if (!has.hasFindings)
    steps.push({
      title: 'Look for campaigns in logs you have',
      text: 'The watch finds campaigns in what passes, and in logs of the past: of LiteLLM, Langfuse, OpenTelemetry, CSV or JSON.',
      command: 'portcullis hunt logs/*.jsonl.gz',
    })
  if (parts.road.sessions.list(1).length === 0)
    steps.push({
      title: 'Put an agent behind the gate',
      text: 'Coding agents ask the gate through a hook before they act.',
      command: 'portcullis judge',
    })
  if (mode === 'observe' && has.hasActs)
    steps.push({
      title: 'Enforce',
      text: 'The gate only observes. When what it would do is right, write mode: enforce into portcullis.yaml.',
    })
  if (parts.users.count() === 0)
    steps.push({
      title: 'Give people names',
      text: 'Every change is recorded with a name. Add users under Settings; the first of them should be an owner.',
    })
  return steps
}
