// Names and operators: built-in ones, the specification's own, and those of instances.
import { compileEnabled } from './compile-action.ts'
import { compileBody, compileBool, compileExpr, compileSet, primed } from './compile-expr.ts'
import { type Compiler, type Context, isShared } from './compiler.ts'
import { booleanSet, stringSet } from './constant-sets.ts'
import { instanceScope } from './modules.ts'
import type { Native } from './native.ts'
import type { Binding, OperatorBinding, Scope } from './scope.ts'
import type { Expr, ExprOf, Param, PathStep } from './syntax.ts'

type Apply = ExprOf<'apply'>

export function compileApply(c: Compiler, expr: Apply, context: Context): string {
  const builtIn = builtIns[expr.name]
  const found = context.scope.find(expr.name)
  if (builtIn && !found) return builtIn(c, expr, context)
  return compileCall(c, found, expr, context)
}

type BuiltIn = (c: Compiler, expr: Apply, context: Context) => string

function two(name: string, compile: typeof compileExpr | typeof compileBool | typeof compileSet): BuiltIn {
  return (c, expr, context) =>
    `${name}(${args(c, expr, 2)
      .map((arg) => compile(c, arg, context))
      .join(', ')})`
}

function one(name: string, compile: typeof compileExpr | typeof compileSet): BuiltIn {
  return (c, expr, context) =>
    `${name}(${args(c, expr, 1)
      .map((arg) => compile(c, arg, context))
      .join(', ')})`
}

function args(c: Compiler, expr: Apply, count: number): readonly Expr[] {
  if (expr.args.length !== count) c.fail(`${expr.name} takes ${count} operands.`, expr.place)
  return expr.args
}

const temporal: BuiltIn = (c, expr) =>
  c.fail(`${expr.name} is temporal: it has no value in a state.`, expr.place)

const builtIns: Readonly<Record<string, BuiltIn>> = {
  '=': (c, expr, context) => {
    const operands = args(c, expr, 2).map((arg) => compileExpr(c, arg, context))
    return `eq(${operands.join(', ')}, ${c.place(expr.place)})`
  },
  '#': (c, expr, context) => `!${builtIns['=']?.(c, expr, context)}`,
  '\\in': (c, expr, context) => {
    const [element, container] = args(c, expr, 2) as [Expr, Expr]
    return `has(${compileExpr(c, element, context)}, ${compileExpr(c, container, context)}, ${c.place(expr.place)})`
  },
  '\\notin': (c, expr, context) => `!${builtIns['\\in']?.(c, expr, context)}`,
  '\\cup': two('cup', compileSet),
  '\\cap': two('cap', compileSet),
  '\\': two('minus', compileSet),
  '\\subseteq': two('sub', compileSet),
  SUBSET: one('subsets', compileSet),
  UNION: one('union', compileSet),
  DOMAIN: (c, expr, context) =>
    `domain(${compileExpr(c, args(c, expr, 1)[0] as Expr, context)}, ${c.place(expr.place)})`,
  '~': (c, expr, context) => `!${compileBool(c, args(c, expr, 1)[0] as Expr, context)}`,
  '=>': (c, expr, context) => {
    const [left, right] = args(c, expr, 2) as [Expr, Expr]
    return `(!${compileBool(c, left, context)} || ${compileBool(c, right, context)})`
  },
  '<=>': (c, expr, context) =>
    `(${args(c, expr, 2)
      .map((arg) => compileBool(c, arg, context))
      .join(' === ')})`,
  BOOLEAN: (c) => c.constant(booleanSet),
  STRING: (c) => c.constant(stringSet),
  "'": (c, expr, context) => {
    if (context.mode === 'init') c.fail('A prime stands in an initial predicate.', expr.place)
    return compileExpr(c, args(c, expr, 1)[0] as Expr, { ...context, mode: primed(context) })
  },
  UNCHANGED: (c, expr, context) => {
    const [operand] = args(c, expr, 1) as [Expr]
    const then = compileExpr(c, operand, { ...context, mode: primed(context) })
    return `eq(${compileExpr(c, operand, context)}, ${then}, ${c.place(expr.place)})`
  },
  ENABLED: (c, expr, context) => compileEnabled(c, args(c, expr, 1)[0] as Expr, context),
  '[]': temporal,
  '<>': temporal,
  '~>': temporal,
  '-+->': temporal,
  '\\cdot': (c, expr) => c.fail('Action composition has no value outside a next-state action.', expr.place),
}

