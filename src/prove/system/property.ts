import type { AgentSystem } from '../../gate/decide/system/system.ts'
import type { SystemTable } from '../../gate/decide/system/table.ts'
import type { ProgramBuilder } from './program.ts'
import type { Weakening } from './weakenings.ts'

/** A statement about every run of a system, and how to tell whether it says anything. */
export type Property = {
  readonly name: string
  /** `never`: no bad case comes about. `possible`: every case does, in some run. */
  readonly kind: 'never' | 'possible'
  /** The statement in plain words. */
  words(system: AgentSystem): string
  /** Whether the system has anything the statement is about. */
  applies(system: AgentSystem): boolean
  /** Adds the bad cases, and the ghosts they need, to a table. */
  build(table: SystemTable, builder: ProgramBuilder): void
  /** Systems weakened by one guard, one edge or one capability, of which some should break the property. */
  weaken(system: AgentSystem): Iterable<Weakening>
}
