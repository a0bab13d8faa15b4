import type { IncomingMessage, ServerResponse } from 'node:http'
import * as v from 'valibot'
import { GateError } from '../../../kernel/gate-error.ts'
import { BodyRoom, readBody } from '../../read-body.ts'
import type { Doorkeeper, Who, WhoFailure } from '../people/who.ts'
import { exportList } from './export.ts'
import { ApiProblem, notFound } from './problems.ts'
import { type Call, type Route, Sent } from './route.ts'
import { roles } from './shapes/common.ts'

/** The largest body is a split of a campaign that names 100,000 accounts. */
const BODY_BYTES_MAX = 8 * 1024 * 1024
const BODIES_BYTES_MAX = 64 * 1024 * 1024
const PREFIX = '/api/'

/** On every answer: it is data for our own page, never a page. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

const refusals: Readonly<Record<WhoFailure, string>> = {
  'sign-in-needed': 'Sign in, or send the console token as a bearer token.',
  'other-host': 'Without a sign-in the console answers this machine only, by its own address.',
  'cross-site': 'The request comes from another site, or lacks the x-portcullis-csrf header.',
}

type Matched = { readonly route: Route; readonly params: Readonly<Record<string, string>> }

/** Finds the route of a request, lets the asker in or not, reads what was sent, and answers. */
export class Router {
  readonly #routes: readonly (Route & { readonly parts: readonly string[] })[]
  readonly #doorkeeper: Doorkeeper
  readonly #failed: (error: unknown) => void
  readonly #room = new BodyRoom(BODIES_BYTES_MAX)

  constructor(routes: readonly Route[], doorkeeper: Doorkeeper, failed: (error: unknown) => void) {
    this.#routes = routes.map((route) => ({ ...route, parts: route.path.split('/') }))
    this.#doorkeeper = doorkeeper
    this.#failed = failed
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith(PREFIX)) return false
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    this.#answer(request, response, path).catch((error: unknown) => this.#refuse(response, error))
    return true
  }

  async #answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { route, params } = this.#find(request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'), path)
    const who = this.#letIn(route, request)
    const address = request.socket.remoteAddress ?? ''
    const call: Call = {
      ...{ who, params, request, response, address },
      tenant: who.tenant ?? undefined,
      query: queryOf(route, request.url ?? ''),
      body: await this.#bodyOf(route, request),
    }
    if (route.isList && wantsFile(call.query)) return await exportList(route, call)
    send(response, await route.handle(call))
  }

  #find(method: string, path: string): Matched {
    const given = path.split('/')
    let otherMethod = false
    for (const route of this.#routes) {
      const params = matched(route.parts, given)
      if (params === undefined) continue
      if (route.method === method) return { route, params }
      otherMethod = true
    }
    if (otherMethod) throw new ApiProblem('method-not-allowed', `${path} does not take ${method}.`)
    throw notFound('such address; /api/openapi.json lists all')
  }

  #letIn({ role, scope }: Route, request: IncomingMessage): Who {
    const who = this.#doorkeeper.who(request)
    if (role === 'anyone') return who.ok ? who.value : nobody
    if (!who.ok) throw new ApiProblem(who.error, refusals[who.error])
    if (roles.indexOf(who.value.role) < roles.indexOf(role))
      throw new ApiProblem('role-too-low', `This needs the role ${role}; you are ${who.value.role}.`)
    if (scope === 'deployment' && who.value.tenant !== null)
      throw new ApiProblem(
        'all-tenants-only',
        `You see tenant ${who.value.tenant} only; this shows all of them.`,
      )
    return who.value
  }

  async #bodyOf({ body: schema }: Route, request: IncomingMessage): Promise<unknown> {
    if (schema === undefined) {
      request.resume()
      return undefined
    }
    // A form of another site can send text or fields, but not this type without asking first.
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      throw new ApiProblem('media-type', 'Send the body as application/json.')
    const share = this.#room.share()
    try {
      const body = await readBody(request, BODY_BYTES_MAX, share)
      if (!body.ok) throw new ApiProblem('body-too-large', `The body could not be taken: ${body.error}.`)
      return parsed(schema, jsonOf(body.value), 'body')
    } finally {
      share.give()
    }
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const problem = problemOf(error)
    if (problem.code === 'gate-failed') this.#failed(error)
    if (response.headersSent) {
      response.destroy()
      return
    }
    const { retryAfterSeconds } = problem.more
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
    if (problem.code === 'sign-in-needed') response.setHeader('www-authenticate', 'Bearer realm="portcullis"')
    if (!response.req.complete) response.setHeader('connection', 'close')
    const body = JSON.stringify(problem.body())
    response.writeHead(problem.status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  }
}

const nobody: Who = {
  ...{ name: '', role: 'viewer', tenant: '', via: 'open', csrf: '', expires: undefined, session: undefined },
}

function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (error instanceof GateError && error.code === 'ledger-full')
    return new ApiProblem('ledger-full', 'Nothing was changed, because it could not be recorded.')
  return new ApiProblem('gate-failed', 'The failure is in the log.')
}

function send(response: ServerResponse, value: unknown): void {
  if (value instanceof Sent && value.kind === 'streaming') return
  const bytes = value instanceof Sent ? value.bytes : Buffer.from(JSON.stringify(value ?? {}))
  if (value instanceof Sent && value.isGzip) response.setHeader('content-encoding', 'gzip')
  response.setHeader('vary', 'accept-encoding, cookie')
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.end(response.req.method === 'HEAD' ? undefined : bytes)
}

function matched(
  parts: readonly string[],
  given: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (parts.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of parts.entries()) {
    const found = given[at] ?? ''
    if (!part.startsWith(':')) {
      if (part !== found) return undefined
      continue
    }
    const value = decoded(found)
    if (value === undefined || value === '') return undefined
    params[part.slice(1)] = value
  }
  return params
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function queryOf({ query: schema }: Route, url: string): unknown {
  if (schema === undefined) return {}
  const at = url.indexOf('?')
  const given = Object.fromEntries(new URLSearchParams(at < 0 ? '' : url.slice(at + 1)))
  return parsed(schema, given, 'query')
}

function parsed(schema: v.GenericSchema, value: unknown, where: string): unknown {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const fields = result.issues.slice(0, 20).map((issue) => ({
    field: v.getDotPath(issue) ?? where,
    problem: issue.message,
  }))
  throw new ApiProblem('fields-wrong', `The ${where} does not fit: see fields.`, { fields })
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new ApiProblem('fields-wrong', 'The body is not JSON.')
  }
}

function wantsFile(query: unknown): boolean {
  return typeof query === 'object' && query !== null && 'format' in query && query.format !== undefined
}
