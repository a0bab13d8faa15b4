// The state of one compilation: a specification becomes one JavaScript program. The source is generated here alone:
// names are numbered, strings and values enter as constants by index, never as text, so nothing a specification
// says can become code.
import { Analysis } from './analysis.ts'
import { compileBody, compileExpr } from './compile-expr.ts'
import { type Place, TlaFailure } from './failure.ts'
import { instanceScope, instantiate, type Modules } from './modules.ts'
import type { Binding, Frame, InstanceBinding, OperatorBinding, Scope } from './scope.ts'
import { strictParams } from './strictness.ts'
import type { Expr, ExprOf } from './syntax.ts'
import type { Value } from './values.ts'

/**
 * How variables are read: `now` the current state; `init` the state being built, checked; `next` the successor being
 * built, checked; `done` a complete successor.
 */
export type Mode = 'now' | 'init' | 'next' | 'done'

export type Context = {
  readonly scope: Scope
  readonly mode: Mode
  readonly frame: Frame
  /** JavaScript for `@` inside EXCEPT. */
  readonly at?: string | undefined
  /**
   * Inside ENABLED, the primed variables of an instantiated module are variables of their own: substitution does not
   * reach them. Each gets a place after the specification's variables.
   */
  readonly slots?: Map<Binding, number> | undefined
}

/** How often an operator may be written out inside itself, by way of its arguments. */
const INLINE_MAX = 12

/** Numbers of slots begin here, above those of variables. */
export const SLOT_MIN = 100_000

export type Hook = (module: string, scope: Scope) => void

export class Compiler {
  readonly top: Frame = { pieces: [], depth: 0 }
  readonly places: Place[] = []
  readonly constants: unknown[] = []
  readonly labels: { readonly name: string; readonly place: Place }[] = []
  readonly analysis: Analysis
  readonly modules: Modules
  readonly hook: Hook
  readonly variables: string[] = []
  /** Values given by the configuration to declared constants. */
  readonly given: ReadonlyMap<string, Value>
  readonly #constantNames = new Map<unknown, string>()
  readonly #compiled = new Map<Binding, Map<string, string>>()
  readonly #hoisted = new WeakMap<Scope, Map<Expr, string>>()
  readonly #inlined = new Map<OperatorBinding, number>()
  #names = 0
  #slots = 0

  constructor(modules: Modules, given: ReadonlyMap<string, Value>, hook: Hook) {
    this.modules = modules
    this.given = given
    this.hook = hook
    this.analysis = new Analysis((path, scope) => this.inside(path, scope))
  }

  fresh(name: string): string {
    return `${name.replace(/\W/g, '')}_${this.#names++}`
  }

  place(place: Place): number {
    return this.places.push(place) - 1
  }

  /** JavaScript that names a value known now. */
  constant(value: unknown): string {
    const known = this.#constantNames.get(value)
    if (known) return known
    const name = `K[${this.constants.push(value) - 1}]`
    const local = this.fresh('k')
    this.top.pieces.push(`const ${local} = ${name};`)
    this.#constantNames.set(value, local)
    return local
  }

  /** The number of an action, for traces. */
  label(name: string, place: Place): number {
    return this.labels.push({ name, place }) - 1
  }

  /** A place for a primed variable of an instantiated module inside ENABLED. */
  slot(slots: Map<Binding, number>, variable: Binding): number {
    const known = slots.get(variable)
    if (known !== undefined) return known
    const index = SLOT_MIN + this.#slots++
    this.top.pieces.unshift(`let y${index};`)
    slots.set(variable, index)
    return index
  }

  fail(message: string, place: Place): never {
    throw new TlaFailure(message, place)
  }

  /** What a path names, for analysis: parameterised instances are made for the occasion and thrown away. */
  inside(path: ExprOf<'path'>, scope: Scope): { binding: Binding | undefined; isLocal: boolean } {
    let at = scope
    let isLocal = false
    for (const step of path.steps) {
      const found = at.find(step.name)
      if (found?.kind !== 'instance' || found.instance.params.length !== step.args.length) {
        return { binding: undefined, isLocal: true }
      }
      if (isShared(found)) at = instanceScope(found, this.modules, this.top, this.hook)
      else {
        isLocal = true
        const args = found.instance.params.map((param, index): [string, Binding] => [
          param.name,
          { kind: 'alias', expr: step.args[index] as Expr, scope },
        ])
        at = this.parameterised(found, new Map(args), { pieces: [], depth: 1 })
      }
    }
    return { binding: at.find(path.name), isLocal }
  }

