import { drained, type Steps } from '../../../kernel/steps.ts'
import type { CallAct, MessageAct, ResultAct, TaskAct, ToolDescription, ToolsAct } from '../../act.ts'
import type { Finding } from '../../finding.ts'
import { type Doing, doingOf } from './acts.ts'
import { astray } from './astray.ts'
import { asksFor, doingKey, sharesKey, ToolKeys } from './choice.ts'
import { composedPictures } from './composed.ts'
import { settledOtherwise } from './determined.ts'
import { type Effect, nameWords, onlyJudges } from './effects.ts'
import { fold } from './fold.ts'
import { Heard } from './heard.ts'
import { InnerWatch } from './inner-watch.ts'
import {
  grave,
  isForeign,
  isHost,
  isPath,
  isSpelledOut,
  kin,
  looking,
  namesThing,
  onlyLooks,
  outward,
  passing,
  self,
} from './judging.ts'
import { KeptSecrets, secretPath } from './kept-secrets.ts'
import { isForeign as isForeignText } from './languages.ts'
import { Origins, wordsOf } from './origins.ts'
import { Readings, readTask, type TaskReading } from './readings.ts'
import { recordedInstead } from './recorded.ts'
import { Requests } from './requests.ts'
import { called } from './sources.ts'
import { ToldOut } from './told-out.ts'
import { unreadDestination } from './unread.ts'
import { coreOf, type Value, valuesOf } from './values.ts'

const NAME = 'flow'
const TOOLS_MAX = 2_000
const TASK_CHARACTERS_MAX = 65_536
export type ToolSets = {
  readonly trusted: ReadonlySet<string>
  readonly sinks: ReadonlySet<string>
  readonly readers: ReadonlySet<string>
}

