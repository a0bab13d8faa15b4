import { setImmediate as afterOthers } from 'node:timers/promises'
import type { Steps } from '../kernel/steps.ts'
import type { JudgedAct } from './act.ts'
import type { AgentGate } from './agent-gate.ts'
import type { Carried } from './carried-act.ts'
import type { Finding } from './finding.ts'

/** What is shorter is inspected at once: some milliseconds, even where it is full of what might be encoded. */
const SLICED_CHARACTERS_MIN = 131_072

/**
 * Inspects long acts one after the other and a step at a time, so that others are judged between two steps. An act of the
 * same session that comes meanwhile waits: what a session said before is part of how it is judged.
 */
export class Slices {
  readonly #gate: Pick<AgentGate, 'inspectInSteps'>
  #last: Promise<unknown> = Promise.resolve()
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(gate: Pick<AgentGate, 'inspectInSteps'>) {
    this.#gate = gate
  }

  /** What an act comes to that is to be judged in slices; nothing for one that can be judged at once. */
  inspected(act: JudgedAct, carried: Carried): Promise<readonly Finding[] | undefined> | undefined {
    if (carried.kind === 'read' && carried.characters >= SLICED_CHARACTERS_MIN) return this.#inspect(act)
    return this.#underWay.has(act.session) ? this.#wait(act.session) : undefined
  }

  async #wait(session: string): Promise<undefined> {
    for (let under = this.#underWay.get(session); under; under = this.#underWay.get(session)) await under
  }

  async #inspect(act: JudgedAct): Promise<readonly Finding[] | undefined> {
    const mine = this.#last.then(() => inTurns(this.#gate.inspectInSteps(act)))
    const settled = mine.catch(() => {})
    this.#last = settled
    this.#underWay.set(act.session, settled)
    try {
      return await mine
    } catch {
      // Inspected anew where a failure is decided about.
      return undefined
    } finally {
      if (this.#underWay.get(act.session) === settled) this.#underWay.delete(act.session)
    }
  }
}

async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    await afterOthers()
    const { done, value } = steps.next()
    if (done) return value
  }
}
