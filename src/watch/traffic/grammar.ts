import type { Random } from './random.ts'

/**
 * Rules by name; alternatives are separated by `|`. In an alternative, `{rule}` expands a rule, `{3..9}` draws a
 * number, `{rule@x}` remembers what was drawn, `{@x}` says it again, and `[[text]]` appears half of the time.
 * The rule `start` is where a sentence begins.
 */
export type Rules = Readonly<Record<string, string>>

type Part =
  | {
      readonly kind: 'rule'
      readonly name: string
      readonly alternatives: readonly Sequence[]
      readonly slot: number
    }
  | { readonly kind: 'number'; readonly low: number; readonly high: number; readonly slot: number }
  | { readonly kind: 'again'; readonly slot: number }
  | { readonly kind: 'perhaps'; readonly sequence: Sequence }
type Sequence = readonly (string | Part)[]

const DEPTH_MAX = 12
const NOTHING = -1

/** A compiled set of rules. Expanding draws from the given randomness only. */
export class Grammar {
  readonly #start: readonly Sequence[]

  private constructor(start: readonly Sequence[]) {
    this.#start = start
  }

  static of(rules: Rules, start = 'start'): Grammar {
    return new Grammar(new Compiler(rules).rule(start))
  }

  expand(random: Random): string {
    return expandSequence(random.pick(this.#start), random, [])
  }

  /** How many alternatives the start rule has. */
  get frames(): number {
    return this.#start.length
  }

  /** The same start alternative each time, its slots drawn anew: a template as one author words it. */
  expandFrame(frame: number, random: Random): string {
    const sequence = this.#start[frame % this.#start.length]
    return sequence === undefined ? '' : expandSequence(sequence, random, [])
  }

  /** How many different texts it can say, as a power of ten. Numbers count; what is said again does not. */
  get varietyLog10(): number {
    return Math.log10(varietyOf(this.#start, new Map(), 0))
  }
}

class Compiler {
  readonly #rules: Rules
  readonly #compiled = new Map<string, Sequence[]>()
  readonly #slots = new Map<string, number>()

  constructor(rules: Rules) {
    this.#rules = rules
  }

  rule(name: string): readonly Sequence[] {
    const known = this.#compiled.get(name)
    if (known) return known
    const text = this.#rules[name]
    if (text === undefined) throw new Error(`grammar has no rule '${name}'`)
    const alternatives: Sequence[] = []
    this.#compiled.set(name, alternatives)
    for (const alternative of text.split('|')) alternatives.push(this.#sequence(alternative))
    return alternatives
  }

  #sequence(text: string): Sequence {
    const parts: (string | Part)[] = []
    for (const piece of text.split(/(\[\[.*?\]\]|\{[^{}\s]+\})/s)) {
      if (piece === '') continue
      if (piece.startsWith('[['))
        parts.push({ kind: 'perhaps', sequence: this.#sequence(piece.slice(2, -2)) })
      else if (/^\{[\w.@-]+\}$/.test(piece)) parts.push(this.#part(piece.slice(1, -1)))
      else parts.push(piece)
    }
    return parts
  }

  #part(text: string): Part {
    const [name = '', label] = text.split('@')
    const slot = label === undefined ? NOTHING : this.#slot(label)
    if (name === '') return { kind: 'again', slot }
    const range = /^(\d+)\.\.(\d+)$/.exec(name)
    if (range) return { kind: 'number', low: Number(range[1]), high: Number(range[2]), slot }
    return { kind: 'rule', name, alternatives: this.rule(name), slot }
  }

  #slot(label: string): number {
    const known = this.#slots.get(label)
    if (known !== undefined) return known
    this.#slots.set(label, this.#slots.size)
    return this.#slots.size - 1
  }
}

function expandSequence(sequence: Sequence, random: Random, memory: string[]): string {
  let text = ''
  for (const part of sequence) {
    if (typeof part === 'string') text += part
    else if (part.kind === 'rule') {
      const drawn = expandSequence(random.pick(part.alternatives), random, memory)
      if (part.slot !== NOTHING) memory[part.slot] = drawn
      text += drawn
    } else if (part.kind === 'number') {
      const drawn = String(random.between(part.low, part.high))
      if (part.slot !== NOTHING) memory[part.slot] = drawn
      text += drawn
    } else if (part.kind === 'again') text += memory[part.slot] ?? ''
    else if (random.chance(0.5)) text += expandSequence(part.sequence, random, memory)
  }
  return text
}

function varietyOf(
  alternatives: readonly Sequence[],
  known: Map<readonly Sequence[], number>,
  depth: number,
): number {
  const counted = known.get(alternatives)
  if (counted !== undefined) return counted
  if (depth > DEPTH_MAX) return 1
  const one = (sequence: Sequence): number =>
    sequence.reduce<number>((product, part) => {
      if (typeof part === 'string' || part.kind === 'again') return product
      if (part.kind === 'number') return product * (part.high - part.low + 1)
      if (part.kind === 'perhaps') return product * (1 + one(part.sequence))
      return product * varietyOf(part.alternatives, known, depth + 1)
    }, 1)
  const total = alternatives.reduce((sum, sequence) => sum + one(sequence), 0)
  known.set(alternatives, total)
  return total
}
