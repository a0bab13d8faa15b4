import { hash } from 'node:crypto'
import {
  type ActId,
  type JsonObject,
  type JsonValue,
  type JudgedAct,
  parseSessionId,
  type SessionId,
} from '../../gate/act.ts'
import type { AgentCaller } from '../../gate/agent-caller.ts'
import type { AgentOutcome } from '../../gate/agent-entry.ts'
import type { AgentRoad, Passage } from '../../gate/agent-road.ts'
import { agentActions } from '../../gate/decision.ts'
import { failure, type Result, success } from '../../kernel/result.ts'
import { unreachable } from '../../kernel/unreachable.ts'
import { textsOf } from '../texts.ts'
import { isShallow } from './fields.ts'
import type { HookDialect, HookEvent, ReadEvent, Ruling, ToolUse } from './hook-event.ts'
import { toolActs } from './tool-acts.ts'
import { withheld } from './withheld.ts'

export type HookRoad = Pick<AgentRoad, 'note' | 'pass' | 'end' | 'answer' | 'withdraw'>

export type HookJudgeParts = {
  readonly road: HookRoad
  readonly nextId: () => ActId
  /** How long an agent that cannot ask its own user is kept waiting for an approval. Zero: it is refused at once. */
  readonly waitMs: () => number
  /** Takes credentials of the broker out of what a tool returned. The very same when there are none in it. */
  readonly clean?: (response: JsonValue) => JsonValue
  /** Counts events; `isKnown` tells whether the contract names this one. */
  readonly seen: (agent: string, event: string, isKnown: boolean) => void
}

/** Uses of tools that have not ended yet; the oldest is forgotten first. */
const USES_MAX = 10_000
/** Deeper events are refused: nothing honest nests so far, and what is not looked into must not pass. */
const NESTING_MAX = 64

/** Turns a hook's event into acts, has them judged, and says what came of it in the agent's own words. */
export class HookJudge implements AsyncDisposable {
  readonly #parts: HookJudgeParts
  /** Uses under way, by the id an agent gives them or by what they are. */
  readonly #uses = new Map<string, Use>()

  constructor(parts: HookJudgeParts) {
    this.#parts = parts
  }

  async answer(
    caller: AgentCaller,
    dialect: HookDialect,
    fields: JsonObject,
    signal: AbortSignal,
  ): Promise<Result<JsonObject, 'event-malformed'>> {
    if (!isShallow(fields, NESTING_MAX)) return failure('event-malformed')
    const read = dialect.read(fields)
    const session = sessionOf(read.session)
    if (session === undefined || read.name === '') return failure('event-malformed')
    this.#parts.seen(dialect.agent, read.name, read.isKnown)
    const scope = [caller.tenant, caller.agent, caller.key ?? '', session].join('\0')
    const ruling = await this.#rule({ caller, dialect, session, scope, read, fields, signal })
    return success(dialect.say(read, ruling))
  }

