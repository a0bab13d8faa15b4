// The admin API as the console sees it, over data that was made: for looks, sizes and hostile text. What only the real
// gate can show is tested against the real gate.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { consoleFiles } from '../../../src/console/console-files.ts'
import { buildConsole } from './browser.ts'
import {
  accountDetail,
  accountName,
  act,
  actDetail,
  campaignAccounts,
  campaignDetail,
  campaignGraph,
  campaigns,
  HOSTILE,
  LONG_WORD,
  lookalikes,
  NOW,
} from './made.ts'
import {
  applyMade,
  approvals,
  measures,
  policies,
  policyDetail,
  preview,
  sessionDetail,
  sessions,
  undoMade,
  verdicts,
} from './made-agents.ts'
import {
  emptyOverview,
  keys,
  ledgerEntries,
  ledgerStatus,
  me,
  overview,
  routes,
  settings,
  tenants,
  users,
  verification,
} from './made-rest.ts'

export type FixtureOptions = {
  readonly isEmpty?: boolean
  readonly isSignedOut?: boolean
}

type Answer = unknown

/** As the gate does, and well within the silence that a page takes for a lost connection. */
const PING_MS = 5_000

export class FixtureServer implements AsyncDisposable {
  readonly url: string
  readonly writes: {
    readonly path: string
    readonly body: Record<string, unknown>
    readonly csrf: string | undefined
  }[] = []
  readonly #server: ReturnType<typeof createServer>
  readonly #streams = new Set<ServerResponse>()
  readonly #pings: ReturnType<typeof setInterval>
  #isSignedOut: boolean
  #isAway = false