/** A use of a name with its arguments, by what the name is bound to. */
export function compileCall(c: Compiler, found: Binding | undefined, expr: Apply, context: Context): string {
  switch (found?.kind) {
    case undefined:
      return c.fail(`Unknown operator \`${expr.name}\`.`, expr.place)
    case 'variable':
      return variable(c, found.name, found.index, context, expr)
    case 'constant': {
      const value = c.given.get(found.name)
      if (value === undefined)
        c.fail(`The configuration gives no value to the constant ${found.name}.`, found.place)
      return c.constant(value)
    }
    case 'value':
      return c.constant(found.value)
    case 'local':
      return found.code
    case 'lazy':
      if (found.mode === context.mode || c.analysis.level(found.expr, found.scope) === 0)
        return `${found.code}.get()`
      return compileExpr(c, found.expr, { ...context, scope: found.scope })
    case 'closure':
      return `${found.code}(${expr.args.map((arg) => compileExpr(c, arg, context)).join(', ')})`
    case 'alias':
      return compileAlias(c, found, expr, context)
    case 'native':
      return compileNative(c, found.native, expr, context)
    case 'operator':
      return compileOperator(c, found, expr, context)
    case 'instance':
      return c.fail(`${found.name} is an instance, not an expression.`, expr.place)
  }
}

function variable(c: Compiler, name: string, index: number, context: Context, expr: Expr): string {
  switch (context.mode) {
    case 'now':
      return `x${index}`
    case 'done':
      return `y${index}`
    case 'init':
      return `(x${index} === undefined ? unset(${c.constant(name)}, ${c.place(expr.place)}) : x${index})`
    case 'next':
      return `(y${index} === undefined ? unset(${c.constant(`${name}'`)}, ${c.place(expr.place)}) : y${index})`
  }
}

function compileAlias(
  c: Compiler,
  found: Binding & { kind: 'alias' },
  expr: Apply,
  context: Context,
): string {
  if (found.isVariable && context.slots && context.mode === 'next' && !standsForVariable(found)) {
    const index = c.slot(context.slots, found)
    return `(y${index} === undefined ? unset(${c.constant(`${expr.name}'`)}, ${c.place(expr.place)}) : y${index})`
  }
  if (expr.args.length === 0) return compileExpr(c, found.expr, { ...context, scope: found.scope })
  return compileApplied(c, found.expr, found.scope, expr, context)
}

/** Whether what is substituted is itself a variable, whose own place will do. */
export function standsForVariable(found: Binding): boolean {
  if (found.kind === 'variable') return true
  if (found.kind !== 'alias' || found.expr.kind !== 'apply' || found.expr.args.length > 0) return false
  const target = found.scope.find(found.expr.name)
  return target !== undefined && standsForVariable(target)
}

/** An operator given as an expression (a name or LAMBDA of another scope) applied to arguments of this scope. */
function compileApplied(c: Compiler, operator: Expr, scope: Scope, expr: Apply, context: Context): string {
  const names = expr.args.map((_, at) => `#${at}`)
  const bindings = expr.args.map((arg, at): [string, Binding] => [
    names[at] as string,
    { kind: 'alias', expr: arg, scope: context.scope },
  ])
  const inner = scope.with(bindings)
  return compileExpr(c, applied(c, operator, names), { ...context, scope: inner })
}

/** The expression that applies an operator expression to names in scope. */
function applied(c: Compiler, operator: Expr, names: readonly string[]): Expr {
  const args = names.map((name): Expr => ({ kind: 'apply', name, args: [], place: operator.place }))
  switch (operator.kind) {
    case 'apply':
      if (operator.name === '-.' && names.length === 2) return { ...operator, name: '-', args }
      return combined({ ...operator, args })
    case 'path':
      return { ...operator, args }
    case 'lambda': {
      const definitions = operator.params.map((name, at) => ({
        kind: 'definition' as const,
        name,
        params: [],
        body: args[at] as Expr,
        isLocal: false,
        place: operator.place,
      }))
      return { kind: 'let', definitions, body: operator.body, place: operator.place }
    }
    default:
      return c.fail('Expected an operator.', operator.place)
  }
}

function combined(expr: Apply): Expr {
  if (expr.name === '/\\') return { kind: 'and', items: expr.args, place: expr.place }
  if (expr.name === '\\/') return { kind: 'or', items: expr.args, place: expr.place }
  if (expr.name === '\\X') return { kind: 'times', items: expr.args, place: expr.place }
  return expr
}

/** An operator handed over as an argument: a JavaScript function of its arguments' values. */
export function compileOperatorArg(c: Compiler, expr: Expr, arity: number, context: Context): string {
  if (expr.kind === 'apply' && expr.args.length === 0) {
    const found = context.scope.find(expr.name)
    if (found?.kind === 'closure') return found.code
    if (found?.kind === 'alias')
      return compileOperatorArg(c, found.expr, arity, { ...context, scope: found.scope })
  }
  const codes = Array.from({ length: arity }, () => c.fresh('a'))
  if (expr.kind === 'lambda') {
    if (expr.params.length !== arity) c.fail(`Expected an operator of ${arity} arguments.`, expr.place)
    const scope = context.scope.with(
      expr.params.map((name, at) => [name, { kind: 'local', code: codes[at] as string, level: 1 }]),
    )
    return `((${codes.join(', ')}) => ${compileBody(c, expr.body, { ...context, scope })})`
  }
  const names = codes.map((_, at) => `#${at}`)
  const scope = context.scope.with(
    names.map((name, at) => [name, { kind: 'local', code: codes[at] as string, level: 1 }]),
  )
  return `((${codes.join(', ')}) => ${compileBody(c, applied(c, expr, names), { ...context, scope })})`
}