  async #rule(asked: Asked): Promise<Ruling> {
    const { caller, session, read } = asked
    const { event } = read
    const { road, nextId } = this.#parts
    switch (event.kind) {
      case 'tool-asked':
        return await this.#toolAsked(asked, event.use)
      case 'tool-permission': {
        const known = this.#uses.get(useKey(asked.scope, event.use))
        // The dialog that follows is what `ask` asked for; it is not asked for twice.
        if (known !== undefined) {
          const decided = severest(known.passages)
          return decided.decision.action === 'deny' ? ruled(decided) : pass
        }
        return await this.#toolAsked(asked, event.use)
      }
      case 'tool-ended':
        return await this.#toolEnded(asked, event)
      case 'tool-blocked':
        await this.#end(asked.scope, event.use, 'blocked')
        return pass
      case 'prompt':
        if (event.isPersons) road.note(caller, { kind: 'task', session, text: event.text })
        return pass
      case 'arrived':
        return await this.#judge(asked, {
          kind: 'result',
          id: nextId(),
          session,
          call: '',
          tool: event.source,
          text: event.text,
        })
      case 'sent':
        return await this.#judge(asked, {
          kind: 'call',
          id: nextId(),
          session,
          tool: event.tool,
          arguments: event.fields,
        })
      case 'changed':
        return await this.#judge(asked, {
          kind: 'write',
          id: nextId(),
          session,
          path: event.path,
          text: event.text ?? '',
        })
      case 'told':
        return await this.#judge(asked, {
          kind: 'message',
          id: nextId(),
          session,
          from: event.from,
          to: event.to,
          text: event.text,
        })
      case 'notice':
        if (/^sessionend$/i.test(read.name)) await this.#closeAll(asked.scope)
        return pass
      case 'unknown':
        // Written down as what it is: something an agent tells that nobody can judge.
        await this.#judge(asked, {
          kind: 'call',
          id: nextId(),
          session,
          tool: `hook event ${read.name}`,
          arguments: asked.fields,
        })
        return pass
      default:
        return unreachable(event)
    }
  }

  async #toolAsked(asked: Asked, use: ToolUse): Promise<Ruling> {
    const { session } = asked
    const acts = toolActs(use, { session, nextId: this.#parts.nextId })
    const passages = await this.#pass(asked, acts)
    await this.#remember(asked.scope, use, passages)
    const decided = severest(passages)
    // One part of it that is refused stops all of it.
    if (decided.decision.action === 'deny')
      for (const passage of passages) await this.#parts.road.end(passage, 'blocked')
    if (decided.decision.action !== 'ask' || asked.dialect.canAsk) return ruled(decided)
    return await this.#waitFor(asked, use, passages)
  }

  /** For agents without a question of their own: the approval comes from elsewhere, or does not come. */
  async #waitFor(asked: Asked, use: ToolUse, passages: readonly Passage[]): Promise<Ruling> {
    const { waitMs, road, nextId } = this.#parts
    const open = passages.filter(({ decision }) => decision.action === 'ask')
    const limitMs = waitMs()
    if (limitMs > 0) {
      const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(limitMs)])
      const answers = await Promise.all(
        open.map(({ ticket }) => (ticket === undefined ? 'expired' : road.answer(ticket, signal))),
      )
      if (answers.every((answer) => answer === 'approved')) {
        // The same acts again use their approvals up; what is not the same is judged anew.
        const again = severest(await this.#pass(asked, toolActs(use, { session: asked.session, nextId })))
        if (again.decision.action !== 'ask') return ruled(again)
      }
    }
    const first = open[0]
    return first === undefined ? pass : ruled(first)
  }

  async #toolEnded(asked: Asked, event: Extract<HookEvent, { kind: 'tool-ended' }>): Promise<Ruling> {
    const { session } = asked
    await this.#end(asked.scope, event.use, event.outcome)
    const { use } = event
    const response = this.#parts.clean?.(event.response) ?? event.response
    const { text, without } = textsOf(response)
    if (text === '') return pass
    const [passage] = await this.#pass(asked, [
      {
        kind: 'result',
        id: this.#parts.nextId(),
        session,
        call: use.id ?? '',
        tool: use.tool,
        text,
      },
    ])
    if (passage === undefined) return pass
    const { decision } = passage
    if (decision.action === 'redact')
      return {
        action: 'replace',
        response: without(decision.spans),
        reason: said(passage, `parts of what ${use.tool} returned were removed`),
      }
    if (decision.action === 'allow' && response !== event.response && event.outcome === 'done')
      return {
        action: 'replace',
        response,
        reason: `Portcullis took a credential out of what ${use.tool} returned.`,
      }
    if (decision.action !== 'deny') return ruled(passage)
    const reason = said(passage, decision.reason)
    return event.outcome === 'done'
      ? { action: 'replace', response: withheld(response, reason), reason }
      : { action: 'deny', reason }
  }

  /** An act that is over as it is told: nothing will say later how it ended. */
  async #judge(asked: Asked, act: JudgedAct): Promise<Ruling> {
    const passage = await this.#parts.road.pass(asked.caller, act)
    await this.#parts.road.end(passage, 'done')
    return ruled(passage)
  }

  async #pass({ caller }: Asked, acts: readonly JudgedAct[]): Promise<readonly Passage[]> {
    const passages: Passage[] = []
    // In order: each act sees what the ones before it left in the session.
    for (const act of acts) passages.push(await this.#parts.road.pass(caller, act))
    return passages
  }

  async #remember(scope: string, use: ToolUse, passages: readonly Passage[]): Promise<void> {
    const keys = [useKey(scope, use), ...(use.id === undefined ? [] : [idKey(scope, use.id)])]
    const under: Use = { scope, keys, passages }
    // The same use told again begins anew; another one with the same words keeps its own id.
    const before = this.#uses.get(keys.at(-1) ?? '')
    if (before !== undefined) await this.#close(before, 'cancelled')
    for (const key of keys) this.#uses.set(key, under)
    if (this.#uses.size <= USES_MAX) return
    const [oldest] = this.#uses.values()
    if (oldest !== undefined) await this.#close(oldest, 'cancelled')
  }

  async #end(scope: string, use: ToolUse, outcome: 'done' | 'failed' | 'blocked'): Promise<void> {
    const byId = use.id === undefined ? undefined : this.#uses.get(idKey(scope, use.id))
    const under = byId ?? this.#uses.get(useKey(scope, use))
    if (under !== undefined) await this.#close(under, outcome)
  }

  async #close(under: Use, outcome: AgentOutcome): Promise<void> {
    for (const key of under.keys) if (this.#uses.get(key) === under) this.#uses.delete(key)
    const { road } = this.#parts
    for (const passage of under.passages) {
      await road.end(passage, outcome)
      // It was used although the gate asked: the agent's own user was asked, and the ticket has had its answer.
      if (passage.ticket !== undefined && (outcome === 'done' || outcome === 'failed'))
        road.withdraw(passage.ticket)
    }
  }

  /** What a session left open when it ended: the agent stopped, or its user did not let it. */
  async #closeAll(scope: string): Promise<void> {
    for (const under of new Set(this.#uses.values()))
      if (under.scope === scope) await this.#close(under, 'cancelled')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const under of new Set(this.#uses.values())) await this.#close(under, 'cancelled')
  }
}

