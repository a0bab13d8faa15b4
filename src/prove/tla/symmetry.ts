// Symmetry: states that differ only by a permutation of model values count once. The whole group the given
// permutations generate is used, as TLC does.
import { TlaFailure } from './failure.ts'
import type { Interner } from './interner.ts'
import { setOf } from './relations.ts'
import { shapeOf } from './shapes.ts'
import { Callable, Fn, Model, type Shape, TlaSet, type Value } from './values.ts'

export type Canon = {
  /** The least of the rows that the permutations make of this one. */
  readonly smallest: (row: ArrayLike<number>) => ArrayLike<number>
}

/** Permutations a group may have. */
const GROUP_MAX = 50_000

type Permutation = ReadonlyMap<Model, Model>

export function openCanon(sets: readonly Value[], interner: Interner): Canon | undefined {
  const given = sets.flatMap((set) => {
    if (!(set instanceof TlaSet)) throw new TlaFailure('SYMMETRY must name a set of permutations.')
    return set.listed().elements.map(permutation)
  })
  const group = closure(given.filter((each) => each.size > 0)).map((moves) => new Mover(moves, interner))
  if (group.length === 0) return undefined
  let order: readonly number[] | undefined
  return {
    smallest: (row) => {
      order ??= variableOrder(row, interner)
      return leastRow(row, group, order)
    },
  }
}

/** The least row, variable by variable: only the permutations that tie on one variable are tried on the next. */
function leastRow(
  row: ArrayLike<number>,
  group: readonly Mover[],
  order: readonly number[],
): ArrayLike<number> {
  const least = Array.from(row)
  // The identity is not in the group; it is the row itself.
  let tied: readonly (Mover | undefined)[] = [undefined, ...group]
  for (const at of order) {
    const id = row[at] as number
    let best = Number.POSITIVE_INFINITY
    let winners: (Mover | undefined)[] = []
    for (const mover of tied) {
      const moved = mover ? mover.id(id) : id
      if (moved > best) continue
      if (moved < best) {
        best = moved
        winners = []
      }
      winners.push(mover)
    }
    least[at] = best
    tied = winners
  }
  return least
}

/**
 * Functions first, sets last: a function over the permuted values tells most permutations apart and has few forms,
 * so that large sets are permuted for the few that are left.
 */
function variableOrder(row: ArrayLike<number>, interner: Interner): readonly number[] {
  const rank = (id: number): number => {
    const value = interner.value(id)
    if (value instanceof TlaSet) return 3
    if (value instanceof Callable) return value.force().values.length > 0 ? 0 : 2
    return 1
  }
  return Array.from(row, (id, at) => [rank(id), at] as const)
    .sort((left, right) => left[0] - right[0] || left[1] - right[1])
    .map(([, at]) => at)
}

/** One permutation applied to values, each value once. */
class Mover {
  readonly #moves: Permutation
  readonly #interner: Interner
  readonly #known = new Map<number, number>()
  readonly #shapes = new Map<Shape, { readonly shape: Shape; readonly places: readonly number[] }>()

  constructor(moves: Permutation, interner: Interner) {
    this.#moves = moves
    this.#interner = interner
  }

  id(id: number): number {
    if (id & 1) return id
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const moved = this.#interner.id(this.#move(this.#interner.value(id)))
    this.#known.set(id, moved)
    return moved
  }

  #value(value: Value): Value {
    return typeof value === 'object' ? this.#interner.value(this.id(this.#interner.id(value))) : value
  }

  #move(value: Value): Value {
    if (value instanceof Model) return this.#moves.get(value) ?? value
    if (value instanceof TlaSet) return setOf(value.listed().elements.map((each) => this.#value(each)))
    if (!(value instanceof Callable)) return value
    const fn = value.force()
    const { shape, places } = this.#shape(fn.shape)
    const values: Value[] = new Array(fn.values.length)
    fn.values.forEach((each, at) => {
      values[places[at] as number] = this.#value(each)
    })
    return new Fn(shape, values)
  }

  /** Where each key of a domain goes. */
  #shape(shape: Shape): { readonly shape: Shape; readonly places: readonly number[] } {
    const known = this.#shapes.get(shape)
    if (known) return known
    const keys = shape.keys.map((key) => this.#value(key))
    const moved = shapeOf(setOf([...keys]))
    const made = { shape: moved, places: keys.map((key) => moved.find(key)) }
    this.#shapes.set(shape, made)
    return made
  }
}

function permutation(value: Value): Permutation {
  if (!(value instanceof Callable)) throw new TlaFailure('SYMMETRY must name a set of permutations.')
  const fn = value.force()
  const moves = new Map<Model, Model>()
  fn.shape.keys.forEach((key, at) => {
    const to = fn.values[at]
    if (!(key instanceof Model && to instanceof Model)) {
      throw new TlaFailure('A symmetry permutation must map model values to model values.')
    }
    if (key !== to) moves.set(key, to)
  })
  return moves
}

function closure(given: readonly Permutation[]): Permutation[] {
  const name = (moves: Permutation): string =>
    [...moves]
      .map(([from, to]) => `${from.order}:${to.order}`)
      .sort()
      .join()
  const group = new Map<string, Permutation>()
  const queue = [...given]
  for (let moves = queue.pop(); moves; moves = queue.pop()) {
    if (moves.size === 0 || group.has(name(moves))) continue
    group.set(name(moves), moves)
    if (group.size > GROUP_MAX)
      throw new TlaFailure(`The symmetry group has more than ${GROUP_MAX} permutations.`)
    for (const other of given) queue.push(composed(moves, other))
  }
  return [...group.values()]
}

function composed(first: Permutation, second: Permutation): Permutation {
  const moves = new Map<Model, Model>()
  for (const from of new Set([...first.keys(), ...second.keys()])) {
    const middle = first.get(from) ?? from
    const to = second.get(middle) ?? middle
    if (to !== from) moves.set(from, to)
  }
  return moves
}
