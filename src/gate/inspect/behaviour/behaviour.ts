import type { CallAct, JudgedAct, MessageAct, ResultAct, TaskAct } from '../../act.ts'
import type { AgentAction } from '../../decision.ts'
import { type Finding, severityRank } from '../../finding.ts'
import { type Effect, effectOf } from '../flow/effects.ts'
import { type IsLinked, NamedTargets } from './named-targets.ts'
import { otherNumber, otherSurroundings } from './numbered-targets.ts'
import { TurnedAway } from './turned-away.ts'

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
const TOOLS_MAX = 500
/** Of an answer; what changes stands mostly at its beginning. */
const ANSWER_CHARACTERS_COMPARED = 500
const TASK_CHARACTERS_MAX = 20_000

/** Ends of a message that are no agent: who is asked by a server's form or its request for a completion. */
const people: ReadonlySet<string> = new Set(['user', 'model'])

/** What a whole session does, one act at a time: loops, insistence, and targets that are not the ones named. */
export class Behaviour {
  readonly #counts = new Map<string, number>()
  /** Calls that this session had not made before, and how many there had been when each was last made. */
  #news = 0
  readonly #newsAt = new Map<string, number>()
  /** What each tool answered last: an answer that changes is news, as of a build that is waited for. */
  readonly #answers = new Map<string, string>()
  readonly #turnedAway = new TurnedAway()
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
    if (act.kind === 'result') this.#noteResult(act)
    const own =
      act.kind === 'call' ? this.#ofCall(act, isLinked) : act.kind === 'message' ? this.#ofMessage(act) : []
    const isNoticed = findings.some((finding) => severityRank(finding.severity) >= severityRank('low'))
    if (this.#refusals < REFUSALS_MAX || !isNoticed || act.kind === 'result') return own
    return [
      ...own,
      seen('behaviour.insists', 'medium', `goes on after ${this.#refusals} refusals in this session`),
    ]
  }

  #noteResult({ tool, text }: Pick<ResultAct, 'tool' | 'text'>): void {
    this.#turnedAway.noteResult(tool, text)
    const answer = text.slice(0, ANSWER_CHARACTERS_COMPARED)
    if (this.#answers.get(tool) === answer) return
    if (this.#answers.size >= TOOLS_MAX) this.#answers.clear()
    this.#answers.set(tool, answer)
    this.#news++
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
    const refused = this.#turnedAway.inspect(act.tool)
    if (refused !== undefined)
      findings.push(
        seen(
          'behaviour.retries',
          'medium',
          `${act.tool} goes on after it was refused ${refused} times in a row`,
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
    const other =
      otherNumber(act, this.#task) ?? otherSurroundings(act, this.#task) ?? this.#named.inspect(act, isLinked)
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
}

function seen(fact: string, severity: Finding['severity'], summary: string): Finding {
  return { detector: NAME, fact, severity, summary }
}