type Use = {
  readonly scope: string
  readonly keys: readonly string[]
  readonly passages: readonly Passage[]
}

type Asked = {
  readonly caller: AgentCaller
  readonly dialect: HookDialect
  readonly session: SessionId
  /** The session of this caller, whatever ids another sends. */
  readonly scope: string
  readonly read: ReadEvent
  readonly fields: JsonObject
  readonly signal: AbortSignal
}

const pass: Ruling = { action: 'pass' }

function sessionOf(given: string): SessionId | undefined {
  const parsed = parseSessionId(given)
  return parsed.ok ? parsed.value : undefined
}

function idKey(scope: string, id: string): string {
  return `${scope}\0${id}`
}

/** The same tool with the same input in the same session, for events that carry no id to join them. */
function useKey(scope: string, { tool, input }: ToolUse): string {
  return hash('sha256', `${scope}\0${tool}\0${JSON.stringify(input)}`, 'base64url')
}

function severest(passages: readonly Passage[]): Passage {
  const rank = ({ decision }: Passage): number => agentActions.indexOf(decision.action)
  const [first, ...rest] = passages
  if (first === undefined) throw new Error('an event was judged without an act')
  return rest.reduce((most, each) => (rank(each) > rank(most) ? each : most), first)
}

function ruled(passage: Passage): Ruling {
  const { decision } = passage
  switch (decision.action) {
    case 'allow':
      return pass
    // A command or a file without some of its words is another one: a person decides instead.
    case 'redact':
      return { action: 'ask', reason: said(passage, 'parts of this should not go out') }
    case 'ask':
    case 'deny':
      return { action: decision.action, reason: said(passage, decision.reason) }
    default:
      return unreachable(decision)
  }
}

/** What a person and the model read: why, which rule, and where to find it again. */
function said({ id, decision, ticket }: Passage, reason: string): string {
  const rule = decision.action === 'allow' ? '' : `rule ${decision.rule}, `
  const approve = decision.action === 'ask' && ticket !== undefined ? `, ticket ${ticket.id}` : ''
  return `Portcullis: ${reason} (${rule}decision ${id}${approve})`
}
