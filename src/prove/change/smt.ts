// Formulas as SMT-LIB text, which is what the solver reads and what a person can read too.

import { setTimeout } from 'node:timers/promises'
import type { init, Z3_context, Z3_model, Z3_solver, Z3_symbol } from 'z3-solver'

const SOLVER_MS_MAX = 20_000
/** The solver looks at its own clock; one that is silent for this long has broken down. */
const SOLVER_LOST_MS = 3 * SOLVER_MS_MAX
/** `Z3_PRINT_SMTLIB2_COMPLIANT`, `Z3_L_TRUE` and `Z3_L_FALSE`. */
const PRINT_SMTLIB = 2
const [TRUE, FALSE] = [1, -1]

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

type Api = Awaited<ReturnType<typeof init>>

/** One solver for several questions; it costs 35 MB and half a second, so nobody starts it in vain. */
export class Solver implements AsyncDisposable {
  readonly #api: Api
  readonly #close: () => Promise<void>
  #isLost = false

  private constructor(api: Api, close: () => Promise<void>) {
    this.#api = api
    this.#close = close
  }

  static async open(): Promise<Solver> {
    const { init, killThreads } = await import('z3-solver')
    const api = await init()
    return new Solver(api, () => killThreads(api.em))
  }

  /** Whether all that the script asserts can be so, and if so with which values. It declares nothing itself. */
  async ask(script: string, unknowns: readonly Unknown[]): Promise<SolverAnswer> {
    // What became of a solver that broke down says nothing about the next question.
    if (this.#isLost) return { kind: 'unknown' }
    const question = new Question(this.#api, `${declared(unknowns)}\n${script}`)
    const kind = await question.check()
    this.#isLost = kind === 'lost'
    if (kind === 'lost') return { kind: 'unknown' }
    try {
      return kind === 'sat' ? { kind, values: question.values(unknowns) } : { kind }
    } finally {
      question.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

/**
 * A context of its own for one question. The package's convenient classes are not used: they give memory back whenever
 * the collector runs, from this thread, while another thread solves in the same context; that corrupts the solver.
 */
class Question {
  readonly #z3: Api['Z3']
  readonly #context: Z3_context
  readonly #solver: Z3_solver

  constructor({ Z3 }: Api, script: string) {
    const config = Z3.mk_config()
    this.#z3 = Z3
    this.#context = Z3.mk_context(config)
    Z3.del_config(config)
    Z3.set_ast_print_mode(this.#context, PRINT_SMTLIB)
    this.#solver = Z3.mk_solver(this.#context)
    Z3.solver_inc_ref(this.#context, this.#solver)
    const params = Z3.mk_params(this.#context)
    Z3.params_inc_ref(this.#context, params)
    Z3.params_set_uint(this.#context, params, this.#symbol('timeout'), SOLVER_MS_MAX)
    Z3.solver_set_params(this.#context, this.#solver, params)
    // Not `eval_smtlib2_string`: it hands its text to another thread and frees it before that thread has read it.
    Z3.solver_from_string(this.#context, this.#solver, script)
    this.#throwIfError()
  }

  /** `lost` if the solver's thread never answers: it has then broken down, and only a new process gets another. */
  async check(): Promise<SolverAnswer['kind'] | 'lost'> {
    const deadline = new AbortController()
    const late = setTimeout(SOLVER_LOST_MS, undefined, { signal: deadline.signal }).catch(() => undefined)
    const answer = await Promise.race([this.#z3.solver_check(this.#context, this.#solver), late])
    deadline.abort()
    if (answer === undefined) return 'lost'
    this.#throwIfError()
    return answer === TRUE ? 'sat' : answer === FALSE ? 'unsat' : 'unknown'
  }

  values(unknowns: readonly Unknown[]): ReadonlyMap<string, string> {
    const model = this.#z3.solver_get_model(this.#context, this.#solver)
    this.#z3.model_inc_ref(this.#context, model)
    return new Map(unknowns.map((each) => [each.name, this.#valueIn(model, each)]))
  }

  /** Everything that was made for the question goes with it. */
  close(): void {
    this.#z3.del_context(this.#context)
  }

  #valueIn(model: Z3_model, { name, sort }: Unknown): string {
    const sorts = { Bool: this.#z3.mk_bool_sort, Int: this.#z3.mk_int_sort, String: this.#z3.mk_string_sort }
    const constant = this.#z3.mk_const(this.#context, this.#symbol(name), sorts[sort](this.#context))
    const value = this.#z3.model_eval(this.#context, model, constant, true)
    this.#throwIfError()
    return value === null ? '' : this.#z3.ast_to_string(this.#context, value)
  }

  #symbol(name: string): Z3_symbol {
    return this.#z3.mk_string_symbol(this.#context, name)
  }

  #throwIfError(): void {
    const code = this.#z3.get_error_code(this.#context)
    if (code !== 0) throw new Error(this.#z3.get_error_msg(this.#context, code))
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
