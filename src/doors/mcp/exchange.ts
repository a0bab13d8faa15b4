import type { IncomingMessage } from 'node:http'
import type { McpServerConfig } from '../../config/mcp.ts'
import { readJsonText, wireReasons } from '../wire-json.ts'
import type { McpGuard, Step } from './guard.ts'
import { repeatedHeaders } from './header-check.ts'
import { failureStop } from './refusals.ts'
import type { Reply } from './reply.ts'
import {
  envelopeText,
  errorMessage,
  gateCodes,
  type RpcId,
  type RpcMessage,
  readMessage,
  rpcReasons,
} from './rpc.ts'
import type { McpSessions } from './sessions.ts'
import { type McpUpstream, type ServerAnswer, type ServerEvent, ServerGone } from './upstream.ts'

export type Exchange = {
  readonly id: string
  readonly request: IncomingMessage
  readonly reply: Reply
  readonly server: McpServerConfig
  readonly upstream: McpUpstream
  readonly sessions: McpSessions
  /** Of the session, or of this exchange alone where the protocol knows none. */
  readonly guard: McpGuard
  readonly sessionId: string | undefined
  readonly owner: string
  readonly text: string | undefined
  readonly message: RpcMessage | undefined
  readonly now: () => number
}

/** What a client may say it takes; anything else in the header would leave unseen. */
const accepts =
  /^(?: *(?:\*\/\*|application\/(?:json|\*)|text\/(?:event-stream|\*)) *(?:; *q=[\d.]{1,5} *)?(?:,|$))+$/i
const versionForm = /^[\w.-]{1,32}$/
const ACCEPT = 'application/json, text/event-stream'

/** Asks the server on the client's behalf and passes back what comes, message by message through the guard. */
export async function exchangeWith(exchange: Exchange): Promise<void> {
  const { guard, reply, message, text } = exchange
  if (message !== undefined && text !== undefined) {
    const left = (): void => {
      if (message.kind === 'request') guard.left(message.id)
    }
    reply.response.once('close', left)
    const step = await guard.fromClient(text, message)
    reply.response.off('close', left)
    if (step.kind === 'answer') reply.message(200, step.text)
    else if (step.kind === 'drop') reply.empty(202)
    else await ask({ ...exchange, text: step.text })
  } else await ask(exchange)
}

async function ask(exchange: Exchange): Promise<void> {
  const { reply, upstream, request, guard, owner, text, message } = exchange
  const leaving = new AbortController()
  const leave = (): void => leaving.abort()
  reply.response.once('close', leave)
  try {
    const answer = await upstream.ask({
      verb: request.method === 'GET' ? 'GET' : request.method === 'DELETE' ? 'DELETE' : 'POST',
      headers: headersOf(exchange),
      text,
      message,
      owner,
      signal: leaving.signal,
    })
    await passBack(exchange, answer)
  } catch (error) {
    if (!(error instanceof ServerGone)) throw error
    if (leaving.signal.aborted) settle(exchange, 'the client left')
    else lost(exchange, error)
  } finally {
    reply.response.off('close', leave)
    if (exchange.sessionId === undefined && !keepsGuard(exchange)) guard.end()
  }
}

/** The guard of an exchange that opened a session lives on with the session. */
function keepsGuard({ sessions, guard, owner, now, reply }: Exchange): boolean {
  const opened = reply.response.getHeader('mcp-session-id')
  return typeof opened === 'string' && sessions.find(opened, owner, now()) === guard
}

/** Headers of the protocol. Credentials, cookies and everything else of the client's stay behind. */
function headersOf({ request, sessionId, message }: Exchange): Record<string, string> {
  const { accept, 'mcp-protocol-version': version, 'last-event-id': last } = request.headers
  const isVersion = typeof version === 'string' && versionForm.test(version)
  return {
    accept: accept !== undefined && accepts.test(accept) ? accept : ACCEPT,
    ...(message === undefined ? {} : { 'content-type': 'application/json' }),
    ...(isVersion ? { 'mcp-protocol-version': version } : {}),
    // The session that was found to be the caller's, and no other.
    ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    ...(typeof last === 'string' && request.method === 'GET' ? { 'last-event-id': last } : {}),
    ...repeatedHeaders(message, request.headers),
  }
}

async function passBack(exchange: Exchange, answer: ServerAnswer): Promise<void> {
  const { reply, message, sessionId, sessions, owner, guard, now, request } = exchange
  if (answer.status === 401 || answer.status === 403)
    throw new ServerGone('the server refused the credential that the gate holds for it')
  const opened = answer.headers['mcp-session-id']
  const opens = message?.kind === 'request' && message.method === 'initialize' && answer.status < 300
  if (opens && opened !== undefined && !sessions.add(opened, owner, guard, now()))
    throw new ServerGone('the server gave out a session that is not this client’s')
  const isOver = sessionId !== undefined && (answer.status === 404 || request.method === 'DELETE')
  // A method a stateless server does not know is a 404 as well; that ends no session, for there is none.
  if (isOver && answer.status !== 405) sessions.drop(sessionId)
  switch (answer.kind) {
    case 'empty':
      empty(exchange, answer)
      return
    case 'message': {
      const step = await fromServer(exchange, answer.text)
      // An answer that names no request is the answer all the same: nothing else comes.
      settle(exchange, 'the server did not answer')
      if (step.kind === 'drop') reply.empty(answer.status, answer.headers)
      else reply.message(answer.status, step.text, answer.headers)
      return
    }
    case 'events':
    case 'values':
      reply.start(answer.kind, answer.status, answer.headers)
      return await passEvents(exchange, answer.events)
  }
}

