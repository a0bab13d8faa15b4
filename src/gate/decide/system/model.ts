import { hash } from 'node:crypto'
import { canonicalJson } from '../../canonical.ts'
import { Globs } from '../../globs.ts'
import { systemTable } from './compile.ts'
import { type Layout, tableLayout } from './step.ts'
import type { AgentSystem } from './system.ts'
import type { SystemTable } from './table.ts'

/** Changes when the meaning of a declared system changes, so that a ledger is never replayed under another meaning. */
const MEANING = 'portcullis-system-1'

/** Callers come under few names; this many are remembered with their role. */
const ROLES_MAX = 10_000

/** A system ready to run: its table, and which role a caller comes under. One for all sessions. */
export class SystemModel {
  readonly system: AgentSystem
  readonly table: SystemTable
  readonly layout: Layout
  readonly tools: ReadonlySet<string>
  readonly #globs: readonly (readonly [role: string, globs: Globs])[]
  #hash: string | undefined
  readonly #roles = new Map<string, string | undefined>()

  private constructor(table: SystemTable) {
    const { system } = table
    this.system = system
    this.table = table
    this.layout = tableLayout(this.table)
    this.tools = new Set(system.tools.map(({ name }) => name))
    this.#globs = system.agents.map(({ name, match }) => [name, new Globs(match)])
  }

  static open(system: AgentSystem): SystemModel {
    return new SystemModel(systemTable(system))
  }

  /** For whoever has compiled the system already. */
  static of(table: SystemTable): SystemModel {
    return new SystemModel(table)
  }

  /** Long systems are costly to write out, and not everybody asks. */
  get hash(): string {
    return (this.#hash ??= modelHash(this.system))
  }

  /** The first role whose globs the caller's name fits. */
  roleOf(agent: string): string | undefined {
    if (this.#roles.has(agent)) return this.#roles.get(agent)
    const role = this.#globs.find(([, globs]) => globs.match(agent))?.[0]
    if (this.#roles.size < ROLES_MAX) this.#roles.set(agent, role)
    return role
  }
}

export function modelHash(system: AgentSystem): string {
  // Through JSON once, so that a field without a value and an absent one are the same.
  return hash('sha256', `${MEANING}\n${canonicalJson(JSON.parse(JSON.stringify(system)))}`, 'hex')
}
