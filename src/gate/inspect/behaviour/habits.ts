import type { JudgedAct } from '../../act.ts'
import type { AgentAction } from '../../decision.ts'
import type { Finding } from '../../finding.ts'
import { ActionModel, actionOf, type SavedModel } from './action-model.ts'

const NAME = 'behaviour'
const AGENTS_MAX = 1_000
const SESSIONS_MAX = 10_000
/** Actions of one session that are learnt from. */
const ACTIONS_MAX = 500
/** A session is over when nothing came from it for so long. */
const IDLE_MS = 1_800_000

type Course = { readonly agent: string; readonly actions: string[]; last: number; isClean: boolean }

/**
 * What each agent usually does, learnt from its own sessions: only whole ones, only once they are over, and only those in
 * which nothing was asked about or denied. What is happening now is never learnt while it happens.
 */
export class Habits {
  readonly #models = new Map<string, ActionModel>()
  readonly #courses = new Map<string, Course>()

  inspect(agent: string, act: JudgedAct): readonly Finding[] {
    const action = actionOf(act)
    if (action === undefined) return []
    const earlier = this.#courses.get(act.session)?.actions ?? []
    const bits = this.#models.get(agent)?.surprise(action, earlier)
    if (bits === undefined) return []
    const after = earlier.at(-1) ?? 'nothing'
    return [
      {
        detector: NAME,
        fact: 'behaviour.unexpected',
        severity: 'low',
        summary: `${action.slice(0, 60)} after ${after.slice(0, 60)} is not what this agent does: once in ${Math.round(2 ** Math.min(bits, 30)).toLocaleString('en')} times`,
      },
    ]
  }

  /** What was decided about it. */
  note(agent: string, act: JudgedAct, decided: AgentAction, now: number): void {
    const action = actionOf(act)
    const known = this.#courses.get(act.session)
    if (known === undefined) this.#settle(now)
    const course = known ?? { agent, actions: [], last: now, isClean: true }
    // A Map keeps the order of insertion: what was put back last was used last.
    this.#courses.delete(act.session)
    this.#courses.set(act.session, course)
    course.last = now
    if (decided === 'ask' || decided === 'deny') course.isClean = false
    if (action !== undefined && course.actions.length < ACTIONS_MAX) course.actions.push(action)
  }

  /** Learns from the sessions that are over. */
  #settle(now: number): void {
    for (const [session, course] of this.#courses) {
      if (course.last > now - IDLE_MS && this.#courses.size < SESSIONS_MAX) return
      this.#courses.delete(session)
      if (course.isClean) this.learn(course.agent, course.actions)
    }
  }

  learn(agent: string, actions: readonly string[]): void {
    const model = this.#models.get(agent) ?? new ActionModel()
    this.#models.delete(agent)
    this.#models.set(agent, model)
    if (this.#models.size > AGENTS_MAX) this.#models.delete(this.#models.keys().next().value ?? '')
    model.learn(actions)
  }

  /** Takes what was kept, and leaves what has been learnt since. */
  restore(agent: string, saved: SavedModel): void {
    if (!this.#models.has(agent) && this.#models.size < AGENTS_MAX)
      this.#models.set(agent, ActionModel.restore(saved))
  }

  /** Everything learnt from sessions that were over by now. */
  save(now: number): readonly (readonly [agent: string, model: SavedModel])[] {
    this.#settle(now)
    return [...this.#models].map(([agent, model]) => [agent, model.save()] as const)
  }
}
