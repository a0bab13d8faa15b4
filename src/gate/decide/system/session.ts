import { hash } from 'node:crypto'
import { unreachable } from '../../../kernel/unreachable.ts'
import type { SystemModel } from './model.ts'
import { enabled, holds, rowStep } from './step.ts'
import type { Guard, TableEvent } from './table.ts'

/** Something between agents, by the names callers come under. `digest` stands for a call's arguments. */
export type SystemEvent =
  | {
      readonly kind: 'call' | 'approve' | 'expire'
      readonly agent: string
      readonly tool: string
      readonly digest: string
    }
  | { readonly kind: 'message'; readonly from: string; readonly to: string }
  | { readonly kind: 'delegate'; readonly from: string; readonly to: string; readonly tool: string }
  | { readonly kind: 'revoke'; readonly agent: string }

export type SystemVerdict =
  /** The system does not speak about this agent or tool. */
  | { readonly action: 'none' }
  | { readonly action: 'allow'; readonly usesApproval: boolean }
  | { readonly action: 'ask' | 'deny'; readonly guard: Guard | 'undeclared'; readonly reason: string }

/** What the ledger keeps of an event that happened: enough to replay it, and bound to all that came before. */
export type SystemStep = {
  readonly model: string
  readonly n: number
  readonly event: SystemEvent
  readonly link: string
}

/** Hexadecimal digits of a link: 128 bits. */
const LINK_DIGITS = 32
/** Callers have keys, so a session with more of them than this is none. */
const NAMES_MAX = 10_000

/** The state of a system in one session. `judge` asks, `take` makes it happen. */
export class SystemSession {
  readonly #model: SystemModel
  #state: Int32Array
  #spare: Int32Array
  #taken = 0
  #link: string
  /** For an agent and a tool: the digest whose approval each slot holds, and when it came. */
  readonly #slots = new Map<string, (Held | undefined)[]>()

  /** Steps that happened beside an act; they are recorded with the next one. */
  readonly #beside: SystemStep[] = []
  /** Who took part, by the names callers come under; of those that were revoked, who is revoked here. */
  readonly #tookPart = new Set<string>()
  readonly #gone = new Set<string>()

  constructor(model: SystemModel, session: string) {
    this.#model = model
    this.#state = new Int32Array(model.layout.words)
    this.#spare = new Int32Array(model.layout.words)
    this.#link = hash('sha256', `${model.hash}\n${session}`, 'hex').slice(0, LINK_DIGITS)
  }

  /** Steps so far. */
  get taken(): number {
    return this.#taken
  }

