// What the watch knows, as named arrays of numbers: the form in which it is kept.
import assert from 'node:assert/strict'

export type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>

export class Columns {
  readonly #columns: ReadonlyMap<string, Column>

  constructor(columns: ReadonlyMap<string, Column>) {
    this.#columns = columns
  }

  of(name: string): Column {
    const column = this.#columns.get(name)
    assert(column, `a kept state has the column ${name}`)
    return column
  }

  u32(name: string): Uint32Array<ArrayBuffer> {
    const column = this.of(name)
    assert(column instanceof Uint32Array, `the column ${name} holds 32-bit words`)
    return column
  }
}

/** Lists end to end: where each ends, and their values. */
export function flat(lists: readonly (readonly number[])[]): {
  readonly ends: Uint32Array<ArrayBuffer>
  readonly values: Float64Array<ArrayBuffer>
} {
  const ends = new Uint32Array(lists.length)
  let total = 0
  for (const [at, list] of lists.entries()) ends[at] = total += list.length
  const values = new Float64Array(total)
  let at = 0
  for (const list of lists) for (const value of list) values[at++] = value
  return { ends, values }
}

export function listed(ends: Column, values: Column): number[][] {
  let from = 0
  return Array.from(ends, (end) => {
    const list = Array.from(values.subarray(from, end))
    from = end
    return list
  })
}
