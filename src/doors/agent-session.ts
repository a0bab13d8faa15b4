import type { IncomingHttpHeaders } from 'node:http'
import { parseSessionId, type SessionId } from '../gate/act.ts'
import type { AgentCaller } from '../gate/agent-caller.ts'

/** A client that works on several things with one key says which one this belongs to. */
const HEADER = 'x-portcullis-session'
/** After this long without an act, whoever holds the key has begun something else. */
const IDLE_MS = 30 * 60_000
const CALLERS_MAX = 10_000

type Run = { readonly session: SessionId; readonly count: number; last: number }

/**
 * The session that an act without one belongs to. Values are followed within a session, over all servers and doors of
 * an agent, so it is wider than a connection: what one server returned must be known when another is called.
 */
export class AgentSessionBook {
  readonly #runs = new Map<string, Run>()

  sessionOf(caller: AgentCaller, headers: IncomingHttpHeaders, now: number): SessionId {
    const named = headers[HEADER]
    const given = typeof named === 'string' ? parseSessionId(named) : undefined
    if (given?.ok) return given.value
    const key = `${caller.tenant}\0${caller.agent}\0${caller.key ?? ''}`
    const known = this.#runs.get(key)
    this.#runs.delete(key)
    const run = known !== undefined && now - known.last <= IDLE_MS ? known : nextRun(known, now)
    run.last = now
    this.#runs.set(key, run)
    if (this.#runs.size > CALLERS_MAX) this.#runs.delete(this.#runs.keys().next().value ?? '')
    return run.session
  }
}

function nextRun(known: Run | undefined, now: number): Run {
  const count = (known?.count ?? 0) + 1
  const session = parseSessionId(count === 1 ? 'main' : `main-${count}`)
  if (!session.ok) throw new Error('a name of our own is a session id')
  return { session: session.value, count, last: now }
}
