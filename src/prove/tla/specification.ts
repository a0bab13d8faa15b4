// From a root module and its configuration to what the checker needs: the initial predicate, the next-state action,
// the invariants, the properties sorted by kind.
import { Compiler } from './compiler.ts'
import type { Config } from './config.ts'
import { type Place, TlaFailure } from './failure.ts'
import { type Modules, Universe } from './modules.ts'
import type { Scoped } from './program.ts'
import { type Binding, Scope } from './scope.ts'
import type { Expr } from './syntax.ts'
import type { Value } from './values.ts'

export type NamedTest = Scoped & { readonly name: string }

export type Specification = {
  readonly compiler: Compiler
  readonly scope: Scope
  readonly initial: readonly Scoped[]
  readonly next: Scoped | undefined
  readonly fairness: readonly Scoped[]
  readonly invariants: readonly NamedTest[]
  /** Properties of the initial states. */
  readonly initials: readonly NamedTest[]
  /** Properties of single steps: [A]_v. */
  readonly steps: readonly NamedTest[]
  /** What only infinite behaviours can violate. */
  readonly temporal: readonly NamedTest[]
  readonly assumptions: readonly Scoped[]
}

export function openSpecification(root: string, config: Config, modules: Modules): Specification {
  const given = new Map<string, Value>()
  for (const [name, value] of config.values) given.set(name, value)
  let rootScope: Scope | undefined
  const hook = (module: string, scope: Scope): void => replaceInModule(module, scope, config, () => rootScope)
  const compiler = new Compiler(modules, given, hook)
  const declare = (unit: Parameters<ConstructorParameters<typeof Universe>[1]>[0], into: Scope): void => {
    if (unit.kind === 'variables') {
      for (const name of unit.names) {
        into.bind(name, { kind: 'variable', name, index: compiler.variables.push(name) - 1 })
      }
    } else {
      for (const { name, arity } of unit.params)
        into.bind(name, { kind: 'constant', name, arity, place: unit.place })
    }
  }
  const universe = new Universe(modules, declare, compiler.top, new Map(), hook)
  const scope = universe.scopeOf(root, undefined)
  rootScope = scope
  replace(scope, config)
  const assumptions = universe.assumptions
  const found = behaviour(compiler, scope, config)
  const properties = sortProperties(compiler, scope, config)
  const named = (names: readonly string[]): NamedTest[] =>
    names.map((name) => ({ name, ...wanted(scope, name) }))
  return {
    compiler,
    scope,
    ...found,
    ...properties,
    assumptions,
    invariants: [...named(config.invariants), ...properties.invariants],
  }
}

export function wanted(scope: Scope, name: string): Scoped {
  const place: Place = { module: 'configuration', line: 1, column: 1, endLine: 1, endColumn: 1 }
  const parts = name.split('!')
  const last = parts.pop() as string
  const expr: Expr =
    parts.length > 0
      ? { kind: 'path', steps: parts.map((part) => ({ name: part, args: [] })), name: last, args: [], place }
      : { kind: 'apply', name, args: [], place }
  if (parts.length === 0 && !scope.find(name)) {
    throw new TlaFailure(`The configuration names ${name}, which the specification does not define.`)
  }
  return { expr, scope }
}

/** Puts the configuration's values and replacements in place of definitions. */
function replace(scope: Scope, config: Config): void {
  for (const [name, value] of config.values) {
    if (name.includes('!')) continue
    const found = scope.names.get(name)
    // TLC lets a configuration name constants the module does not declare, so this is no error.
    if (!found) continue
    override(found, { kind: 'value', value }, name)
  }
  for (const { name, by, module } of config.replacements) {
    if (module !== undefined) continue
    const found = scope.names.get(name)
    const target = scope.find(by)
    if (!found)
      throw new TlaFailure(`The configuration replaces ${name}, which the specification does not declare.`)
    if (!target)
      throw new TlaFailure(
        `The configuration replaces ${name} by ${by}, which the specification does not define.`,
      )
    override(found, target, name)
  }
}

function replaceInModule(module: string, scope: Scope, config: Config, root: () => Scope | undefined): void {
  for (const { name, by, module: target } of config.replacements) {
    if (target !== module) continue
    const found = scope.names.get(name)
    if (!found) continue
    // A copy, so that other modules that share the name keep their own meaning.
    const place: Place = { module, line: 1, column: 1, endLine: 1, endColumn: 1 }
    scope.bind(name, lateAlias(by, root, place))
  }
  for (const [key, value] of config.values) {
    const [target, name] = key.split('!')
    if (name !== undefined && target === module && scope.names.has(name))
      scope.bind(name, { kind: 'value', value })
  }
}

