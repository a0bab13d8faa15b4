import { drained, type Steps } from '../../../kernel/steps.ts'
import type { CallAct, MessageAct, ResultAct, TaskAct, ToolDescription, ToolsAct } from '../../act.ts'
import { type Finding, severityRank } from '../../finding.ts'
import { secretFile } from '../command/credential-read/secret-files.ts'
import { asksFor, doingKey, sharesKey, ToolKeys } from './choice.ts'
import { composedPictures } from './composed.ts'
import { type Directive, shareWord } from './directives.ts'
import { type Effect, effectOf, nameWords, onlyJudges } from './effects.ts'
import { fold } from './fold.ts'
import { Heard } from './heard.ts'
import { InnerWatch } from './inner-watch.ts'
import { KeptSecrets } from './kept-secrets.ts'
import { Readings, readTask, type TaskReading } from './readings.ts'
import { called } from './sources.ts'
import { coreOf, holds, hostOf, placesIn, shapeOf, spellingsOf, type Value, valuesOf } from './values.ts'

const NAME = 'flow'

const TOOLS_MAX = 2_000
const PATH_CHARACTERS_MAX = 500
const TASK_CHARACTERS_MAX = 65_536
/** Shorter values are in every text. */
const VALUE_CHARACTERS_MIN = 4

export type ToolSets = {
  readonly trusted: ReadonlySet<string>
  readonly sinks: ReadonlySet<string>
  readonly readers: ReadonlySet<string>
}

const nothingAsked = readTask('')

/** Effects that a task must call for in words, even when it hands over everything else. */
const grave: ReadonlySet<Effect> = new Set(['pay', 'delete', 'share', 'identity'])

/** Effects that go along with looking; where they go is what counts. */
const passing: ReadonlySet<Effect> = new Set(['visit', 'download', 'submit'])

/** Effects that only bring something here. */
const looking: ReadonlySet<Effect> = new Set(['visit', 'download'])

/** Words for the one are often said of the other. */
const kin: Partial<Record<Effect, readonly Effect[]>> = {
  message: ['publish'],
  publish: ['message'],
  create: ['change'],
  change: ['create'],
}

type Origin = 'task' | 'trusted' | 'result' | 'instruction' | 'unknown'

/** Where the values of a session came from, and whether a call follows the user or a text that a tool returned. */
export class Flow {
  #sets: ToolSets
  readonly #tools = new Map<string, ToolDescription>()
  #task = ''
  #asked: TaskReading = nothingAsked
  readonly #toolKeys = new ToolKeys()
  readonly #readings: Readings
  readonly #inner: InnerWatch
  /** Tools that were called before without a finding: no sentence heard later chose them. */
  readonly #used = new Set<string>()
  readonly #heard: Heard
  readonly #kept = new KeptSecrets()

  /** `readings` are shared by sessions: what one read need not be read again. */
  constructor(sets: ToolSets, readings = new Readings()) {
    this.#sets = sets
    this.#readings = readings
    this.#inner = new InnerWatch(readings)
    this.#heard = new Heard(readings)
  }

  use(sets: ToolSets): void {
    this.#sets = sets
  }

  note(act: ToolsAct | TaskAct): void {
    if (act.kind === 'tools') this.#noteTools(act)
    else this.#noteTask(act)
  }

  #noteTools(act: ToolsAct): void {
    for (const tool of act.tools) if (this.#tools.size < TOOLS_MAX) this.#tools.set(tool.name, tool)
  }

  #noteTask(act: TaskAct): void {
    const text = fold(act.text)
    if (this.#task.includes(text)) return
    this.#inner.noteOwn(act.text)
    this.#task = `${this.#task} ${text}`.slice(-TASK_CHARACTERS_MAX)
    this.#asked = this.#readings.task(this.#task)
  }

  /** A result is only remembered; what it says matters when a call follows it. */
  inspectResult(act: Pick<ResultAct, 'tool' | 'text'>): readonly Finding[] {
    return drained(this.inspectResultInSteps(act))
  }

