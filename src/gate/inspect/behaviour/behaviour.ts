import type { CallAct, JudgedAct, MessageAct, TaskAct } from '../../act.ts'
import type { AgentAction } from '../../decision.ts'
import { type Finding, severityRank } from '../../finding.ts'
import { type Effect, effectOf } from '../flow/effects.ts'
import { type IsLinked, NamedTargets } from './named-targets.ts'

const NAME = 'behaviour'

/** The same call again and again, with nothing new in between. Ten are patience. */
const SAME_CALLS_MAX = 10
/** Effects that may be had again after each change: tests are run after every edit. */
const repeatable: ReadonlySet<Effect> = new Set(['look', 'visit', 'execute', 'unknown', 'download'])
/** The same words between the same two agents. */
const SAME_MESSAGES_MAX = 5
/** Messages between two agents without a word from the user in between. */
const MESSAGES_ALONE_MAX = 50
/** Refusals after which milder findings are asked about. */
const REFUSALS_MAX = 3
/** Different tools within the last calls: a sudden look around. */
const FAN_OUT_CALLS = 20
const FAN_OUT_TOOLS_MIN = 15
const REMEMBERED_MAX = 1_000
const TASK_CHARACTERS_MAX = 20_000
const RANGE_MAX = 1_000

/** Ends of a message that are no agent: who is asked by a server's form or its request for a completion. */
const people: ReadonlySet<string> = new Set(['user', 'model'])

/** What a whole session does, one act at a time: loops, insistence, and targets that are not the ones named. */
export class Behaviour {
  readonly #counts = new Map<string, number>()
  /** Calls that this session had not made before, and how many there had been when each was last made. */
  #news = 0
  readonly #newsAt = new Map<string, number>()
  readonly #recent: string[] = []
  #task = ''
  readonly #named = new NamedTargets()
  #messagesAlone = 0
  #refusals = 0

