// Everything that binds names: quantifiers, CHOOSE, set and function constructors, LET.
import { compileBody, compileBool, compileExpr, compileSet } from './compile-expr.ts'
import type { Compiler, Context } from './compiler.ts'
import { addDefinition } from './modules.ts'
import { type Binding, type Frame, Scope } from './scope.ts'
import type { Bound, Expr, ExprOf } from './syntax.ts'

type Loop = {
  /** JavaScript of the set, evaluated once, outside all loops. */
  readonly set: string
  /** The parameter of the loop body. */
  readonly param: string
  /** Statements that take a tuple apart, or nothing. */
  readonly opening: string
}

type Loops = { readonly loops: readonly Loop[]; readonly inner: Context }

export function openLoops(
  c: Compiler,
  bounds: readonly Bound[],
  context: Context,
  goesThrough = true,
): Loops {
  const loops: Loop[] = []
  const names: [string, Binding][] = []
  for (const bound of bounds) {
    const set = goesThrough
      ? `over(${compileExpr(c, bound.set, context)}, ${c.place(bound.set.place)})`
      : compileSet(c, bound.set, context)
    const { level } = c.analysis.of(bound.set, context.scope)
    if (bound.isTuple) {
      const param = c.fresh('t')
      const values = c.fresh('v')
      const parts = bound.names.map((name, at) => {
        const code = c.fresh(name)
        names.push([name, { kind: 'local', code, level }])
        return `const ${code} = ${values}[${at}];`
      })
      const opening = `const ${values} = untuple(${param}, ${bound.names.length}, ${c.place(bound.set.place)});${parts.join('')}`
      loops.push({ set, param, opening })
    } else {
      for (const name of bound.names) {
        const code = c.fresh(name)
        names.push([name, { kind: 'local', code, level }])
        loops.push({ set, param: code, opening: '' })
      }
    }
  }
  return { loops, inner: { ...context, scope: context.scope.with(names) } }
}

/** Keeps the sets of nested loops in variables, so that inner sets are not computed again for each outer element. */
export function withSets(
  c: Compiler,
  loops: readonly Loop[],
  use: (sets: readonly string[]) => string,
): string {
  if (loops.length < 2) return use(loops.map((loop) => loop.set))
  const names = new Map<string, string>()
  for (const loop of loops)
    if (!/^\w+$/.test(loop.set) && !names.has(loop.set)) names.set(loop.set, c.fresh('s'))
  const code = use(loops.map((loop) => names.get(loop.set) ?? loop.set))
  if (names.size === 0) return code
  return `((${[...names.values()].join(', ')}) => ${code})(${[...names.keys()].join(', ')})`
}

/** An arrow function's body with a tuple taken apart first. */
function body(opening: string, code: string): string {
  if (opening === '') return code
  return code.startsWith('{') ? `{${opening}${code.slice(1)}` : `{${opening} return ${code};}`
}

export function compileQuantifier(c: Compiler, expr: ExprOf<'forall' | 'exists'>, context: Context): string {
  const { loops, inner } = openLoops(c, expr.bounds, context)
  const test = compileTest(c, expr.body, inner)
  const name = expr.kind === 'forall' ? 'all' : 'some'
  return withSets(c, loops, (sets) =>
    loops.reduceRight(
      (code, loop, at) => `${name}(${sets[at]}, (${loop.param}) => ${body(loop.opening, code)})`,
      test,
    ),
  )
}

/** A boolean arrow body. */
function compileTest(c: Compiler, expr: Expr, context: Context): string {
  const code = compileBody(c, expr, context)
  if (!code.startsWith('{')) return compileBool(c, expr, context)
  return `bool((() => ${code})(), ${c.place(expr.place)})`
}

export function compileChoose(c: Compiler, expr: ExprOf<'choose'>, context: Context): string {
  if (!expr.set) return c.fail('CHOOSE without a set to choose from cannot be evaluated.', expr.place)
  const bound: Bound = { names: expr.names, isTuple: expr.isTuple, set: expr.set }
  const { loops, inner } = openLoops(c, [bound], context)
  const [loop] = loops as [Loop]
  const test = body(loop.opening, compileTest(c, expr.body, inner))
  return `choose(${loop.set}, (${loop.param}) => ${test}, ${c.place(expr.place)})`
}