  *inspectResultInSteps(act: Pick<ResultAct, 'tool' | 'text'>): Steps<readonly Finding[]> {
    if (this.#sets.trusted.has(act.tool)) {
      this.#heard.noteTrusted(act.text)
      this.#inner.noteOwn(act.text)
      return []
    }
    this.#inner.noteResult(act.tool, act.text)
    this.#kept.noteResult(act.tool, act.text)
    return yield* this.#heard.note(act.text, act.tool, [...this.#tools.keys()])
  }

  inspectMessage(act: MessageAct): readonly Finding[] {
    this.#inner.noteResult('', act.text)
    return drained(this.#heard.note(act.text, act.from, [...this.#tools.keys()]))
  }

  inspectCall(act: CallAct): readonly Finding[] {
    const findings = this.#inspectCall(act)
    if (findings.length === 0 && this.#used.size < TOOLS_MAX) this.#used.add(act.tool)
    return findings
  }

  #inspectCall(act: CallAct): readonly Finding[] {
    const effect = this.#effectOf(act)
    const values = valuesOf(act.arguments)
    this.#kept.noteCall(act.tool, values, this.#task)
    const findings: Finding[] = [
      ...this.#keptSecret(act.tool, values),
      ...this.#kept.inspect(act.tool, effect, values),
      ...this.#inner.inspect(act.tool, effect, values),
      ...composedPictures(act.tool, values, this.#heard, this.#task),
    ]
    if (this.#heard.instructions !== '') findings.push(...this.#followed(act.tool, effect, values))
    if (findings.length > 0 || effect === 'look') return findings
    if (effect !== 'unknown') findings.push(...this.#directed(act.tool, effect, values))
    if (findings.length === 0) findings.push(...this.#chosen(act.tool, effect, values.length > 0))
    if (effect === 'unknown') return findings
    if (findings.length === 0) findings.push(...this.#unasked(act.tool, effect, values))
    if (findings.length === 0) findings.push(...this.#unread(act.tool, effect, values))
    return findings
  }

  #effectOf({ tool, arguments: args }: CallAct): Effect {
    if (this.#sets.readers.has(tool)) return 'look'
    const isJudging = onlyJudges(tool, Object.keys(args))
    const effect = isJudging ? 'look' : effectOf(tool, this.#tools.get(tool))
    return effect === 'look' && this.#sets.sinks.has(tool) ? 'message' : effect
  }

  /** Files of keys and passwords are nobody's business unless the user named them. */
  #keptSecret(tool: string, values: readonly Value[]): readonly Finding[] {
    for (const { text } of values) {
      const secret = text.length < PATH_CHARACTERS_MAX ? secretFile(text) : undefined
      if (secret === undefined || severityRank(secret.severity) < severityRank('high')) continue
      if (!holds(this.#task, fold(text).trim()))
        return [
          found('flow.secret-path', 'high', `${tool} touches ${secret.what}, which the task does not name`),
        ]
    }
    return []
  }

  /** Does the call do what an injected instruction asked for? */
  #followed(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    if (effect === 'look') return []
    const injected = values.filter((value) => this.#originOf(value) === 'instruction')
    // "Do what the mail says": a list of things to do has words of command, and is what the user wants followed.
    const isHandedOver = this.#asked.delegates && !grave.has(effect)
    const place = injected.find((value) => value.kind === 'place' && (!isHandedOver || this.#isPlain(value)))
    if (place !== undefined) {
      const isPlain = this.#isPlain(place)
      return [
        found(
          isPlain ? 'flow.injected-destination' : 'flow.told-destination',
          isPlain ? 'critical' : 'high',
          `${tool} would go to ${called(place)}, which only an instruction in ${this.#sourceOf(place)} named`,
        ),
      ]
    }
    const value = isHandedOver ? injected.find((each) => this.#isPlain(each)) : injected[0]
    if (value !== undefined)
      return [
        found(
          'flow.injected-value',
          'high',
          `${tool} would use a ${value.field || 'value'} that only an instruction in ${this.#sourceOf(value)} named`,
        ),
      ]
    const places = values.filter((value) => value.kind === 'place')
    // Opening a page is harmless but for where it is: the words for it stand in every text, the place does not.
    const isNamed =
      places.length > 0 && (looking.has(effect) || places.every((value) => this.#originOf(value) === 'task'))
    const wanted = isHandedOver ? this.#heard.plainEffects : this.#heard.instructionEffects
    if (wanted.has(effect) && !this.#asked.effects.has(effect) && !isNamed && !this.#isSpelledOut(tool))
      return [
        found(
          'flow.injected-action',
          'high',
          `${tool} does what an instruction in tool output asked and the user did not`,
        ),
      ]
    return []
  }

  /** A task that writes a tool's name asks for what it does. Only a name that is no word: `web_search`, not `send`. */
  #isSpelledOut(tool: string): boolean {
    return /[a-z]_[a-z]/i.test(tool) && holds(this.#task, tool.toLowerCase())
  }

  #isPlain({ kind, text }: Value): boolean {
    const { plain } = this.#heard
    if (kind !== 'place') return holds(plain, fold(text).trim())
    const core = coreOf(text)
    return holds(plain, core) || (this.#isHostTold(core) && holds(plain, hostOf(core) ?? core))
  }

  /** Does the call do what a plain sentence in tool output told somebody to do, apart from the user's task? */
  #directed(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    for (const value of values) {
      const core = value.kind === 'place' ? coreOf(value.text) : fold(value.text).trim()
      if (core.length < VALUE_CHARACTERS_MIN || holds(this.#task, core)) continue
      const directive = this.#heard.directives.find(
        (each) => isTold(each, effect, value.kind) && holds(each.text, core),
      )
      if (directive === undefined) continue
      const isAbout = shareWord(directive.words, this.#asked.words)
      const isCalledFor = this.#asked.effects.has(effect)
      const isOther = grave.has(effect) && value.kind === 'place' && this.#asked.shapes.has(shapeOf(core))
      if (isAbout && (isCalledFor || this.#asked.delegates) && !isOther) continue
      if (this.#asked.delegates && value.kind !== 'place') continue
      return [
        found(
          'flow.directed',
          'medium',
          `${tool} takes ${called(value)} from a request in ${this.#heard.sources.of(directive.text.trim())}; the task is about something else`,
        ),
      ]
    }
    return []
  }

  /** Did a sentence in tool output choose the tool? The user asked for nothing of the kind, and the sentence does. */
  #chosen(tool: string, effect: Effect, hasValues: boolean): readonly Finding[] {
    // A door of MCP never hears the task: then nobody can say what it did not ask for.
    if (this.#task === '' || this.#used.has(tool)) return []
    const keys = this.#toolKeys.of(tool)
    // A name of things alone says what a tool is about, and not that the task, which is about much, calls for it.
    const named = doingKey(tool) === undefined ? 'unknown' : effect
    if ((passing.has(effect) && hasValues) || this.#asked.delegates || this.#isCalledFor(tool, named))
      return []
    const isFitting = named === 'unknown' && sharesKey(keys, this.#asked.keys)
    const chosen = this.#heard.directives.find(
      (each) =>
        asksFor(each, named, keys, this.#asked.keys, this.#asked.words) ||
        (onlyLooks(this.#asked) && !isFitting && each.told.isRequest && each.told.effects.size > 0) ||
        (named === 'unknown' &&
          !isFitting &&
          each.told.isRequest &&
          isForeign(each.words, this.#asked.words, hasValues)),
    )
    if (chosen === undefined) return []
    return [
      found(
        'flow.directed',
        'medium',
        `${tool} does what a request in ${this.#heard.sources.of(chosen.text.trim())} asks for and the user did not`,
      ),
    ]
  }

  #isCalledFor(tool: string, effect: Effect): boolean {
    if (this.#asked.effects.has(effect)) return true
    if ((kin[effect] ?? []).some((each) => this.#asked.effects.has(each))) return true
    const key = doingKey(tool)
    if (key !== undefined) return this.#asked.keys.has(key)
    // `file_document` for "File the brief": what the tool's name begins with is what the user says to do.
    return this.#asked.leads.has(nameWords(tool)[0] ?? '')
  }

  /** Does the call do what nobody asked for, with somewhere to go that only a tool named? */
  #unasked(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    if (this.#asked.effects.has(effect)) return []
    const isGrave = grave.has(effect)
    if (this.#asked.delegates && !isGrave) return []
    if (effect === 'delete' && values.length > 0 && values.every((value) => this.#originOf(value) !== 'task'))
      return [found('flow.unasked-action', 'medium', `${tool} deletes what the user did not name`)]
    const places = values.filter((value) => value.kind === 'place')
    const foreign = places.find((value) => {
      const origin = this.#originOf(value)
      // To open what a search found is to go on looking; what a sentence told to visit was seen before this.
      return (origin === 'result' && !looking.has(effect)) || origin === 'unknown'
    })
    if (foreign === undefined) return []
    const by =
      this.#originOf(foreign) === 'unknown' ? 'nobody' : `${this.#sourceOf(foreign)}, and not the user,`
    const summary = `${tool}, which the task does not call for, would go to ${called(foreign)}: ${by} named it`
    return [found('flow.unasked-destination', 'medium', summary)]
  }

  /** What was not read may have named any place that nothing else did. */
  #unread(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    const { hasUnread, hasForgotten } = this.#heard
    if (!hasUnread && !hasForgotten) return []
    const place = values.find((value) => {
      if (value.kind !== 'place') return false
      const origin = this.#originOf(value)
      return (
        (hasUnread && origin === 'unknown') ||
        (hasForgotten && origin === 'result' && outward.includes(effect))
      )
    })
    if (place === undefined) return []
    return [
      found(
        'flow.unread-destination',
        'medium',
        `${tool} would go to ${called(place)}, which a result too long to be followed may have told it`,
      ),
    ]
  }

  /** Do results speak of both within a few lines? */
  isLinked(value: string, name: string): boolean {
    return this.#heard.isNear(fold(value).trim(), name)
  }

  /** Of an address put together by the agent, the host says whose it is: what follows may be what is carried away. */
  #isHostTold(core: string): boolean {
    const host = hostOf(core)
    return (
      host !== undefined &&
      holds(this.#heard.instructions, host) &&
      ![this.#task, this.#heard.trusted, this.#heard.results].some((text) => holds(text, host))
    )
  }

  /** Which tool's words it stands in, for the person who decides. */
  #sourceOf({ kind, text }: Value): string {
    const core = kind === 'place' ? coreOf(text) : fold(text).trim()
    const host = kind === 'place' && this.#isHostTold(core) ? hostOf(core) : undefined
    return this.#heard.sources.of(host ?? core)
  }

  #originOf(value: Value): Origin {
    const isPlace = value.kind === 'place'
    const core = isPlace ? coreOf(value.text) : fold(value.text).trim()
    if (core.length < VALUE_CHARACTERS_MIN) return 'unknown'
    if (holds(this.#task, core)) return 'task'
    if (holds(this.#heard.trusted, core)) return 'trusted'
    if (holds(this.#heard.results, core)) return 'result'
    if (holds(this.#heard.instructions, core)) return 'instruction'
    if (isPlace && this.#isHostTold(core)) return 'instruction'
    if (!isPlace) {
      for (const spelling of spellingsOf(value.text)) {
        const places = placesIn(spelling).map(coreOf)
        if (
          places.some(
            (place) =>
              holds(this.#heard.instructions, place) &&
              !holds(this.#task, place) &&
              !holds(this.#heard.results, place),
          )
        )
          return 'instruction'
      }
    }
    return 'unknown'
  }
}

/** The task wants to know something and nothing done. */
function onlyLooks({ effects }: TaskReading): boolean {
  return [...effects].every((effect) => effect === 'look' || passing.has(effect))
}

/**
 * A sentence about something else may share a word with the task; no more than one of this many. Where a call is given
 * nothing, only this tells; where it is given something, that is compared as well, and one shared word will do.
 */
const FOREIGN_TO_SHARED = 4

function isForeign(words: ReadonlySet<string>, task: ReadonlySet<string>, hasValues: boolean): boolean {
  const shared = [...words].filter((word) => task.has(word)).length
  return hasValues ? shared === 0 : shared * FOREIGN_TO_SHARED <= words.size
}

/** To send money somebody may say send; a place in the sentence settles what is meant. */
const outward: readonly Effect[] = ['message', 'pay', 'share', 'publish']

function isTold({ told }: Directive, effect: Effect, kind: Value['kind']): boolean {
  if (told.effects.has(effect)) return true
  return kind === 'place' && outward.includes(effect) && outward.some((each) => told.effects.has(each))
}

function found(fact: string, severity: Finding['severity'], summary: string): Finding {
  return { detector: NAME, fact, severity, summary }
}