  private constructor(server: ReturnType<typeof createServer>, options: FixtureOptions) {
    this.#server = server
    this.#isSignedOut = options.isSignedOut ?? false
    const { port } = server.address() as AddressInfo
    this.url = `http://127.0.0.1:${port}`
    this.#pings = setInterval(() => {
      for (const stream of this.#streams) stream.write('event: ping\ndata: {}\n\n')
    }, PING_MS)
    server.on('connection', (socket) => {
      if (this.#isAway) socket.destroy()
    })
    const files = consoleFiles()
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '/', this.url)
      if (url.pathname.startsWith('/api/'))
        void this.#answer(request, response, url, options.isEmpty ?? false)
      else if (!files(request, response, url.pathname)) response.writeHead(404).end('not found')
    })
  }

  static async open(options: FixtureOptions = {}): Promise<FixtureServer> {
    buildConsole()
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FixtureServer(server, options)
  }

  say(event: { readonly kind: string }): void {
    for (const stream of this.#streams)
      stream.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`)
  }

  /** As when the gate stops: connections end and no new one is taken. Its port stays its own, so that it can be back. */
  leave(): void {
    this.#isAway = true
    this.#server.closeAllConnections()
  }

  comeBack(): void {
    this.#isAway = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#pings)
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    isEmpty: boolean,
  ): Promise<void> {
    const path = url.pathname.slice('/api/'.length)
    if (path === 'events') return this.#stream(response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body =
      chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>)
    if (request.method !== 'GET')
      this.writes.push({ path, body, csrf: one(request.headers['x-portcullis-csrf']) })
    if (path === 'session')
      this.#isSignedOut = request.method === 'DELETE' || body.secret !== 'right horse battery'
    const isOpen = path === 'signin' || path === 'session'
    if (this.#isSignedOut && !isOpen) return send(response, 401, problem(401, 'signed-out', 'Sign in first.'))
    if (path === 'session' && this.#isSignedOut && request.method === 'POST')
      return send(response, 401, problem(401, 'secret-wrong', 'That is not right.'))
    const answer = request.method === 'GET' ? read(path, url.searchParams, isEmpty) : write(path, body)
    if (answer === undefined) send(response, 404, problem(404, 'not-found', 'There is no such thing.'))
    else send(response, 200, answer)
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(`event: hello\ndata: ${JSON.stringify({ kind: 'hello', now: Date.now(), seq: 1 })}\n\n`)
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }
}

function read(path: string, query: URLSearchParams, isEmpty: boolean): Answer {
  const [first = '', id, third] = path.split('/').map(decodeURIComponent)
  const list = (items: readonly unknown[]): Answer => page(isEmpty ? [] : items, query)
  switch (first) {
    case 'me':
      return isEmpty ? { ...me, name: 'you', mode: 'observe', via: 'open' } : me
    case 'signin':
      return { ways: ['oidc', 'password', 'token'], oidcName: 'Example ID' }
    case 'overview':
      return isEmpty ? emptyOverview : overview(Number(query.get('hours') ?? 24))
    case 'campaigns':
      if (id === undefined) return list(campaigns().filter((one) => fits(one, query)))
      if (third === 'graph') return campaignGraph(id)
      if (third === 'accounts')
        return list(campaignAccounts(id).filter(({ account }) => account.includes(query.get('q') ?? '')))
      return campaignDetail(id)
    case 'lookalikes':
      return list(lookalikes())
    case 'accounts':
      if (id !== undefined) return accountDetail(id)
      return list(
        Array.from({ length: 900 }, (_, index) => ({
          ...accountDetail(accountName(index)),
          account: index === 3 ? HOSTILE : accountName(index),
        })),
      )
    case 'acts':
      if (id !== undefined) return actDetail(id)
      return list(
        Array.from({ length: 5_000 }, (_, index) => act(index)).filter(
          (one) =>
            (query.get('action') ?? one.action) === one.action &&
            (query.get('side') ?? one.side) === one.side,
        ),
      )
    case 'jobs':
      return id === 'prompts'
        ? promptsJob()
        : id === 'verify'
          ? { ...job('verify', 'ledger-verify'), result: verification }
          : job(id ?? '', 'policy-prove')
    default:
      return readRest(first, id, third, query, list)
  }
}

function readRest(
  first: string,
  id: string | undefined,
  third: string | undefined,
  query: URLSearchParams,
  list: (items: readonly unknown[]) => Answer,
): Answer {
  switch (first) {
    case 'sessions':
      return id === undefined ? list(sessions()) : sessionDetail(id)
    case 'approvals':
      return list(approvals(query.get('state') ?? 'waiting'))
    case 'policies':
      return id === undefined ? list(policies()) : policyDetail(id)
    case 'proof':
      return list([]) && (list([1]) as { total: number }).total === 0 ? undefined : verdicts
    case 'measures':
      if (third === 'accounts') return list(Array.from({ length: 599 }, (_, index) => accountName(index)))
      if (id !== undefined) return measures().find((measure) => measure.id === id)
      return list(measures().filter(({ state }) => (query.get('state') ?? state) === state))
    case 'allowed':
      return list([
        {
          account: accountName(7),
          reason: 'a partner',
          author: 'mira',
          created: NOW - 9_000_000,
          from: 'console',
        },
        {
          account: 'internal-*',
          reason: 'our own systems',
          author: 'portcullis.yaml',
          created: NOW - 90_000_000,
          from: 'config',
        },
      ])
    case 'ledger':
      if (id === undefined) return ledgerStatus
      if (third !== undefined) {
        const found = ledgerEntries().find(({ seq }) => seq === Number(third))
        return (
          found && {
            ...found,
            entry: { kind: found.kind, text: HOSTILE },
            proof: { ...actDetail('d_1i6ge8').proof, seq: found.seq },
          }
        )
      }
      return list(ledgerEntries().filter(({ kind }) => (query.get('kind') ?? kind) === kind))
    case 'settings':
      return settings
    case 'keys':
      return list(keys)
    case 'users':
      return list(users)
    case 'tenants':
      return list(tenants)
    case 'alert-routes':
      return list(routes)
    default:
      return undefined
  }
}

function write(path: string, body: Record<string, unknown>): Answer {
  if (path === 'session') return me
  if (path === 'measures/preview') return preview(body as Parameters<typeof preview>[0])
  if (path === 'measures') return { id: applyMade(body as Parameters<typeof applyMade>[0]).id }
  if (/^measures\/.*\/undo$/.test(path)) undoMade(path.split('/')[1] ?? '')
  if (path.endsWith('/prompts')) return { ...promptsJob(), state: 'running', result: undefined }
  if (path === 'ledger/verify') return { ...job('verify', 'ledger-verify'), state: 'running' }
  if (path === 'policies/validate')
    return String(body.text).includes('oops')
      ? {
          isValid: false,
          problems: [
            { line: 3, column: 5, field: 'rules[1].do', problem: 'must be allow, redact, ask or deny' },
          ],
        }
      : { isValid: true, problems: [] }
  if (/(backtest|prove|proof)$/.test(path)) return job('prove', 'policy-prove')
  if (/alert-routes\/.*\/test$/.test(path)) return { isDelivered: true, detail: 'HTTP 200', ms: 41 }
  if (path === 'keys') return { ...keys[0], key: 'pk_made_once_and_shown_once' }
  return { id: 'ok', undo: 'ch_9' }
}

function promptsJob(): Record<string, unknown> {
  const prompts = [
    {
      id: 'x1',
      ts: NOW,
      model: 'opus-5',
      system: 'You are an annotator.',
      prompt: `Prove that √2 is irrational. ${HOSTILE}`,
    },
    { id: 'x2', ts: NOW - 1, model: 'opus-5', prompt: LONG_WORD },
  ]
  return { ...job('prompts', 'prompts'), result: { account: 'a', source: 'import/', prompts } }
}

function job(id: string, kind: string): Record<string, unknown> {
  return { id, kind, state: 'done', started: NOW, ended: NOW + 10, author: 'mira', result: {} }
}

function fits(campaign: { readonly state: string; readonly id: string }, query: URLSearchParams): boolean {
  return (
    (query.get('state') ?? campaign.state) === campaign.state && campaign.id.includes(query.get('q') ?? '')
  )
}

function page(items: readonly unknown[], query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? 100)
  const from = Number(query.get('cursor') ?? 0)
  const end = from + limit
  return {
    items: items.slice(from, end),
    total: items.length,
    totalIsExact: true,
    ...(end < items.length ? { next: String(end) } : {}),
  }
}

function problem(status: number, code: string, detail: string): Record<string, unknown> {
  return { type: 'about:blank', title: code, status, code, detail }
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  const text = JSON.stringify(answer)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