async function passEvents(exchange: Exchange, events: AsyncIterable<ServerEvent>): Promise<void> {
  const { reply, message } = exchange
  let isResumable = false
  try {
    for await (const event of events) {
      for (const field of event.fields) {
        const [, id] = /^id: ?(\S.*)$/.exec(field) ?? []
        if (id === undefined) continue
        isResumable = true
        exchange.guard.events.add(id)
      }
      if (!(await passEvent(exchange, event))) {
        settle(exchange, 'the client left')
        return
      }
    }
  } catch (error) {
    if (!(error instanceof ServerGone)) throw error
    if (!isResumable) {
      lost(exchange, error)
      return
    }
  }
  // A stream that may be resumed ends now and then; the answer comes when it is.
  if (!isResumable && message?.kind === 'request')
    for (const { text } of exchange.guard.lost('the server ended the stream without an answer', [message.id]))
      await reply.send(text)
  reply.response.end()
}

/** False when the client is gone. */
async function passEvent(exchange: Exchange, { data, raw, fields }: ServerEvent): Promise<boolean> {
  const { reply } = exchange
  if (data === undefined || data === '') return await reply.event(raw ?? '\n')
  const step = await fromServer(exchange, data)
  if (step.kind === 'drop') return true
  const isUnchanged = step.kind === 'forward' && step.text === data && raw !== undefined
  return isUnchanged ? await reply.event(raw) : await reply.send(step.text, fields)
}

/** What the client gets of a message; an `answer` has gone to the server instead. */
async function fromServer(exchange: Exchange, text: string): Promise<Exclude<Step, { kind: 'answer' }>> {
  const value = readJsonText(text)
  if (!value.ok) throw new ServerGone(`the server sent what cannot be read: ${wireReasons[value.error]}`)
  const message = readMessage(value.value)
  if (!message.ok) throw new ServerGone(`the server sent what cannot be read: ${rpcReasons[message.error]}`)
  const step = await exchange.guard.fromServer(envelopeText(text, value.value), message.value)
  if (step.kind !== 'answer') return step
  await answerServer(exchange, step.text)
  return { kind: 'drop' }
}

/** The gate's own answer to a question of the server's. */
async function answerServer(exchange: Exchange, text: string): Promise<void> {
  const { upstream, owner, sessionId } = exchange
  const value = readJsonText(text)
  const message = value.ok ? readMessage(value.value) : undefined
  if (!message?.ok) return
  const { 'mcp-protocol-version': version } = headersOf(exchange)
  const headers = {
    accept: ACCEPT,
    'content-type': 'application/json',
    ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
    ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
  }
  const signal = AbortSignal.timeout(10_000)
  await upstream
    .ask({ verb: 'POST', headers, text, message: message.value, owner, signal })
    .catch((error: unknown) => {
      if (!(error instanceof ServerGone)) throw error
    })
}

/** A request is owed an answer with words in it. */
function empty({ id, reply, guard, message }: Exchange, { status, headers }: ServerAnswer): void {
  if (message?.kind !== 'request') {
    reply.empty(status, headers)
    return
  }
  const reason = status === 404 ? 'there is no such session' : 'the server did not answer'
  const [own] = guard.lost(reason, [message.id])
  const stop = failureStop(id, gateCodes.upstream, reason)
  const text = own?.text ?? errorMessage(message.id, stop.code, stop.text, stop.data)
  reply.message(status >= 400 ? status : 502, text, headers)
}

function settle({ message, guard }: Exchange, reason: string): void {
  if (message?.kind === 'request') guard.lost(reason, [message.id])
}

/** The server is gone: the client's request is answered by the gate, with the decision that let it go. */
function lost({ id, guard, reply, message }: Exchange, error: ServerGone): void {
  const code = error.isSlow ? gateCodes.upstreamSlow : gateCodes.upstream
  const ids: readonly RpcId[] = message?.kind === 'request' ? [message.id] : []
  const [own] = guard.lost(error.message, ids, code)
  const stop = failureStop(id, code, error.message)
  const text = own?.text ?? errorMessage(ids[0], stop.code, stop.text, stop.data)
  const retry = error.retryAfterMs
  reply.message(
    error.isSlow ? 504 : 502,
    text,
    retry === undefined ? {} : { 'retry-after': String(Math.ceil(retry / 1_000)) },
  )
}
