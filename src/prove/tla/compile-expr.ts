// Expressions to JavaScript expressions.
import { compileApply, compilePath } from './compile-apply.ts'
import {
  compileChoose,
  compileFilter,
  compileFunction,
  compileLet,
  compileMap,
  compileQuantifier,
} from './compile-binders.ts'
import type { Compiler, Context } from './compiler.ts'
import { partOf } from './parts.ts'
import { setOf } from './relations.ts'
import { runShape, shapeOf, textOf } from './shapes.ts'
import type { ExceptStep, ExceptUpdate, Expr, ExprOf } from './syntax.ts'
import { typeOf } from './types.ts'

/** JavaScript for the value of an expression. `isHoisting` stops an expression from standing for itself. */
export function compileExpr(c: Compiler, expr: Expr, context: Context, isHoisting = false): string {
  if (!isHoisting) {
    const hoisted = c.hoist(expr, context)
    if (hoisted) return hoisted
  }
  switch (expr.kind) {
    case 'number':
      return expr.value < 0 ? `(${expr.value})` : String(expr.value)
    case 'string':
      return c.constant(textOf(expr.value))
    case 'boolean':
      return String(expr.value)
    case 'apply':
      return compileApply(c, expr, context)
    case 'path':
      return compilePath(c, expr, context)
    case 'part': {
      const part = partOf(c, expr, context.scope)
      return compileExpr(c, part.expr, { ...context, scope: part.scope })
    }
    case 'and':
      return `(${expr.items.map((item) => compileBool(c, item, context)).join(' && ')})`
    case 'or':
      return `(${expr.items.map((item) => compileBool(c, item, context)).join(' || ')})`
    case 'forall':
    case 'exists':
      return compileQuantifier(c, expr, context)
    case 'choose':
      return compileChoose(c, expr, context)
    case 'set':
      return `lits([${list(c, expr.items, context)}], ${c.place(expr.place)})`
    case 'filter':
      return compileFilter(c, expr, context)
    case 'map':
      return compileMap(c, expr, context)
    case 'function':
      return compileFunction(c, expr, context)
    case 'functions':
      return `functions(${compileSet(c, expr.domain, context)}, ${compileSet(c, expr.range, context)})`
    case 'record':
    case 'records':
      return compileRecord(c, expr, context)
    case 'tuple':
      return `rec(${c.constant(runShape(1, expr.items.length))}, [${list(c, expr.items, context)}])`
    case 'times':
      return `product([${expr.items.map((item) => compileSet(c, item, context)).join(', ')}])`
    case 'index':
      return `app(${compileExpr(c, expr.base, context)}, ${compileKey(c, expr.args, context)}, ${c.place(expr.place)})`
    case 'field': {
      const cache = c.constant({ shape: undefined, place: 0, site: c.fresh('site') })
      return `fld(${compileExpr(c, expr.base, context)}, ${c.constant(textOf(expr.name))}, ${cache}, ${c.place(expr.place)})`
    }
    case 'except':
      return compileExcept(c, expr, context)
    case 'at':
      return context.at ?? c.fail('@ stands outside EXCEPT.', expr.place)
    case 'if':
      return `(${compileBool(c, expr.test, context)} ? ${compileExpr(c, expr.yes, context)} : ${compileExpr(c, expr.no, context)})`
    case 'case':
      return compileCase(c, expr, context)
    case 'let':
      return `(() => {${compileReturn(c, expr, context)}})()`
    case 'box':
    case 'angle':
      return compileStep(c, expr, context)
    case 'lambda':
      return c.fail('LAMBDA stands where a value is expected.', expr.place)
    case 'unbounded':
      return c.fail(`${expr.quantifier} without a set to range over cannot be evaluated.`, expr.place)
    case 'fairness':
      return c.fail('A fairness condition has no value in a state.', expr.place)
  }
}

/** The body of an arrow function: an expression, or a block when the expression opens one. */
export function compileBody(c: Compiler, expr: Expr, context: Context): string {
  if (c.hoist(expr, context) === undefined && hasBlock(expr)) return `{${compileReturn(c, expr, context)}}`
  const code = compileExpr(c, expr, context)
  return code.startsWith('{') ? `(${code})` : code
}

function hasBlock(expr: Expr): boolean {
  if (expr.kind === 'let') return true
  return expr.kind === 'if' && (hasBlock(expr.yes) || hasBlock(expr.no))
}

