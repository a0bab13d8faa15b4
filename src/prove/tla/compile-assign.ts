// Giving variables their next values: x' = e, x' \\in S, UNCHANGED.
import { standsForVariable } from './compile-apply.ts'
import { compileExpr, compileSet, primed } from './compile-expr.ts'
import { openActionPath } from './compile-path.ts'
import { type Compiler, type Context, SLOT_MIN } from './compiler.ts'
import type { Scope } from './scope.ts'
import type { Expr, ExprOf } from './syntax.ts'

/** Which variables surely have a value at a point of the enumeration, and which may have. */
export type Assigned = { readonly must: ReadonlySet<number>; readonly may: ReadonlySet<number> }

/** What follows: given what is assigned there, JavaScript statements that go on. `return true` stops everything. */
export type Next = {
  readonly code: (assigned: Assigned) => string
  readonly isShort: boolean
  readonly isLast: boolean
}

export type Branch = { readonly c: Compiler; readonly context: Context; readonly letter: 'x' | 'y' }

/** Makes a continuation that is written more than once into a local function. */
export function shared(branch: Branch, next: Next, assigned: Assigned, use: (next: Next) => string): string {
  if (next.isShort) return use(next)
  const name = branch.c.fresh('next')
  const all = new Set(branch.c.variables.keys())
  const body = next.code({ must: assigned.must, may: all })
  const called: Next = { code: () => `if (${name}()) return true;`, isShort: true, isLast: next.isLast }
  return `const ${name} = () => {${body} return false;};${use(called)}`
}

/** The variable that `x'` (or `x` in an initial predicate) stands for, through substitutions and parameters. */
export function assignee(branch: Branch, expr: Expr, scope: Scope): number | undefined {
  if (expr.kind !== 'apply') return undefined
  if (branch.letter === 'x') return variableOf(branch, expr, scope)
  if (expr.name === "'" && expr.args[0]) return variableOf(branch, expr.args[0], scope)
  const found = expr.args.length === 0 ? scope.find(expr.name) : undefined
  if (found?.kind === 'alias') return assignee(branch, found.expr, found.scope)
  return undefined
}

function variableOf(branch: Branch, expr: Expr, scope: Scope): number | undefined {
  if (expr.kind !== 'apply' || expr.args.length > 0) return undefined
  const found = scope.find(expr.name)
  if (found?.kind === 'variable') return found.index
  if (found?.kind === 'alias' && found.isVariable && branch.context.slots && !standsForVariable(found)) {
    return branch.c.slot(branch.context.slots, found)
  }
  if (found?.kind === 'alias') return variableOf(branch, found.expr, found.scope)
  if (found?.kind === 'lazy') return variableOf(branch, found.expr, found.scope)
  return undefined
}

function withVariable(assigned: Assigned, index: number): Assigned {
  return { must: new Set([...assigned.must, index]), may: new Set([...assigned.may, index]) }
}

export function assign(
  branch: Branch,
  index: number,
  expr: ExprOf<'apply'>,
  right: Expr,
  assigned: Assigned,
  next: Next,
): string {
  const { c, context } = branch
  const name = `${branch.letter}${index}`
  const done = withVariable(assigned, index)
  const value = expr.name === '=' ? compileExpr(c, right, context) : compileSet(c, right, context)
  const test = (operand: string): string =>
    expr.name === '='
      ? `if (eq(${name}, ${operand}, ${c.place(expr.place)})) {${next.code(done)}}`
      : `if (${expr.name === '\\in' ? 'has' : 'within'}(${name}, ${operand}, ${c.place(expr.place)})) {${next.code(done)}}`
  if (assigned.must.has(index)) return test(value)
  if (!assigned.may.has(index) && index < SLOT_MIN)
    return bind(branch, name, expr.name, value, next.code(done), c.place(expr.place))
  return shared(branch, next, assigned, (after) => {
    const operand = c.fresh('e')
    const kept = `const ${operand} = ${value};`
    const tests =
      expr.name === '='
        ? `if (eq(${name}, ${operand}, ${c.place(expr.place)})) {${after.code(done)}}`
        : `if (${expr.name === '\\in' ? 'has' : 'within'}(${name}, ${operand}, ${c.place(expr.place)})) {${after.code(done)}}`
    return `{${kept}if (${name} !== undefined) {${tests}} else {${bind(branch, name, expr.name, operand, after.code(done), c.place(expr.place))}}}`
  })
}

function bind(
  branch: Branch,
  name: string,
  operator: string,
  value: string,
  after: string,
  at: number,
): string {
  if (operator === '=') return `${name} = ${value};${after}${name} = undefined;`
  const each = branch.c.fresh('e')
  const set = operator === '\\in' ? `over(${value}, ${at})` : `subsets(${value})`
  return `if (some(${set}, (${each}) => {${name} = ${each};${after}return false;})) return true;${name} = undefined;`
}

export function same(branch: Branch, expr: Expr): string {
  const { c, context } = branch
  return `eq(${compileExpr(c, expr, context)}, ${compileExpr(c, expr, { ...context, mode: primed(context) })}, ${c.place(expr.place)})`
}

export function unchanged(branch: Branch, expr: Expr, assigned: Assigned, next: Next): string {
  const { c, context } = branch
  const index = variableOf(branch, expr, context.scope)
  if (index !== undefined) {
    const name = `y${index}`
    const now = index < SLOT_MIN ? `x${index}` : compileExpr(c, expr, context)
    const done = withVariable(assigned, index)
    if (assigned.must.has(index)) return `if (eq(${now}, ${name}, -1)) {${next.code(done)}}`
    if (!assigned.may.has(index) && index < SLOT_MIN) {
      return `${name} = ${now};${next.code(done)}${name} = undefined;`
    }
    return shared(branch, next, assigned, (after) => {
      const test = `if (eq(${now}, ${name}, -1)) {${after.code(done)}}`
      return `if (${name} !== undefined) {${test}} else {${name} = ${now};${after.code(done)}${name} = undefined;}`
    })
  }
  if (expr.kind === 'tuple') return unchangedItems(branch, expr.items, 0, assigned, next)
  if (expr.kind === 'apply' && expr.args.length === 0) {
    const found = context.scope.find(expr.name)
    if (found?.kind === 'operator' || found?.kind === 'alias') {
      const body = found.kind === 'operator' ? found.body : found.expr
      return unchanged({ ...branch, context: { ...context, scope: found.scope } }, body, assigned, next)
    }
  }
  if (expr.kind === 'path' && expr.args.length === 0) {
    const opened = openActionPath(c, expr, context)
    if (opened.found?.kind === 'operator' && opened.pieces.length === 0) {
      return unchanged(
        { ...branch, context: { ...context, scope: opened.found.scope } },
        opened.found.body,
        assigned,
        next,
      )
    }
  }
  return `if (${same(branch, expr)}) {${next.code(assigned)}}`
}

function unchangedItems(
  branch: Branch,
  items: readonly Expr[],
  at: number,
  assigned: Assigned,
  next: Next,
): string {
  const item = items[at]
  if (item === undefined) return next.code(assigned)
  return unchanged(branch, item, assigned, {
    isShort: false,
    isLast: false,
    code: (after) => unchangedItems(branch, items, at + 1, after, next),
  })
}