  judge(event: SystemEvent): SystemVerdict {
    const inTable = this.inTable(event)
    if (inTable === undefined)
      return this.#model.system.undeclared === 'rules'
        ? { action: 'none' }
        : { action: 'deny', guard: 'undeclared', reason: 'the system names no such agent or tool' }
    const { table, layout } = this.#model
    const verdict = enabled(table, layout, this.#state, inTable)
    if (verdict.action === 'allow')
      return {
        action: 'allow',
        usesApproval: verdict.row.requires.some((bit) => table.bits[bit]?.kind === 'approved'),
      }
    return { ...verdict, reason: reasons[verdict.guard] }
  }

  /** Makes an event happen that `judge` allows, and says what to record; `undefined` if it is not allowed. */
  take(event: SystemEvent): SystemStep | undefined {
    const inTable = this.inTable(event)
    if (inTable === undefined) return undefined
    const { table, layout, hash: model } = this.#model
    const verdict = enabled(table, layout, this.#state, inTable)
    if (verdict.action !== 'allow') return undefined
    rowStep(layout, verdict.row, this.#state, 0, this.#spare, 0)
    const before = this.#state
    this.#state = this.#spare
    this.#spare = before
    this.#taken++
    this.#noteApprovals(event, inTable)
    const n = this.#taken
    this.#link = hash('sha256', `${this.#link}\n${n}\n${eventText(event)}`, 'hex').slice(0, LINK_DIGITS)
    return { model, n, event, link: this.#link }
  }

  /** The approval for this call no longer counts outside; the state follows at once, the record with the next step. */
  withdraw(event: SystemEvent): void {
    if (event.kind !== 'call') return
    const step = this.take({ ...event, kind: 'expire' })
    if (step !== undefined) this.#beside.push(step)
  }

  /**
   * Agents were revoked outside of any session. Whoever of them takes part in this one is revoked in it, before
   * anything else happens: the state follows at once, the record with the next step.
   */
  revoke(agents: ReadonlySet<string>, event: SystemEvent): void {
    this.#meet(event)
    for (const agent of agents) {
      if (!this.#tookPart.has(agent) || this.#gone.has(agent)) continue
      this.#gone.add(agent)
      const step = this.take({ kind: 'revoke', agent })
      if (step !== undefined) this.#beside.push(step)
    }
  }

  #meet(event: SystemEvent): void {
    for (const name of 'from' in event ? [event.from, event.to] : [event.agent])
      if (this.#tookPart.size < NAMES_MAX) this.#tookPart.add(name)
  }

  /** A step that happened before, in its turn; says whether it is the one that was recorded. */
  restore(step: SystemStep): boolean {
    this.#meet(step.event)
    return step.n === this.#taken + 1 && this.take(step.event)?.link === step.link
  }

  /** Steps of `withdraw` and `revoke` that nobody has recorded yet. */
  beside(): readonly SystemStep[] {
    return this.#beside.splice(0)
  }

  /** The approval that has to go before one more of this agent and tool fits. */
  crowdedOut(event: SystemEvent): SystemEvent | undefined {
    if (event.kind !== 'approve') return undefined
    const slots = this.#slotsOf(event.agent, event.tool)?.filter((slot) => slot !== undefined) ?? []
    if (slots.length < this.#model.system.approvals.outstanding) return undefined
    if (slots.some(({ digest }) => digest === event.digest)) return undefined
    const oldest = slots.reduce((left, right) => (left.since < right.since ? left : right))
    return { ...event, kind: 'expire', digest: oldest.digest }
  }

  /** The event as the table knows it, in the state of this moment. */
  inTable(event: SystemEvent): TableEvent | undefined {
    switch (event.kind) {
      case 'call':
      case 'approve':
      case 'expire': {
        const agent = this.#model.roleOf(event.agent)
        if (agent === undefined || !this.#model.tools.has(event.tool)) return undefined
        return { kind: event.kind, agent, tool: event.tool, slot: this.#slotFor(event) }
      }
      case 'message': {
        const from = this.#model.roleOf(event.from)
        const to = this.#model.roleOf(event.to)
        return from === undefined || to === undefined ? undefined : { kind: 'message', from, to }
      }
      case 'delegate': {
        const from = this.#model.roleOf(event.from)
        const to = this.#model.roleOf(event.to)
        if (from === undefined || to === undefined || !this.#model.tools.has(event.tool)) return undefined
        return { kind: 'delegate', from, to, tool: event.tool }
      }
      case 'revoke': {
        const agent = this.#model.roleOf(event.agent)
        return agent === undefined ? undefined : { kind: 'revoke', agent }
      }
      default:
        return unreachable(event)
    }
  }

  /** The slot that holds these arguments, or a free one; there is always one more than approvals may wait. */
  #slotFor(event: { readonly agent: string; readonly tool: string; readonly digest: string }): number {
    const slots = this.#slotsOf(event.agent, event.tool)
    if (slots === undefined) return 0
    const held = slots.findIndex((slot) => slot?.digest === event.digest)
    return held >= 0 ? held : slots.indexOf(undefined)
  }

  /** Slots of an agent and tool; an approval that was used, or taken away, has left its slot. */
  #slotsOf(agent: string, tool: string): (Held | undefined)[] | undefined {
    const role = this.#model.roleOf(agent)
    const slots = role === undefined ? undefined : this.#slots.get(`${role}\n${tool}`)
    if (slots === undefined) return undefined
    for (const [at, slot] of slots.entries())
      if (slot !== undefined && !holds(this.#state, 0, slot.bit)) slots[at] = undefined
    return slots
  }

  #noteApprovals(event: SystemEvent, inTable: TableEvent): void {
    if (event.kind !== 'approve' || inTable.kind !== 'approve') return
    const key = `${inTable.agent}\n${inTable.tool}`
    const slots = this.#slots.get(key) ?? this.#noSlots()
    const { agent, tool, slot } = inTable
    const bit = this.#model.table.bitAt({ kind: 'approved', agent, tool, slot })
    slots[inTable.slot] = { digest: event.digest, bit, since: this.#taken }
    this.#slots.set(key, slots)
  }

  #noSlots(): (Held | undefined)[] {
    return new Array<Held | undefined>(this.#model.system.approvals.outstanding + 1).fill(undefined)
  }
}

type Held = { readonly digest: string; readonly bit: number; readonly since: number }

/** One text for one event, whatever order its fields were read in. */
function eventText(event: SystemEvent): string {
  switch (event.kind) {
    case 'call':
    case 'approve':
    case 'expire':
      return JSON.stringify([event.kind, event.agent, event.tool, event.digest])
    case 'message':
      return JSON.stringify([event.kind, event.from, event.to])
    case 'delegate':
      return JSON.stringify([event.kind, event.from, event.to, event.tool])
    case 'revoke':
      return JSON.stringify([event.kind, event.agent])
    default:
      return unreachable(event)
  }
}

const reasons: Record<Guard, string> = {
  capability: 'the agent does not have this tool, or may not reach that agent',
  narrowing: 'an agent passes on only what it holds',
  ceiling: 'the receiver may never hold this tool',
  depth: 'the tool has been passed on as far as it may be',
  revocation: 'the agent has been revoked',
  credential: 'the agent is not entitled to the credential behind this tool',
  flow: 'the agent holds data that may not go this way',
  injection: 'the agent has read words of strangers',
  budget: 'the budget of this session is used up',
  approval: 'a person has to approve this call with these arguments',
}