  noteTask(act: TaskAct): void {
    this.#messagesAlone = 0
    if (this.#task.includes(act.text)) return
    this.#named.noteTask(act.text)
    this.#task = `${this.#task}\n${act.text}`.slice(-TASK_CHARACTERS_MAX)
  }

  noteDecision(action: AgentAction): void {
    if (action === 'deny') this.#refusals++
  }

  inspect(
    act: JudgedAct,
    findings: readonly Finding[],
    isLinked: IsLinked = () => false,
  ): readonly Finding[] {
    const own =
      act.kind === 'call' ? this.#ofCall(act, isLinked) : act.kind === 'message' ? this.#ofMessage(act) : []
    const isNoticed = findings.some((finding) => severityRank(finding.severity) >= severityRank('low'))
    if (this.#refusals < REFUSALS_MAX || !isNoticed || act.kind === 'result') return own
    return [
      ...own,
      seen('behaviour.insists', 'medium', `goes on after ${this.#refusals} refusals in this session`),
    ]
  }

  #ofCall(act: CallAct, isLinked: IsLinked): readonly Finding[] {
    const findings: Finding[] = []
    const key = `${act.tool} ${JSON.stringify(act.arguments)}`.slice(0, 2_000)
    if (this.#repeats(act.tool, key) === SAME_CALLS_MAX + 1)
      findings.push(
        seen(
          'behaviour.loop',
          'medium',
          `${act.tool} was called ${SAME_CALLS_MAX} times with the same arguments`,
        ),
      )
    this.#recent.push(act.tool)
    if (this.#recent.length > FAN_OUT_CALLS) this.#recent.shift()
    if (this.#recent.length === FAN_OUT_CALLS && new Set(this.#recent).size >= FAN_OUT_TOOLS_MIN) {
      this.#recent.length = 0
      findings.push(
        seen(
          'behaviour.fan-out',
          'low',
          `${FAN_OUT_TOOLS_MIN} different tools within ${FAN_OUT_CALLS} calls`,
        ),
      )
    }
    const other = this.#otherTarget(act) ?? this.#named.inspect(act, isLinked)
    if (other !== undefined) findings.push(seen('behaviour.other-target', 'high', other))
    return findings
  }

  #ofMessage(act: MessageAct): readonly Finding[] {
    // A server that asks the user or the model the same thing for every item is no conversation between agents.
    if (people.has(act.from) || people.has(act.to)) return []
    this.#messagesAlone++
    const findings: Finding[] = []
    if (this.#count(`${act.from}\0${act.to}\0${act.text}`.slice(0, 2_000)) === SAME_MESSAGES_MAX + 1)
      findings.push(
        seen('behaviour.message-loop', 'medium', 'the same message goes round between two agents'),
      )
    if (this.#messagesAlone === MESSAGES_ALONE_MAX + 1)
      findings.push(
        seen(
          'behaviour.message-loop',
          'medium',
          `agents sent ${MESSAGES_ALONE_MAX} messages without a word from the user`,
        ),
      )
    return findings
  }

  /** How often the same call was made; from the start again where the session moved on in between. */
  #repeats(tool: string, key: string): number {
    const before = this.#newsAt.get(key)
    if (before === undefined) this.#news++
    else if (before !== this.#news && repeatable.has(effectOf(tool, undefined))) this.#counts.delete(key)
    if (this.#newsAt.size >= REMEMBERED_MAX) this.#newsAt.clear()
    this.#newsAt.set(key, this.#news)
    return this.#count(key)
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1
    if (this.#counts.size >= REMEMBERED_MAX) this.#counts.clear()
    this.#counts.set(key, count)
    return count
  }

  /** The user named numbered things, and a call that cannot be taken back acts on another number of the same kind. */
  #otherTarget({ tool, arguments: args }: CallAct): string | undefined {
    if (!/delet|remov|destroy|terminat|drop|purge|stop|shut|reset|revoke|cancel|wipe/i.test(tool))
      return undefined
    for (const [field, given] of Object.entries(args))
      for (const value of [given].flat()) {
        if (typeof value !== 'string' && typeof value !== 'number') continue
        const match = /^([a-z][a-z _.#-]*?)?[ _.#-]*(\d{1,6})$/i.exec(String(value).trim())
        if (!match) continue
        // A bare number says by its field what it is one of: `order_id: 4711`.
        const [, kind = kindOfField(field), number = ''] = match
        const named = kind === '' ? noNumbers : numbersOf(this.#task, kind)
        if (named.size > 0 && !named.has(Number(number)))
          return `${tool} acts on ${kind} ${number}; the user named ${kind} ${[...named].slice(0, 5).join(', ')}`
      }
    return undefined
  }
}

const noNumbers: ReadonlySet<number> = new Set()

function kindOfField(field: string): string {
  const match = /^([a-z][a-z_-]*?)[_-]?(?:ids?|numbers?|nos?|nums?)$/i.exec(field)
  return match?.[1] ?? ''
}

/** Numbers that a text gives to a kind of thing: `VMs 1-3`, `vm-1 and vm-2`, `servers 4, 5 and 6`. */
function numbersOf(text: string, kind: string): ReadonlySet<number> {
  const found = new Set<number>()
  const word = kind.replace(/[^a-z]+/gi, '[ _.#-]*')
  const pattern = new RegExp(
    `\\b${word}s?[ _.#-]*(\\d{1,6}(?:\\s*(?:-|–|to|through|,|and|&|,\\s*and)\\s*(?:${word}s?[ _.#-]*)?\\d{1,6})*)`,
    'gi',
  )
  for (const match of text.matchAll(pattern)) {
    const list = (match[1] ?? '')
      .replace(/\s*(?:–|\bto\b|\bthrough\b)\s*/gi, '-')
      .replace(new RegExp(`${word}s?[ _.#-]*`, 'gi'), '')
    for (const range of list.match(/\d+\s*-\s*\d+|\d+/g) ?? []) {
      const [from = 0, to = from] = range.split('-').map(Number)
      for (let number = from; number <= to && number - from < RANGE_MAX; number++) found.add(number)
    }
  }
  return found
}

function seen(fact: string, severity: Finding['severity'], summary: string): Finding {
  return { detector: NAME, fact, severity, summary }
}