/** Statements that end in a return of the expression's value. */
export function compileReturn(c: Compiler, expr: Expr, context: Context): string {
  if (expr.kind === 'let') return compileLet(c, expr, context, (inner) => compileReturn(c, expr.body, inner))
  if (expr.kind === 'if' && hasBlock(expr)) {
    const test = compileBool(c, expr.test, context)
    return `if (${test}) {${compileReturn(c, expr.yes, context)}} else {${compileReturn(c, expr.no, context)}}`
  }
  return `return ${compileExpr(c, expr, context)};`
}

export function compileBool(c: Compiler, expr: Expr, context: Context): string {
  const code = compileExpr(c, expr, context)
  return typeOf(expr, context.scope) === 'boolean' ? code : `bool(${code}, ${c.place(expr.place)})`
}

export function compileSet(c: Compiler, expr: Expr, context: Context): string {
  const code = compileExpr(c, expr, context)
  return typeOf(expr, context.scope) === 'set' ? code : `set(${code}, ${c.place(expr.place)})`
}

function list(c: Compiler, items: readonly Expr[], context: Context): string {
  return items.map((item) => compileExpr(c, item, context)).join(', ')
}

/** The argument of a function: f[a, b] is f[<<a, b>>]. */
function compileKey(c: Compiler, args: readonly Expr[], context: Context): string {
  const [only] = args
  if (args.length === 1 && only) return compileExpr(c, only, context)
  return `rec(${c.constant(runShape(1, args.length))}, [${list(c, args, context)}])`
}

function compileRecord(c: Compiler, expr: ExprOf<'record' | 'records'>, context: Context): string {
  const keys = expr.fields.map(([name]) => textOf(name))
  const shape = shapeOf(setOf([...keys]))
  if (shape.keys.length !== keys.length) c.fail('A record names a field twice.', expr.place)
  const compile = expr.kind === 'record' ? compileExpr : compileSet
  const codes: string[] = []
  expr.fields.forEach(([, value], at) => {
    codes[shape.find(keys[at] as (typeof keys)[number])] = compile(c, value, context)
  })
  return `${expr.kind === 'record' ? 'rec' : 'records'}(${c.constant(shape)}, [${codes.join(', ')}])`
}

function compileExcept(c: Compiler, expr: ExprOf<'except'>, context: Context): string {
  return expr.updates.reduce(
    (base, update) => compileUpdate(c, base, update, 0, context, c.place(expr.place)),
    compileExpr(c, expr.base, context),
  )
}

function compileUpdate(
  c: Compiler,
  base: string,
  update: ExceptUpdate,
  step: number,
  context: Context,
  at: number,
): string {
  const key = compileStepKey(c, update.path[step] as ExceptStep, context)
  const old = c.fresh('old')
  const change =
    step + 1 === update.path.length
      ? compileBody(c, update.value, { ...context, at: old })
      : compileUpdate(c, old, update, step + 1, context, at)
  return `put(${base}, ${key}, (${old}) => ${change}, ${at})`
}

function compileStepKey(c: Compiler, step: ExceptStep, context: Context): string {
  return step.kind === 'field' ? c.constant(textOf(step.name)) : compileKey(c, step.args, context)
}

function compileCase(c: Compiler, expr: ExprOf<'case'>, context: Context): string {
  const last = expr.other ? compileExpr(c, expr.other, context) : `noCase(${c.place(expr.place)})`
  return expr.arms.reduceRight(
    (rest, arm) => `(${compileBool(c, arm.test, context)} ? ${compileExpr(c, arm.value, context)} : ${rest})`,
    last,
  )
}

/** [A]_v and <<A>>_v as tests of a step. */
function compileStep(c: Compiler, expr: ExprOf<'box' | 'angle'>, context: Context): string {
  const now = compileExpr(c, expr.subscript, context)
  const then = compileExpr(c, expr.subscript, { ...context, mode: primed(context) })
  const action = compileBool(c, expr.action, context)
  const at = c.place(expr.place)
  return expr.kind === 'box'
    ? `(eq(${now}, ${then}, ${at}) || ${action})`
    : `(!eq(${now}, ${then}, ${at}) && ${action})`
}

/** The mode in which the operand of a prime is read. */
export function primed(context: Context): Context['mode'] {
  return context.mode === 'now' ? 'next' : context.mode
}
