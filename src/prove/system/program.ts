import type { Bit, Row, SystemTable } from '../../gate/decide/system/table.ts'

// What the engines work on: the gate's own rows, with bits added that remember what a property needs to know.

/**
 * A way in which a property would be broken: the row fires (or, without a row, a state is reached) while these bits
 * hold, those do not, and none of the `noneOf` rows could fire.
 */
export type Bad = {
  readonly row: number | undefined
  readonly holding: readonly number[]
  readonly lacking: readonly number[]
  readonly noneOf?: readonly Row[]
  /** The counter has reached this value. */
  readonly spent?: { readonly counter: number; readonly least: number }
}

/** Candidates for invariants; whoever uses one proves it first. */
export type Clause =
  | { readonly kind: 'implies'; readonly left: number; readonly right: number }
  | { readonly kind: 'excludes'; readonly left: number; readonly right: number }

export type Program = {
  readonly table: SystemTable
  readonly bits: number
  readonly rows: readonly Row[]
  /** Rows that differ from the table's, for they move ghosts too. */
  readonly watched: readonly number[]
  readonly limits: readonly number[]
  readonly hints: readonly Clause[]
  readonly bads: readonly Bad[]
  nameOf(bit: number): string
}

type Patch = { readonly sets: number[]; readonly clears: number[]; readonly copies: number[] }

/** Adds ghosts to a table: they watch the rows and change nothing. */
export class ProgramBuilder {
  readonly table: SystemTable
  readonly bads: Bad[] = []
  readonly hints: Clause[] = []
  /** Large systems have tens of thousands, and few are ever named. */
  readonly #ghosts: (() => string)[] = []
  readonly #patches = new Map<number, Patch>()

  constructor(table: SystemTable) {
    this.table = table
  }

  ghost(name: () => string): number {
    return this.table.bits.length + this.#ghosts.push(name) - 1
  }

  set(row: number, ghost: number): void {
    this.#patch(row).sets.push(ghost)
  }

  clear(row: number, ghost: number): void {
    this.#patch(row).clears.push(ghost)
  }

  copy(row: number, from: number, to: number): void {
    this.#patch(row).copies.push(from, to)
  }

  bad(bad: Bad): void {
    this.bads.push(bad)
  }

  build(): Program {
    const { table } = this
    const ghosts = this.#ghosts
    const rows = this.#patches.size === 0 ? table.rows : this.#patched()
    return {
      table,
      rows,
      watched: [...this.#patches.keys()],
      bits: table.bits.length + ghosts.length,
      limits: table.counters.map(({ max }) => max),
      hints: this.hints,
      bads: this.bads,
      nameOf: (bit) => {
        const own = table.bits[bit]
        return own === undefined ? (ghosts[bit - table.bits.length]?.() ?? '?') : bitName(own)
      },
    }
  }

  #patched(): readonly Row[] {
    const rows = [...this.table.rows]
    for (const [at, { sets, clears, copies }] of this.#patches) {
      const row = rows[at] as Row
      rows[at] = {
        ...row,
        sets: [...row.sets, ...sets],
        clears: [...row.clears, ...clears],
        copies: [...row.copies, ...copies],
      }
    }
    return rows
  }

  #patch(row: number): Patch {
    const known = this.#patches.get(row)
    if (known !== undefined) return known
    const made: Patch = { sets: [], clears: [], copies: [] }
    this.#patches.set(row, made)
    return made
  }
}

export function bitName(bit: Bit): string {
  switch (bit.kind) {
    case 'revoked':
      return `${bit.agent} is revoked`
    case 'injected':
      return `${bit.agent} has read strangers' words`
    case 'label':
      return `${bit.agent} holds ${bit.label} data`
    case 'grant':
      return `${bit.to} has ${bit.tool} from ${bit.from} at depth ${bit.depth}`
    case 'approved':
      return `${bit.agent} may call ${bit.tool} once with arguments ${bit.slot + 1}`
  }
}
