// Symmetry: states that differ only by a permutation of model values count once. The whole group the given
// permutations generate is used, as TLC does.
import { TlaFailure } from './failure.ts'
import type { Interner } from './interner.ts'
import { setOf } from './relations.ts'
import { fnOf } from './shapes.ts'
import { Callable, Model, SetOf, TlaSet, type Value } from './values.ts'

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
  const group = closure(given.filter((each) => each.size > 0))
  if (group.length === 0) return undefined
  const known = group.map(() => new Map<number, number>())
  const moved = (id: number, at: number): number => {
    if (id & 1) return id
    const kept = known[at] as Map<number, number>
    const found = kept.get(id)
    if (found !== undefined) return found
    const made = interner.id(permute(interner.value(id), group[at] as Permutation))
    kept.set(id, made)
    return made
  }
  return {
    smallest: (row) => {
      let best: number[] = Array.from(row)
      for (let at = 0; at < group.length; at++) {
        const other = best.length === 0 ? [] : smaller(row, best, (id) => moved(id, at))
        if (other) best = other
      }
      return best
    },
  }
}

/** The permuted row if it is less than the best so far. */
function smaller(
  row: ArrayLike<number>,
  best: readonly number[],
  move: (id: number) => number,
): number[] | undefined {
  for (let at = 0; at < best.length; at++) {
    const id = move(row[at] as number)
    if (id > (best[at] as number)) return undefined
    if (id < (best[at] as number)) return Array.from(row, (each) => move(each))
  }
  return undefined
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

function permute(value: Value, moves: Permutation): Value {
  if (typeof value !== 'object') return value
  if (value instanceof Model) return moves.get(value) ?? value
  if (value instanceof SetOf) return setOf(value.elements.map((each) => permute(each, moves)))
  if (value instanceof TlaSet) return permute(value.listed(), moves)
  if (value instanceof Callable) {
    const fn = value.force()
    return fnOf(
      fn.shape.keys.map((key, at) => [permute(key, moves), permute(fn.values[at] as Value, moves)] as const),
    )
  }
  return value
}
