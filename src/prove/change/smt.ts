// Formulas as SMT-LIB text, which is what the solver reads and what a person can read too.

const SOLVER_MS_MAX = 20_000

export function and(parts: readonly string[]): string {
  if (parts.includes('false')) return 'false'
  return several(
    'and',
    [...new Set(parts)].filter((part) => part !== 'true'),
    'true',
  )
}

export function or(parts: readonly string[]): string {
  if (parts.includes('true')) return 'true'
  return several(
    'or',
    [...new Set(parts)].filter((part) => part !== 'false'),
    'false',
  )
}

function several(operator: string, parts: readonly string[], none: string): string {
  const [only] = parts
  if (only === undefined) return none
  return parts.length === 1 ? only : `(${operator} ${parts.join(' ')})`
}

export function not(part: string): string {
  if (part === 'true') return 'false'
  return part === 'false' ? 'true' : `(not ${part})`
}

export function either(when: string, left: string, right: string): string {
  if (when === 'true' || left === right) return left
  return when === 'false' ? right : `(ite ${when} ${left} ${right})`
}

/** Characters of the solver's strings end here; `undefined` if the text has any beyond. */
const CHARACTER_MAX = 0x2ffff

export function textLiteral(text: string): string | undefined {
  let quoted = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code > CHARACTER_MAX) return undefined
    const isPlain = code >= 0x20 && code < 0x7f && character !== '\\'
    quoted += isPlain ? (character === '"' ? '""' : character) : `\\u{${code.toString(16)}}`
  }
  return `"${quoted}"`
}

export function wholeLiteral(value: number): string {
  return value < 0 ? `(- ${-value})` : String(value)
}

/** Something that the solver may choose. */
export type Unknown = { readonly name: string; readonly sort: 'Bool' | 'Int' | 'String' }

export function declared(unknowns: readonly Unknown[]): string {
  return unknowns.map(({ name, sort }) => `(declare-const ${name} ${sort})`).join('\n')
}

export type SolverAnswer =
  | { readonly kind: 'sat'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'unsat' | 'unknown' }

type Ask = (script: string, unknowns: readonly Unknown[]) => Promise<SolverAnswer>

/** One solver for several questions; it costs 35 MB and half a second, so nobody starts it in vain. */
export class Solver implements AsyncDisposable {
  /** Whether all that the script asserts can be so, and if so with which values. It declares nothing itself. */
  readonly ask: Ask
  readonly #close: () => Promise<void>

  private constructor(ask: Ask, close: () => Promise<void>) {
    this.ask = ask
    this.#close = close
  }

  static async open(): Promise<Solver> {
    const { init, killThreads } = await import('z3-solver')
    const { Context, em } = await init()
    const z3 = Context('portcullis')
    const ask: Ask = async (script, unknowns) => {
      const solver = new z3.Solver()
      solver.set('timeout', SOLVER_MS_MAX)
      // Not `eval_smtlib2_string`: it hands its text to another thread and frees it before that thread has read it.
      solver.fromString(`${declared(unknowns)}\n${script}`)
      const kind = await solver.check()
      if (kind !== 'sat') return { kind }
      const model = solver.model()
      const value = ({ name, sort }: Unknown): string => model.eval(z3[sort].const(name), true).toString()
      return { kind, values: new Map(unknowns.map((each) => [each.name, value(each)])) }
    }
    return new Solver(ask, () => killThreads(em))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

/** A string as the solver prints it. */
export function textOf(printed: string): string {
  return printed
    .replace(/^"|"$/g, '')
    .replaceAll('""', '"')
    .replaceAll(/\\u\{([0-9a-f]+)\}|\\u([0-9a-f]{4})/gi, (_, braced?: string, plain?: string) =>
      String.fromCodePoint(Number.parseInt(braced ?? plain ?? '0', 16)),
    )
}