function compileNative(c: Compiler, native: Native, expr: Apply, context: Context): string {
  checkCount(c, native.name, native.arities.length, expr)
  const codes = expr.args.map((arg, at) =>
    (native.arities[at] as number) > 0
      ? compileOperatorArg(c, arg, native.arities[at] as number, context)
      : compileExpr(c, arg, context),
  )
  return `${c.constant(native.run)}(${codes.join(', ')})`
}

function checkCount(c: Compiler, name: string, count: number, expr: Apply): void {
  if (expr.args.length !== count) {
    c.fail(`${name} takes ${count} arguments but is given ${expr.args.length}.`, expr.place)
  }
}

export function compileOperator(c: Compiler, found: OperatorBinding, expr: Apply, context: Context): string {
  checkCount(c, found.name, found.params.length, expr)
  if (mustInline(c, found, expr.args, context)) {
    const scope = found.scope.with(aliases(found.params, expr.args, context.scope))
    return c.inlining(found, expr.place, () =>
      compileExpr(c, found.body, { ...context, scope, at: undefined }),
    )
  }
  const strict = c.strict(found)
  let delayed = 0
  const codes = expr.args.map((arg, at) => {
    const param = found.params[at] as Param
    if (param.arity > 0) return compileOperatorArg(c, arg, param.arity, context)
    const code = compileExpr(c, arg, context)
    if (strict[at] || isSafe(arg, context.scope) || at > DELAYED_PARAMS_MAX) return code
    delayed |= 1 << at
    return `new Lazy(() => ${code.startsWith('{') ? `(${code})` : code})`
  })
  return `${c.operator(found, context.mode, delayed)}(${codes.join(', ')})`
}

/** The parameters whose delay fits the bits of a number. */
const DELAYED_PARAMS_MAX = 30

/** An operator that primes its parameters needs them as expressions: a value would be that of the wrong state. */
function mustInline(c: Compiler, found: OperatorBinding, args: readonly Expr[], context: Context): boolean {
  const { level } = c.analysis.operator(found)
  if (context.slots && level >= (context.mode === 'next' ? 1 : 2)) return !c.analysis.isRecursive(found)
  if (found.params.length === 0 || level < 2) return false
  return args.some((arg) => c.analysis.level(arg, context.scope) > 0)
}

export function aliases(params: readonly Param[], args: readonly Expr[], scope: Scope): [string, Binding][] {
  return params.map((param, at) => [param.name, { kind: 'alias', expr: args[at] as Expr, scope }])
}

/** Evaluating it can neither fail nor take long. */
export function isSafe(expr: Expr, scope: Scope): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'boolean':
      return true
    case 'tuple':
    case 'set':
      return expr.items.every((item) => isSafe(item, scope))
    case 'record':
      return expr.fields.every(([, value]) => isSafe(value, scope))
    case 'apply': {
      if (expr.args.length > 0) return false
      const kind = scope.find(expr.name)?.kind
      return kind === 'local' || kind === 'variable' || kind === 'constant' || kind === 'value'
    }
    default:
      return false
  }
}

/** `M!Op(x)` and `M(3)!Op(x)`. */
export function compilePath(c: Compiler, expr: ExprOf<'path'>, context: Context): string {
  const { scope, pieces, frame } = openPath(c, expr, context)
  const found = scope.find(expr.name)
  const apply: Apply = { kind: 'apply', name: expr.name, args: expr.args, place: expr.place }
  const inner: Context = { ...context, frame }
  if (!found && builtIns[expr.name]) return compileApply(c, apply, inner)
  if (!found)
    c.fail(
      `Unknown operator \`${expr.name}\` in instance ${expr.steps.map((step) => step.name).join('!')}.`,
      expr.place,
    )
  const code = compileCall(c, found, apply, inner)
  if (frame === context.frame) return code
  return `(() => {${pieces.join('')} return ${code};})()`
}

/** The scope `M(3)!` leads to; arguments are kept as expressions. */
export function openPath(c: Compiler, expr: ExprOf<'path'>, context: Context) {
  let scope = context.scope
  let frame = context.frame
  for (const step of expr.steps) {
    const found = scope.find(step.name)
    if (found?.kind !== 'instance') c.fail(`\`${step.name}\` is not an instance of a module.`, expr.place)
    if (found.instance.params.length !== step.args.length)
      c.fail(`Instance ${step.name} takes ${found.instance.params.length} arguments.`, expr.place)
    if (isShared(found)) {
      scope = instanceScope(found, c.modules, c.top, c.hook)
      continue
    }
    if (frame === context.frame) frame = { pieces: [], depth: context.frame.depth + 1 }
    scope = c.parameterised(found, new Map(argsOf(found.instance.params, step, context.scope)), frame)
  }
  return { scope, pieces: frame.pieces, frame }
}

function argsOf(params: readonly Param[], step: PathStep, scope: Scope): [string, Binding][] {
  return aliases(params, step.args, scope)
}