export function compileFilter(c: Compiler, expr: ExprOf<'filter'>, context: Context): string {
  const { loops, inner } = openLoops(c, [expr.bound], context, false)
  const [loop] = loops as [Loop]
  return `filter(${loop.set}, (${loop.param}) => ${body(loop.opening, compileTest(c, expr.body, inner))})`
}

export function compileMap(c: Compiler, expr: ExprOf<'map'>, context: Context): string {
  const { loops, inner } = openLoops(c, expr.bounds, context)
  const value = compileBody(c, expr.value, inner)
  const [only] = loops
  if (loops.length === 1 && only) return `map(${only.set}, (${only.param}) => ${body(only.opening, value)})`
  const push = c.fresh('push')
  const single = value.startsWith('{') ? `(() => ${value})()` : value
  return withSets(c, loops, (sets) => {
    const nested = loops.reduceRight(
      (code, loop, at) => `some(${sets[at]}, (${loop.param}) => {${loop.opening}${code}; return false;});`,
      `${push}(${single});`,
    )
    return `gather((${push}) => {${nested}})`
  })
}

export function compileFunction(c: Compiler, expr: ExprOf<'function'>, context: Context): string {
  const self = expr.self === undefined ? undefined : c.fresh(expr.self)
  const outer: Context =
    expr.self === undefined || self === undefined
      ? context
      : { ...context, scope: context.scope.with([[expr.self, { kind: 'local', code: self, level: 1 }]]) }
  const { loops } = openLoops(c, expr.bounds, context, false)
  const { inner } = openLoopsInto(c, expr.bounds, outer, loops)
  const value = compileBody(c, expr.body, inner)
  const [only] = loops
  let domain: string
  let rule: string
  if (loops.length === 1 && only) {
    domain = only.set
    rule = `(${only.param}) => ${body(only.opening, value)}`
  } else {
    domain = `product([${loops.map((loop) => loop.set).join(', ')}])`
    const tuple = c.fresh('t')
    const parts = loops
      .map((loop, at) => `const ${loop.param} = ${tuple}.values[${at}];${loop.opening}`)
      .join('')
    rule = `(${tuple}) => ${body(parts, value)}`
  }
  if (self === undefined || !new RegExp(`\\b${self}\\b`).test(value)) return `fn(${domain}, ${rule})`
  return `(() => { const ${self} = new RuleFn(${domain}, ${rule}); return ${self}; })()`
}

/** Binds the names of bounds whose sets are compiled already, in a scope that also knows the function itself. */
function openLoopsInto(
  c: Compiler,
  bounds: readonly Bound[],
  context: Context,
  loops: readonly Loop[],
): { inner: Context } {
  const names: [string, Binding][] = []
  let at = 0
  for (const bound of bounds) {
    const { level } = c.analysis.of(bound.set, context.scope)
    if (bound.isTuple) {
      const loop = loops[at++] as Loop
      const codes = [...loop.opening.matchAll(/const (\w+) = \w+\[\d+\];/g)].map(
        (match) => match[1] as string,
      )
      bound.names.forEach((name, index) => {
        names.push([name, { kind: 'local', code: codes[index] as string, level }])
      })
    } else {
      for (const name of bound.names)
        names.push([name, { kind: 'local', code: (loops[at++] as Loop).param, level }])
    }
  }
  return { inner: { ...context, scope: context.scope.with(names) } }
}

/** Statements that set up a LET's definitions, followed by what `use` makes of its body. */
export function compileLet(
  _c: Compiler,
  expr: ExprOf<'let'>,
  context: Context,
  use: (inner: Context) => string,
): string {
  const frame: Frame = { pieces: [], depth: context.frame.depth + 1 }
  const scope = new Scope(context.scope)
  for (const unit of expr.definitions) {
    if (unit.kind === 'instance') {
      if (unit.name !== undefined)
        scope.bind(unit.name, { kind: 'instance', name: unit.name, instance: unit, scope })
    } else addDefinition(unit, scope, frame)
  }
  const code = use({ ...context, scope, frame })
  return frame.pieces.join('') + code
}