  /** The scope of a parameterised instance at one use; its definitions go to the given frame. */
  parameterised(found: InstanceBinding, args: ReadonlyMap<string, Binding>, frame: Frame): Scope {
    return instantiate(found.instance, found.scope.with(args), this.modules, frame, this.hook)
  }

  /** The compiled function of an operator for one mode; bit i of `delayed` says parameter i comes delayed. */
  operator(binding: OperatorBinding, mode: Mode, delayed: number): string {
    const traits = this.analysis.operator(binding)
    const own: Mode = traits.level === 0 && !traits.isLocal ? 'now' : mode
    const key = `${own}/${delayed}`
    const known = this.#compiled.get(binding)?.get(key)
    if (known) return known
    const name = this.fresh(binding.name)
    const variants = this.#compiled.get(binding) ?? new Map<string, string>()
    variants.set(key, name)
    this.#compiled.set(binding, variants)
    const params = binding.params.map((param, index): [string, string, Binding] => {
      const code = this.fresh(param.name)
      if (param.arity > 0) return [param.name, code, { kind: 'closure', code, arity: param.arity, level: 1 }]
      const read = delayed & (1 << index) ? `${code}.get()` : code
      return [param.name, code, { kind: 'local', code: read, level: 1 }]
    })
    const scope = binding.scope.with(params.map(([param, , bound]) => [param, bound]))
    const context: Context = { scope, mode: own, frame: binding.frame }
    const isKept = binding.params.length === 0 && this.#isKept(binding, own)
    if (isKept) {
      const cell = this.fresh('c')
      const value = compileExpr(this, binding.body, context)
      binding.frame.pieces.push(
        `let ${cell}; const ${name} = () => ${cell} === undefined ? (${cell} = ${value}) : ${cell};`,
      )
    } else {
      const codes = params.map(([, code]) => code).join(', ')
      const body = compileBody(this, binding.body, context)
      binding.frame.pieces.push(`const ${name} = (${codes}) => ${body};`)
    }
    return name
  }

  /** Whether a definition without parameters keeps its value: constants for good, LET values while their block runs. */
  #isKept(binding: OperatorBinding, mode: Mode): boolean {
    const traits = this.analysis.operator(binding)
    if (traits.isImpure) return false
    if (traits.level === 0 && !traits.isLocal) return true
    if (binding.frame.depth === 0) return false
    return traits.level <= 1 && (mode === 'now' || mode === 'done')
  }

  /** Guards against an operator that would be written out inside itself without end. */
  inlining<Result>(binding: OperatorBinding, place: Place, compile: () => Result): Result {
    const depth = this.#inlined.get(binding) ?? 0
    if (depth > INLINE_MAX)
      this.fail(`The recursive operator ${binding.name} cannot be used as an action.`, place)
    this.#inlined.set(binding, depth + 1)
    try {
      return compile()
    } finally {
      this.#inlined.set(binding, depth)
    }
  }

  /** The name of a definition's compiled form of some kind, made on first use. */
  once(binding: OperatorBinding, key: string, make: (name: string) => void): string {
    const variants = this.#compiled.get(binding) ?? new Map<string, string>()
    this.#compiled.set(binding, variants)
    const known = variants.get(key)
    if (known) return known
    const name = this.fresh(binding.name)
    variants.set(key, name)
    make(name)
    return name
  }

  strict(binding: OperatorBinding): readonly boolean[] {
    return strictParams(binding)
  }

  /** A constant expression of some size is computed once, on first use; answers its name or undefined. */
  hoist(expr: Expr, context: Context): string | undefined {
    if (!isWorthHoisting(expr)) return undefined
    const traits = this.analysis.of(expr, context.scope)
    if (traits.level > 0 || traits.isLocal || traits.isImpure) return undefined
    let names = this.#hoisted.get(context.scope)
    if (!names) {
      names = new Map()
      this.#hoisted.set(context.scope, names)
    }
    const known = names.get(expr)
    if (known) return `${known}()`
    const name = this.fresh('h')
    names.set(expr, name)
    const cell = this.fresh('c')
    const value = compileExpr(this, expr, { ...context, mode: 'now', frame: this.top }, true)
    this.top.pieces.push(
      `let ${cell}; const ${name} = () => ${cell} === undefined ? (${cell} = ${value}) : ${cell};`,
    )
    return `${name}()`
  }
}

function isWorthHoisting(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'at':
    case 'lambda':
    case 'box':
    case 'angle':
    case 'fairness':
    case 'unbounded':
      return false
    case 'apply':
      return expr.args.length > 0
    default:
      return true
  }
}

/** An instance without parameters, defined at module level: all its uses share one scope. */
export function isShared(found: InstanceBinding): boolean {
  return found.instance.params.length === 0 && found.scope.frame !== undefined
}
