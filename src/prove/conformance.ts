import * as v from 'valibot'
import { modelHash, SystemModel } from '../gate/decide/system/model.ts'
import { parseSystem } from '../gate/decide/system/parse-system.ts'
import { type SystemEvent, SystemSession } from '../gate/decide/system/session.ts'
import type { TrailEntry } from '../gate/system-trail.ts'
import { unreachable } from '../kernel/unreachable.ts'

/** Where a ledger stops being a run of the system it says it ran. */
export type Nonconformance = {
  /** Position of the entry. */
  readonly at: number
  readonly session: string
  readonly kind: 'model' | 'not-allowed' | 'order' | 'altered' | 'dropped' | 'malformed'
  readonly summary: string
}

/** Sessions replayed side by side; the one unused for longest goes first, and is not judged any more. */
const SESSIONS_MAX = 1_000_000

const name = v.pipe(v.string(), v.maxLength(1_024))
const eventSchema = v.variant('kind', [
  v.strictObject({
    kind: v.picklist(['call', 'approve', 'expire']),
    agent: name,
    tool: name,
    digest: name,
  }),
  v.strictObject({ kind: v.literal('message'), from: name, to: name }),
  v.strictObject({ kind: v.literal('delegate'), from: name, to: name, tool: name }),
  v.strictObject({ kind: v.literal('revoke'), agent: name }),
])
const steps = v.array(v.strictObject({ model: name, n: v.number(), event: eventSchema, link: name }))
const carrier = v.variant('kind', [
  v.object({
    kind: v.literal('agent-act'),
    tenant: name,
    session: name,
    agent: name,
    act: name,
    tool: v.optional(name),
    digest: name,
    decision: v.object({ action: name }),
    steps: v.optional(steps),
  }),
  v.object({ kind: v.literal('approval'), tenant: name, session: name, steps: v.optional(steps) }),
  v.object({ kind: v.literal('system-event'), tenant: name, session: name, steps: v.optional(steps) }),
])
type Carrier = v.InferOutput<typeof carrier>
type Act = Extract<Carrier, { readonly kind: 'agent-act' }>

/**
 * Replays what a ledger says happened, entry by entry, with the very code that the gate runs. Used over a whole ledger
 * and, beside a live gate, on each entry as it is written.
 */
export class Conformance {
  readonly #models = new Map<string, SystemModel>()
  readonly #sessions = new Map<string, SystemSession | 'broken'>()
  #current: SystemModel | undefined
  #events = 0
  #sessionsSeen = 0

  /** `known` are systems that the ledger may refer to without carrying them. */
  constructor(known: readonly SystemModel[] = []) {
    for (const model of known) this.#models.set(model.hash, model)
  }

  get counts(): { readonly events: number; readonly sessions: number; readonly models: number } {
    return { events: this.#events, sessions: this.#sessionsSeen, models: this.#models.size }
  }

  /** Takes the next entry; says what is wrong with it, once for each session. */
  take(at: number, entry: Readonly<Record<string, unknown>>): Nonconformance | undefined {
    switch (entry.kind) {
      case 'system-model':
        return this.#model(at, entry)
      case 'agent-act':
      case 'approval':
      case 'system-event':
        return this.#carrier(at, entry)
      default:
        return undefined
    }
  }

  /** Follows what was recorded earlier without judging it. */
  restore(entry: TrailEntry): void {
    if (entry.kind === 'system-model') this.#model(0, entry)
    else {
      const session = this.#sessionOf(`${entry.tenant}\0${entry.session}`)
      if (session !== 'broken') for (const step of entry.steps) session?.restore(step)
    }
  }

  #model(at: number, entry: Readonly<Record<string, unknown>>): Nonconformance | undefined {
    const wrong = (summary: string): Nonconformance => ({ at, session: '', kind: 'model', summary })
    // A gate that starts, or takes another system, begins every session anew.
    this.#sessions.clear()
    this.#current = undefined
    if (typeof entry.hash !== 'string') return wrong('the entry names no system')
    const known = this.#models.get(entry.hash)
    this.#current = known
    if (known !== undefined) return undefined
    if (entry.system === undefined)
      return wrong('the system is not in the ledger: give its policy with --policy')
    const system = parseSystem(entry.system)
    if (!system.ok) return wrong('the system cannot be read')
    if (modelHash(system.value) !== entry.hash) return wrong('the system is not the one its hash names')
    const model = SystemModel.open(system.value)
    this.#models.set(entry.hash, model)
    this.#current = model
    return undefined
  }