/** A name of the root module, which may not be complete yet. */
function lateAlias(name: string, root: () => Scope | undefined, place: Place): Binding {
  const expr: Expr = { kind: 'apply', name, args: [], place }
  return {
    kind: 'alias',
    expr,
    get scope() {
      return root() ?? new Scope(undefined)
    },
  }
}

function override(found: Binding, by: Binding, name: string): void {
  if (found === by) return
  switch (found.kind) {
    case 'operator':
    case 'instance':
    case 'constant':
    case 'native':
      found.override = by
      return
    default:
      throw new TlaFailure(`The configuration cannot replace ${name}.`)
  }
}

type Behaviour = Pick<Specification, 'initial' | 'next' | 'fairness'>

function behaviour(c: Compiler, scope: Scope, config: Config): Behaviour {
  if (config.specification === undefined) {
    return {
      initial: config.init === undefined ? [] : [wanted(scope, config.init)],
      next: config.next === undefined ? undefined : wanted(scope, config.next),
      fairness: [],
    }
  }
  const initial: Scoped[] = []
  const next: Scoped[] = []
  const fairness: Scoped[] = []
  for (const part of conjuncts(c, wanted(scope, config.specification))) {
    const { expr } = part
    if (c.analysis.level(expr, part.scope) <= 1) initial.push(part)
    else if (expr.kind === 'apply' && expr.name === '[]' && expr.args[0]?.kind === 'box') {
      next.push({ expr: expr.args[0].action, scope: part.scope })
    } else fairness.push(part)
  }
  if (next.length !== 1) {
    throw new TlaFailure(
      `The specification ${config.specification} has ${next.length} conjuncts of the form [][Next]_v; there must be one.`,
    )
  }
  return { initial, next: next[0], fairness }
}

/** The conjuncts of a formula, definitions opened as far as they hide temporal operators. */
export function conjuncts(c: Compiler, { expr, scope }: Scoped): Scoped[] {
  if (expr.kind === 'and') return expr.items.flatMap((item) => conjuncts(c, { expr: item, scope }))
  if (c.analysis.level(expr, scope) < 2) return [{ expr, scope }]
  const opened = opening(c, { expr, scope })
  return opened ? conjuncts(c, opened) : [{ expr, scope }]
}

/** The definition behind a name or path, with its arguments bound; undefined when it is something else. */
export function opening(c: Compiler, { expr, scope }: Scoped): Scoped | undefined {
  let found: Binding | undefined
  let args: readonly Expr[] = []
  if (expr.kind === 'apply') {
    found = scope.find(expr.name)
    args = expr.args
  } else if (expr.kind === 'path') {
    found = c.inside(expr, scope).binding
    args = expr.args
  } else if (expr.kind === 'let') return undefined
  if (found?.kind === 'alias' && args.length === 0) return { expr: found.expr, scope: found.scope }
  if (found?.kind !== 'operator') return undefined
  const bindings = found.params.map((param, at): [string, Binding] => [
    param.name,
    { kind: 'alias', expr: args[at] as Expr, scope },
  ])
  return { expr: found.body, scope: bindings.length > 0 ? found.scope.with(bindings) : found.scope }
}

type Sorted = Pick<Specification, 'invariants' | 'initials' | 'steps' | 'temporal'>

function sortProperties(c: Compiler, scope: Scope, config: Config): Sorted {
  const invariants: NamedTest[] = []
  const initials: NamedTest[] = []
  const steps: NamedTest[] = []
  const temporal: NamedTest[] = []
  for (const name of config.properties) {
    for (const part of conjuncts(c, wanted(scope, name))) {
      const test: NamedTest = { name, ...part }
      const { expr } = part
      const operand = expr.kind === 'apply' && expr.name === '[]' ? expr.args[0] : undefined
      if (c.analysis.level(expr, part.scope) <= 1) initials.push(test)
      else if (operand?.kind === 'box') steps.push({ name, expr: operand, scope: part.scope })
      else if (operand && c.analysis.level(operand, part.scope) <= 1)
        invariants.push({ name, expr: operand, scope: part.scope })
      else temporal.push(test)
    }
  }
  return { invariants, initials, steps, temporal }
}
