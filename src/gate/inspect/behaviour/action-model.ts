import type { JudgedAct } from '../../act.ts'

// What an agent does next, learnt from its own sessions that nobody objected to: counts of actions after the two
// before them, smoothed by what comes after the one before and by how often an action comes at all (Witten and Bell).

/** Different actions of one agent; more share one name. */
const ACTIONS_MAX = 500
const CONTEXTS_MAX = 5_000
const OTHER = '*'
const START = '^'
/** Before so much is known, nothing is surprising. */
const SESSIONS_MIN = 20
const ACTIONS_MIN = 200
/** Bits of surprise that an action must at least have, and by how much it must be above what is usual here. */
const SURPRISE_BITS_MIN = 9
const SURPRISE_MARGIN_BITS = 2
/** The part of learnt actions that may be as surprising as the mark. */
const USUAL_SHARE = 0.995
const HISTOGRAM_BITS_MAX = 40

type Counts = { total: number; readonly next: Map<string, number> }

/** A model as it is kept. */
export type SavedModel = {
  readonly sessions: number
  readonly actions: number
  readonly contexts: readonly (readonly [context: string, next: readonly (readonly [string, number])[]])[]
  readonly surprises: readonly number[]
}

/** The name of an action: the tool, the first word of a command, or the kind of act. */
export function actionOf(act: JudgedAct): string | undefined {
  switch (act.kind) {
    case 'call':
      return act.tool.slice(0, 100)
    case 'command':
      return `$ ${/^\s*(?:\S*\/)?([\w.+-]{1,40})/.exec(act.command)?.[1] ?? OTHER}`
    case 'message':
      return `> ${act.to.slice(0, 100)}`
    case 'write':
      return `write ${/\.([\w-]{1,12})$/.exec(act.path)?.[1] ?? ''}`
    case 'result':
      return undefined
  }
}

export class ActionModel {
  readonly #contexts = new Map<string, Counts>()
  readonly #surprises: number[] = new Array<number>(HISTOGRAM_BITS_MAX).fill(0)
  #sessions = 0
  #actions = 0

  static restore(saved: SavedModel): ActionModel {
    const model = new ActionModel()
    model.#sessions = saved.sessions
    model.#actions = saved.actions
    for (const [context, next] of saved.contexts.slice(0, CONTEXTS_MAX))
      model.#contexts.set(context, {
        total: next.reduce((sum, [, count]) => sum + count, 0),
        next: new Map(next),
      })
    saved.surprises.slice(0, HISTOGRAM_BITS_MAX).forEach((count, bits) => {
      model.#surprises[bits] = count
    })
    return model
  }

  save(): SavedModel {
    return {
      sessions: this.#sessions,
      actions: this.#actions,
      contexts: [...this.#contexts].map(([context, { next }]) => [context, [...next]] as const),
      surprises: [...this.#surprises],
    }
  }

  /** Takes in one whole session. Each action is first measured by what was known before it. */
  learn(actions: readonly string[]): void {
    if (actions.length === 0) return
    this.#sessions++
    let [before, last] = [START, START]
    for (const action of actions) {
      if (this.#actions >= ACTIONS_MIN / 2) {
        const bits = Math.min(HISTOGRAM_BITS_MAX - 1, Math.floor(this.#bits(action, before, last)))
        this.#surprises[bits] = (this.#surprises[bits] ?? 0) + 1
      }
      for (const context of contextsOf(before, last)) this.#count(context, action)
      this.#actions++
      before = last
      last = action
    }
  }

  /** How surprising an action is, in bits, if that is far more than this agent's own past is. */
  surprise(action: string, earlier: readonly string[]): number | undefined {
    if (this.#sessions < SESSIONS_MIN || this.#actions < ACTIONS_MIN) return undefined
    const [before = START, last = START] = [START, START, ...earlier].slice(-2)
    const bits = this.#bits(action, before, last)
    const mark = Math.max(SURPRISE_BITS_MIN, this.#usualBits() + SURPRISE_MARGIN_BITS)
    return bits > mark ? bits : undefined
  }

  #bits(action: string, before: string, last: string): number {
    const all = this.#contexts.get('')
    // Beyond the actions seen there is one more, which nobody has seen.
    let share = 1 / ((all?.next.size ?? 0) + 1) / 10
    for (const context of contextsOf(before, last).reverse()) {
      const counts = this.#contexts.get(context)
      if (counts === undefined) continue
      const kinds = counts.next.size
      share = ((counts.next.get(action) ?? 0) + kinds * share) / (counts.total + kinds)
    }
    return -Math.log2(share)
  }

  #usualBits(): number {
    const total = this.#surprises.reduce((sum, count) => sum + count, 0)
    let seen = 0
    for (const [bits, count] of this.#surprises.entries()) {
      seen += count
      if (seen >= total * USUAL_SHARE) return bits + 1
    }
    return HISTOGRAM_BITS_MAX
  }

  #count(context: string, action: string): void {
    const known = this.#contexts.get(context)
    if (known === undefined && this.#contexts.size >= CONTEXTS_MAX) return
    const counts = known ?? { total: 0, next: new Map<string, number>() }
    this.#contexts.set(context, counts)
    const name = counts.next.has(action) || counts.next.size < ACTIONS_MAX ? action : OTHER
    counts.next.set(name, (counts.next.get(name) ?? 0) + 1)
    counts.total++
  }
}

/** From what says most to what says least. */
function contextsOf(before: string, last: string): string[] {
  return [`${before}\n${last}`, `\n${last}`, '']
}