  #carrier(at: number, entry: Readonly<Record<string, unknown>>): Nonconformance | undefined {
    if (this.#current === undefined && entry.steps === undefined) return undefined
    const parsed = v.safeParse(carrier, entry)
    if (!parsed.success) return { at, session: '', kind: 'malformed', summary: 'the entry cannot be read' }
    const read = parsed.output
    const key = `${read.tenant}\0${read.session}`
    const session = this.#sessionOf(key)
    if (session === 'broken') return undefined
    const wrong = session === undefined ? noModel : this.#replay(session, read)
    if (wrong === undefined) return undefined
    this.#sessions.set(key, 'broken')
    return { at, session: read.session, ...wrong }
  }

  #replay(session: SystemSession, entry: Carrier): Wrong | undefined {
    for (const step of entry.steps ?? []) {
      this.#events++
      if (step.model !== this.#current?.hash)
        return { kind: 'model', summary: 'the step belongs to another system' }
      const n = session.taken + 1
      if (step.n !== n)
        return { kind: 'order', summary: `the session's step ${n} was due and step ${step.n} is here` }
      const taken = session.take(step.event)
      if (taken === undefined)
        return {
          kind: 'not-allowed',
          summary: `${eventWords(step.event)}: ${reasonOf(session.judge(step.event))}`,
        }
      if (taken.link !== step.link)
        return { kind: 'altered', summary: `${eventWords(step.event)} is not what was recorded` }
    }
    return entry.kind === 'agent-act' ? actAgrees(session, entry) : undefined
  }

  #sessionOf(key: string): SystemSession | 'broken' | undefined {
    const known = this.#sessions.get(key)
    if (known !== undefined) return known
    if (this.#current === undefined) return undefined
    const session = new SystemSession(this.#current, key)
    this.#sessionsSeen++
    this.#sessions.set(key, session)
    if (this.#sessions.size > SESSIONS_MAX) {
      const oldest = this.#sessions.keys().next()
      if (!oldest.done) this.#sessions.delete(oldest.value)
    }
    return session
  }
}

type Wrong = Pick<Nonconformance, 'kind' | 'summary'>

const noModel: Wrong = { kind: 'model', summary: 'no system was named before this entry' }

/** Whether an act and its step tell the same story: what was let through has a step, what was stopped has none. */
function actAgrees(session: SystemSession, entry: Act): Wrong | undefined {
  const last = entry.steps?.at(-1)?.event
  const goesOn = entry.decision.action === 'allow' || entry.decision.action === 'redact'
  if (!goesOn) {
    return last === undefined
      ? undefined
      : { kind: 'altered', summary: 'an act that was stopped carries a step' }
  }
  const expected = eventOf(entry)
  if (expected === undefined) return undefined
  if (last === undefined)
    return session.judge(expected).action === 'none'
      ? undefined
      : { kind: 'dropped', summary: `${eventWords(expected)} was let through and its step is missing` }
  return isSame(last, expected)
    ? undefined
    : { kind: 'altered', summary: 'the step is about another act than its entry' }
}

function isSame(left: SystemEvent, right: SystemEvent): boolean {
  if (left.kind !== right.kind) return false
  if ('digest' in left && 'digest' in right)
    return left.agent === right.agent && left.tool === right.tool && left.digest === right.digest
  return (
    left.kind === 'message' && right.kind === 'message' && left.from === right.from && left.to === right.to
  )
}

function eventOf({ act, agent, tool, digest }: Act): SystemEvent | undefined {
  switch (act) {
    case 'call':
      return { kind: 'call', agent, tool: tool ?? '', digest }
    case 'command':
    case 'write':
      return { kind: 'call', agent, tool: act, digest }
    case 'message':
      return { kind: 'message', from: agent, to: tool ?? '' }
    default:
      return undefined
  }
}

function reasonOf(verdict: ReturnType<SystemSession['judge']>): string {
  switch (verdict.action) {
    case 'none':
      return 'the system names no such agent or tool'
    case 'allow':
      return 'it was refused'
    case 'ask':
    case 'deny':
      return verdict.reason
    default:
      return unreachable(verdict)
  }
}

function eventWords(event: SystemEvent): string {
  switch (event.kind) {
    case 'call':
      return `${event.agent} calls ${event.tool}`
    case 'approve':
      return `an approval for ${event.agent} to call ${event.tool}`
    case 'expire':
      return `the end of an approval for ${event.agent} to call ${event.tool}`
    case 'message':
      return `a message from ${event.from} to ${event.to}`
    case 'delegate':
      return `${event.from} passes ${event.tool} on to ${event.to}`
    case 'revoke':
      return `the revocation of ${event.agent}`
    default:
      return unreachable(event)
  }
}
