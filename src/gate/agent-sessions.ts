import type { ActId, JudgedAct, SessionId } from './act.ts'
import type { AgentCaller } from './agent-caller.ts'
import type { AgentOutcome } from './agent-entry.ts'
import type { AgentAction } from './decision.ts'
import type { Finding } from './finding.ts'

/** One act of a session as a person may see it: what was found, never what was carried. */
export type SeenAct = {
  readonly id: ActId
  /** Unix milliseconds. */
  readonly ts: number
  readonly kind: JudgedAct['kind']
  readonly tool: string | undefined
  readonly digest: string
  readonly bytes: number
  /** What was done, and what enforcing would have done. */
  readonly action: AgentAction
  readonly wouldBe: AgentAction
  readonly rule: string | undefined
  readonly findings: readonly Pick<Finding, 'detector' | 'fact' | 'severity' | 'summary'>[]
  readonly ticket: string | undefined
  readonly outcome?: AgentOutcome
}

export type SeenSession = {
  /** Unlike the session's own id, this is unique over tenants and agents. */
  readonly key: string
  readonly session: SessionId
  readonly caller: AgentCaller
  readonly first: number
  readonly last: number
  readonly acts: number
  readonly asked: number
  readonly denied: number
  readonly tools: readonly string[]
}

const SESSIONS_MAX = 2_000
const ACTS_MAX = 100
const TOOLS_MAX = 50

type Book = {
  readonly session: SessionId
  readonly caller: AgentCaller
  readonly first: number
  last: number
  acts: number
  asked: number
  denied: number
  readonly tools: Set<string>
  readonly recent: SeenAct[]
}

/** The latest sessions and their latest acts, in memory, for people who look on. The ledger has the rest. */
export class AgentSessions {
  readonly #books = new Map<string, Book>()

  see(key: string, caller: AgentCaller, session: SessionId, act: SeenAct): void {
    const book = this.#books.get(key) ?? newBook(caller, session, act.ts)
    this.#books.delete(key)
    this.#books.set(key, book)
    if (this.#books.size > SESSIONS_MAX) this.#books.delete(this.#books.keys().next().value ?? '')
    book.last = act.ts
    book.acts++
    if (act.wouldBe === 'ask') book.asked++
    if (act.wouldBe === 'deny') book.denied++
    if (act.tool !== undefined && book.tools.size < TOOLS_MAX) book.tools.add(act.tool)
    book.recent.push(act)
    if (book.recent.length > ACTS_MAX) book.recent.shift()
  }

  ended(key: string, id: ActId, outcome: AgentOutcome): void {
    const recent = this.#books.get(key)?.recent
    const at = recent?.findLastIndex((act) => act.id === id) ?? -1
    const act = recent?.[at]
    if (recent && act) recent[at] = { ...act, outcome }
  }

  /** Newest first. */
  list(limit = SESSIONS_MAX): readonly SeenSession[] {
    return [...this.#books]
      .slice(-limit)
      .reverse()
      .map(([key, book]) => seen(key, book))
  }

  find(key: string): { readonly session: SeenSession; readonly acts: readonly SeenAct[] } | undefined {
    const book = this.#books.get(key)
    return book === undefined ? undefined : { session: seen(key, book), acts: [...book.recent] }
  }
}

function newBook(caller: AgentCaller, session: SessionId, ts: number): Book {
  const none = { last: ts, acts: 0, asked: 0, denied: 0 }
  return { session, caller, first: ts, ...none, tools: new Set(), recent: [] }
}

function seen(key: string, { recent: _, tools, ...book }: Book): SeenSession {
  return { key, ...book, tools: [...tools] }
}