const nothingAsked = readTask('')

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
  /** Where calls went without a finding. */
  readonly #visited = new Set<string>()
  /** Whether the latest call of a tool named something that the task names. */
  readonly #referring = new Map<string, boolean>()
  readonly #heard: Heard
  readonly #origins: Origins
  readonly #requests: Requests
  readonly #kept = new KeptSecrets()
  readonly #toldOut = new ToldOut()

  /** `readings` are shared by sessions: what one read need not be read again. */
  constructor(sets: ToolSets, readings = new Readings()) {
    this.#sets = sets
    this.#readings = readings
    this.#inner = new InnerWatch(readings)
    this.#heard = new Heard(readings)
    this.#origins = new Origins(this.#heard)
    this.#requests = new Requests(this.#heard, this.#toolKeys)
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
    this.#origins.task = this.#task
    this.#origins.noteNames(act.text)
    this.#asked = this.#readings.task(this.#task)
  }

  /** A result is only remembered. */
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
    // What the user hands over is what the call asked for by a word of the task: the mail of David, the file he named.
    const isReferred = this.#referring.get(act.tool) ?? false
    const findings = yield* this.#heard.note(act.text, act.tool, [...this.#tools.keys()], isReferred)
    this.#toldOut.noteResult(act.tool, act.text, this.#heard.isConfidential)
    return findings
  }

  inspectMessage(act: MessageAct): readonly Finding[] {
    this.#inner.noteResult('', act.text)
    return drained(this.#heard.note(act.text, act.from, [...this.#tools.keys()]))
  }

  inspectCall(act: CallAct): readonly Finding[] {
    const findings = this.#inspectCall(act)
    if (findings.length > 0) return findings
    if (this.#used.size < TOOLS_MAX) this.#used.add(act.tool)
    return findings
  }

  #inspectCall(act: CallAct): readonly Finding[] {
    const values = valuesOf(act.arguments)
    const doing = this.#doingOf(act, values)
    const { effect } = doing
    if (this.#asked.delegates && this.#referring.size < TOOLS_MAX)
      this.#referring.set(
        act.tool,
        values.some((value) => this.#origins.of(value) === 'task'),
      )
    this.#kept.noteCall(act.tool, values, this.#task)
    const findings: Finding[] = [
      ...secretPath(act.tool, values, this.#task),
      ...this.#kept.inspect(act.tool, effect, values),
      ...this.#inner.inspect(act.tool, effect, values),
      ...composedPictures(act.tool, values, this.#heard, this.#task),
    ]
    if (this.#heard.instructions !== '') findings.push(...this.#followed(act.tool, effect, values))
    const { directives } = this.#heard
    if (effect === 'look') {
      const keys = this.#toolKeys.of(act.tool)
      this.#toldOut.noteLook(act.tool, values, keys, directives, this.#task, this.#asked.keys)
    }
    if (findings.length === 0)
      findings.push(
        ...this.#toldOut.inspect(act.tool, effect, values, directives, this.#task, this.#heard.results),
      )
    if (findings.length > 0 || effect === 'look') return findings
    findings.push(...recordedInstead(act.tool, effect, values, this.#heard.results, this.#origins))
    if (findings.length === 0 && effect !== 'unknown')
      findings.push(...this.#directed(act.tool, effect, values))
    if (findings.length === 0) findings.push(...this.#chosen(act.tool, effect, values))
    const call = { tool: act.tool, effect, heard: this.#heard, origins: this.#origins, asked: this.#asked }
    if (findings.length === 0) findings.push(...settledOtherwise(call, values))
    if (effect === 'unknown') return findings
    if (findings.length === 0) findings.push(...this.#unasked(act.tool, doing, values))
    if (findings.length === 0)
      findings.push(...unreadDestination(act.tool, effect, values, this.#heard, this.#origins))
    if (findings.length === 0 && passing.has(effect))
      for (const { kind, text } of values)
        if (kind === 'place' && this.#visited.size < TOOLS_MAX) this.#visited.add(coreOf(text))
    return findings
  }

  #doingOf({ tool, arguments: args }: CallAct, values: readonly Value[]): Doing {
    const looks: Doing = { effect: 'look', isGiven: false }
    if (this.#sets.readers.has(tool)) return looks
    const doing = onlyJudges(tool, Object.keys(args))
      ? looks
      : doingOf(tool, args, values, this.#tools.get(tool))
    return doing.effect === 'look' && this.#sets.sinks.has(tool)
      ? { effect: 'message', isGiven: false }
      : doing
  }

  /** Does the call do what an injected instruction asked for? */
  #followed(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    if (effect === 'look') return []
    const injected = values.filter((value) => this.#origins.of(value) === 'instruction')
    // "Do what the mail says": a list of things to do has words of command, and is what the user wants followed.
    const isHandedOver = this.#asked.delegates && !grave.has(effect)
    const place = injected.find(
      (value) => value.kind === 'place' && (!isHandedOver || this.#origins.isPlain(value)),
    )
    if (place !== undefined) {
      const isPlain = this.#origins.isPlain(place)
      return [
        found(
          isPlain ? 'flow.injected-destination' : 'flow.told-destination',
          isPlain ? 'critical' : 'high',
          `${tool} would go to ${called(place)}, which only an instruction in ${this.#origins.sourceOf(place)} named`,
        ),
      ]
    }
    const value = isHandedOver ? injected.find((each) => this.#origins.isPlain(each)) : injected[0]
    if (value !== undefined)
      return [
        found(
          'flow.injected-value',
          'high',
          `${tool} would use a ${value.field || 'value'} that only an instruction in ${this.#origins.sourceOf(value)} named`,
        ),
      ]
    const places = values.filter((value) => value.kind === 'place')
    // Opening a page is harmless but for where it is: the words for it stand in every text, the place does not.
    const isNamed =
      places.length > 0 &&
      (looking.has(effect) || places.every((value) => this.#origins.of(value) === 'task'))
    // One mark, as honest guides have, is not enough against a call whose every value is the user's or a record's.
    const isOwn =
      !grave.has(effect) && values.length > 0 && values.every((each) => this.#origins.isAccountedFor(each))
    const wanted = isHandedOver || isOwn ? this.#heard.plainEffects : this.#heard.instructionEffects
    // Told in a language that is not the user's: words of the task and of the order cannot be compared.
    const isElsewhere =
      this.#heard.hasForeignOrder &&
      !this.#used.has(tool) &&
      !isForeignText(this.#task) &&
      !sharesKey(this.#toolKeys.of(tool), this.#asked.keys)
    if (
      wanted.has(effect) &&
      (!this.#asked.effects.has(effect) || isElsewhere) &&
      !isNamed &&
      !isSpelledOut(tool, this.#task)
    )
      return [
        found(
          'flow.injected-action',
          'high',
          `${tool} does what an instruction in tool output asked and the user did not`,
        ),
      ]
    return []
  }

  /** Does the call do what a plain sentence in tool output told somebody to do, apart from the user's task? */
  #directed(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    for (const value of values) {
      const directive = this.#requests.behind(tool, effect, value, this.#task, this.#asked)
      if (directive === undefined) continue
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
  #chosen(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    // A door of MCP never hears the task: then nobody can say what it did not ask for.
    if (this.#task === '' || this.#used.has(tool)) return []
    const keys = this.#toolKeys.of(tool)
    // A name of things alone says what a tool is about, and not that the task, which is about much, calls for it.
    const named = doingKey(tool) === undefined ? 'unknown' : effect
    if ((passing.has(effect) && values.length > 0) || this.#asked.delegates) return []
    const hasValues = values.length > 0
    const isCalledFor = this.#isCalledFor(tool, named)
    // A call for what the task is about is its own, unless it deletes or takes what only a sentence says.
    if (isCalledFor && effect !== 'delete' && !values.some((each) => this.#origins.isOnlySaid(each)))
      return []
    const isFitting = named === 'unknown' && sharesKey(keys, this.#asked.keys)
    const chosen = this.#heard.directives.find(
      (each) =>
        (isCalledFor && each.told.isRequest && namesThing(tool, keys, each, this.#asked.keys)) ||
        (!isCalledFor &&
          (asksFor(each, named, keys, this.#asked.keys, this.#asked.words) ||
            (onlyLooks(this.#asked) && !isFitting && each.told.isRequest && each.told.effects.size > 0) ||
            (named === 'unknown' &&
              !isFitting &&
              each.told.isRequest &&
              isForeign(each.words, this.#asked.words, hasValues)))),
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
    if ((kin[effect] ?? []).some((each) => this.#asked.effects.has(each)) || this.#isGuardOf(tool, effect))
      return true
    const key = doingKey(tool)
    if (key !== undefined) return this.#asked.keys.has(key)
    // `file_document` for "File the brief": what the tool's name begins with is what the user says to do.
    return this.#asked.leads.has(nameWords(tool)[0] ?? '')
  }

  /** The user has something done with the very thing that the tool's name names: opens the garage, stops the alarm. */
  #isGuardOf(tool: string, effect: Effect): boolean {
    return (
      effect === 'share' &&
      !/share|grant|invite/i.test(tool) &&
      !onlyLooks(this.#asked) &&
      sharesKey(this.#toolKeys.of(tool), this.#asked.keys)
    )
  }

  /** Does the call do what nobody asked for, with somewhere to go that only a tool named? */
  #unasked(tool: string, { effect, isGiven }: Doing, values: readonly Value[]): readonly Finding[] {
    if (this.#asked.effects.has(effect))
      return this.#asked.delegates || this.#task === ''
        ? []
        : astray(tool, effect, values, this.#heard, this.#origins)
    const isGrave = grave.has(effect)
    if (this.#asked.delegates && !isGrave)
      // Handed over is what the user sent the agent to read, and not where else a text would have things sent.
      values = outward.includes(effect) ? values.filter((value) => this.#origins.isStray(value)) : []
    if (values.length === 0 && !isGrave) return []
    if (effect === 'delete' && values.length > 0 && !values.some((value) => this.#origins.isMeant(value)))
      return [found('flow.unasked-action', 'medium', `${tool} deletes what the user did not name`)]
    const isFree =
      this.#task === '' ||
      this.#asked.delegates ||
      (effect === 'pay' && values.some((each) => each.kind === 'place' && this.#origins.isMeant(each))) ||
      (!isGiven && this.#isGuardOf(tool, effect))
    if (((isGrave && effect !== 'delete') || (isGiven && effect === 'message')) && !isFree) {
      const does =
        effect === 'pay'
          ? 'pays'
          : effect === 'message'
            ? 'hands something out'
            : 'changes who may do or see what'
      return [found('flow.unasked-action', 'medium', `${tool} ${does}, which the task does not call for`)]
    }
    const wished = this.#asked.delegates ? undefined : this.#requests.about(values)
    if (wished !== undefined && this.#task !== '' && (effect === 'change' || effect === 'publish'))
      return [
        found(
          'flow.directed',
          'medium',
          `${tool} acts on what a request in ${this.#heard.sources.of(wished.text.trim())} is about; the task calls for nothing of the kind`,
        ),
      ]
    const isOpen = this.#task === '' || this.#asked.delegates || (effect !== 'change' && effect !== 'publish')
    const mentioned = isOpen
      ? undefined
      : values.find((value) => !isPath(value) && this.#origins.isOnlySaid(value))
    if (mentioned !== undefined)
      return [
        found(
          'flow.directed',
          'medium',
          `${tool}, which the task does not call for, takes ${called(mentioned)} from a sentence in ${this.#origins.sourceOf(mentioned)}`,
        ),
      ]
    const places = values.filter((value) => value.kind === 'place')
    const foreign = places.find((value) => {
      if (self.test(value.text)) return false
      // What is entered into a page goes where the page is, and a page that was opened before is not chosen anew.
      if (effect === 'submit' && (this.#visited.has(wordsOf(value)) || !isHost(wordsOf(value)))) return false
      const origin = this.#origins.of(value)
      if (origin === 'unknown') return !passing.has(effect) || !this.#origins.isHostFound(value)
      // To open what a search found is to go on looking; what a sentence told to visit was seen before this.
      if (origin !== 'result' || looking.has(effect)) return false
      // Whom a record names: the person that the task is about, or nobody grave things are done to.
      return isGrave ? !this.#origins.isMeant(value) : !this.#origins.isEntry(value)
    })
    if (foreign === undefined) return []
    const by =
      this.#origins.of(foreign) === 'unknown'
        ? 'nobody'
        : `${this.#origins.sourceOf(foreign)}, and not the user,`
    const summary = `${tool}, which the task does not call for, would go to ${called(foreign)}: ${by} named it`
    return [found('flow.unasked-destination', 'medium', summary)]
  }

  /** Do results speak of both within a few lines? */
  isLinked(value: string, name: string): boolean {
    return this.#heard.isNear(fold(value).trim(), name)
  }
}

function found(fact: string, severity: Finding['severity'], summary: string): Finding {
  return { detector: NAME, fact, severity, summary }
}
