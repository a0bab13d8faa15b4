// Initial predicates and next-state actions to JavaScript that enumerates states, in the order and with the
// repetitions TLC has: conjuncts left to right; each disjunct, each witness of \E branches, even in a guard; once all
// variables have their values, what is left is only tested.
import { aliases, compileOperatorArg } from './compile-apply.ts'
import {
  type Assigned,
  assign,
  assignee,
  type Branch,
  type Next,
  same,
  shared,
  unchanged,
} from './compile-assign.ts'
import { compileLet, openLoops, withSets } from './compile-binders.ts'
import { compileBool, compileExpr } from './compile-expr.ts'
import { openActionPath } from './compile-path.ts'
import { appliedFunction, callRecursive, isRecursive, ruleOf } from './compile-recursive.ts'
import type { Compiler, Context } from './compiler.ts'
import { partOf } from './parts.ts'
import type { Binding, OperatorBinding, Scope } from './scope.ts'
import type { Expr, ExprOf } from './syntax.ts'

const nothing: ReadonlySet<number> = new Set()

/** Statements that enumerate all ways to satisfy `expr`, running `last` for each. */
export function compileEnumeration(c: Compiler, expr: Expr, context: Context, last: string): string {
  const branch: Branch = { c, context, letter: context.mode === 'init' ? 'x' : 'y' }
  const next: Next = { code: () => last, isShort: true, isLast: true }
  return enumerate(branch, expr, { must: nothing, may: nothing }, next)
}

/** ENABLED: whether the enumeration finds anything, in a program state kept aside. */
export function compileEnabled(c: Compiler, expr: Expr, context: Context): string {
  const keeper = context.mode === 'now' ? 'enabled' : 'enabledThen'
  const slots = new Map<Binding, number>()
  const inner: Context = { ...context, mode: 'now', slots }
  const branch: Branch = { c, context: inner, letter: 'y' }
  const next: Next = { code: () => 'return true;', isShort: true, isLast: true }
  const code = enumerate(branch, expr, { must: nothing, may: nothing }, next)
  const reset = [...slots.values()].map((index) => `y${index} = undefined;`).join('')
  return `${keeper}(() => {${reset}${code} return false;})`
}

export function enumerate(branch: Branch, expr: Expr, assigned: Assigned, next: Next): string {
  const { c, context } = branch
  switch (expr.kind) {
    case 'and':
      return conjuncts(branch, expr.items, 0, assigned, next)
    case 'part': {
      const part = partOf(c, expr, context.scope)
      return enumerate({ ...branch, context: { ...context, scope: part.scope } }, part.expr, assigned, next)
    }
    case 'or':
      return shared(branch, next, assigned, (after) =>
        expr.items.map((item) => `{${enumerate(branch, item, assigned, after)}}`).join(''),
      )
    case 'exists':
      return witnesses(branch, expr, assigned, next)
    case 'forall':
      return forEach(branch, expr, assigned, next)
    case 'if':
      return shared(branch, next, assigned, (after) => {
        const then = enumerate(branch, expr.yes, assigned, after)
        return `if (${compileBool(c, expr.test, context)}) {${then}} else {${enumerate(branch, expr.no, assigned, after)}}`
      })
    case 'case':
      return cases(branch, expr, assigned, next)
    case 'let':
      return `{${compileLet(c, expr, context, (inner) => enumerate({ ...branch, context: inner }, expr.body, assigned, next))}}`
    case 'box':
      return shared(branch, next, assigned, (after) => {
        const step = enumerate(branch, expr.action, assigned, after)
        return `{${step}}{${unchanged(branch, expr.subscript, assigned, after)}}`
      })
    case 'angle':
      return enumerate(branch, expr.action, assigned, {
        ...next,
        isShort: false,
        isLast: false,
        code: (after) => `if (!${same(branch, expr.subscript)}) {${next.code(after)}}`,
      })
    case 'apply':
      return applied(branch, expr, assigned, next)
    case 'index':
      return appliedFunction(branch, expr, assigned, next)
    case 'path': {
      const opened = openActionPath(c, expr, context)
      const inner = { ...branch, context: opened.context }
      const code = call(inner, opened.found, opened.apply, assigned, next, branch.context.scope)
      return opened.pieces.length > 0 ? `{${opened.pieces.join('')}${code}}` : code
    }
    default:
      return tested(branch, expr, assigned, next)
  }
}

export function tested(branch: Branch, expr: Expr, assigned: Assigned, next: Next): string {
  return `if (${compileBool(branch.c, expr, branch.context)}) {${next.code(assigned)}}`
}

/** Whether enumerating the expression could do other than testing it. */
function branches(branch: Branch, expr: Expr, scope: Scope, depth = 0): boolean {
  if (depth > INLINE_DEPTH_MAX) return true
  switch (expr.kind) {
    case 'or':
    case 'exists':
    case 'box':
    case 'angle':
    case 'path':
    case 'let':
    case 'forall':
    case 'part':
      return true
    case 'index':
      return ruleOf(branch.c, expr, scope) !== undefined
    case 'and':
      return expr.items.some((item) => branches(branch, item, scope, depth))
    case 'if':
      return branches(branch, expr.yes, scope, depth) || branches(branch, expr.no, scope, depth)
    case 'case':
      return true
    case 'apply': {
      if (expr.name === '=>') return branches(branch, expr.args[1] as Expr, scope, depth)
      const found = scope.find(expr.name)
      if (found?.kind === 'operator') {
        if (expr.args.some((arg) => branch.c.analysis.level(arg, scope) >= 2)) return true
        return branches(branch, found.body, found.scope, depth + 1)
      }
      if (found?.kind === 'alias') return branches(branch, found.expr, found.scope, depth + 1)
      if (expr.name === "'" || expr.name === 'UNCHANGED' || expr.name === '\\cdot') return true
      return branch.letter === 'x' &&
        (expr.name === '=' || expr.name === '\\in' || expr.name === '\\subseteq')
        ? true
        : branch.c.analysis.level(expr, scope) >= 2
    }
    default:
      return branch.c.analysis.level(expr, scope) >= 2
  }
}

const INLINE_DEPTH_MAX = 40

function conjuncts(
  branch: Branch,
  items: readonly Expr[],
  at: number,
  assigned: Assigned,
  next: Next,
): string {
  const item = items[at]
  if (item === undefined) return next.code(assigned)
  const rest: Next = {
    isShort: at + 1 === items.length && next.isShort,
    isLast: at + 1 === items.length && next.isLast,
    code: (after) => (at + 1 === items.length ? next.code(after) : later(branch, items, at + 1, after, next)),
  }
  return enumerate(branch, item, assigned, rest)
}

/** A conjunct after the first: when nothing is left to assign, it is a test and no longer branches. */
function later(branch: Branch, items: readonly Expr[], at: number, assigned: Assigned, next: Next): string {
  const count = branch.c.variables.length
  const item = items[at] as Expr
  // In ENABLED nothing is counted, and places beyond the variables make counting them no guide.
  if (branch.context.slots || assigned.may.size < count || !branches(branch, item, branch.context.scope)) {
    return conjuncts(branch, items, at, assigned, next)
  }
  const rest: Next = {
    isShort: next.isShort && at + 1 === items.length,
    isLast: next.isLast && at + 1 === items.length,
    code: (after) => (at + 1 === items.length ? next.code(after) : later(branch, items, at + 1, after, next)),
  }
  if (assigned.must.size === count) return tested(branch, item, assigned, rest)
  return shared(branch, rest, assigned, (after) => {
    const open = [...branch.c.variables.keys()].filter((index) => !assigned.must.has(index))
    const complete = open.map((index) => `${branch.letter}${index} !== undefined`).join(' && ')
    const all = new Set(branch.c.variables.keys())
    const test = tested(branch, item, { must: all, may: all }, after)
    return `if (${complete}) {${test}} else {${enumerate(branch, item, assigned, after)}}`
  })
}

function witnesses(
  branch: Branch,
  expr: ExprOf<'forall' | 'exists'>,
  assigned: Assigned,
  next: Next,
): string {
  return loop(branch, expr, (inner) => enumerate({ ...branch, context: inner }, expr.body, assigned, next))
}

/** Loops over the bounds of \E around statements. */
function loop(branch: Branch, expr: ExprOf<'forall' | 'exists'>, body: (inner: Context) => string): string {
  const { loops, inner } = openLoops(branch.c, expr.bounds, branch.context)
  const statements = body(inner)
  const code = withSets(branch.c, loops, (sets) =>
    loops.reduceRight(
      (nested, each, at) =>
        at === loops.length - 1
          ? `some(${sets[at]}, (${each.param}) => {${each.opening}${nested} return false;})`
          : `some(${sets[at]}, (${each.param}) => {${each.opening} return ${nested};})`,
      statements,
    ),
  )
  return `if (${code}) return true;`
}

/** \A over actions is a conjunction, one instance for each element, enumerated in turn. */
function forEach(branch: Branch, expr: ExprOf<'forall' | 'exists'>, assigned: Assigned, next: Next): string {
  const { c, context } = branch
  if (
    !branches(
      branch,
      expr.body,
      context.scope.with(
        expr.bounds.flatMap((bound) =>
          bound.names.map((name): [string, Binding] => [name, { kind: 'local', code: '', level: 0 }]),
        ),
      ),
    )
  ) {
    return tested(branch, expr, assigned, next)
  }
  const { loops, inner } = openLoops(c, expr.bounds, context)
  const all = new Set(c.variables.keys())
  const list = c.fresh('items')
  const step = c.fresh('step')
  const at = c.fresh('at')
  const collect = withSets(c, loops, (sets) =>
    loops.reduceRight(
      (nested, loop, index) =>
        `some(${sets[index]}, (${loop.param}) => {${loop.opening}${nested}; return false;})`,
      `${list}.push([${loops.map((loop) => loop.param).join(', ')}]);`,
    ),
  )
  const names = `const [${loops.map((loop) => loop.param).join(', ')}] = ${list}[${at}];${loops.map((loop) => loop.opening).join('')}`
  const going: Next = { code: () => `if (${step}(${at} + 1)) return true;`, isShort: true, isLast: false }
  const body = enumerate({ ...branch, context: inner }, expr.body, { must: assigned.must, may: all }, going)
  const end = next.code({ must: assigned.must, may: all })
  return `{const ${list} = []; ${collect}; const ${step} = (${at}) => { if (${at} === ${list}.length) {${end} return false;} ${names}${body} return false;}; if (${step}(0)) return true;}`
}

function cases(branch: Branch, expr: ExprOf<'case'>, assigned: Assigned, next: Next): string {
  const { c, context } = branch
  return shared(branch, next, assigned, (after) => {
    const last = expr.other
      ? enumerate(branch, expr.other, assigned, after)
      : `noCase(${c.place(expr.place)});`
    return expr.arms.reduceRight(
      (rest, arm) =>
        `if (${compileBool(c, arm.test, context)}) {${enumerate(branch, arm.value, assigned, after)}} else {${rest}}`,
      last,
    )
  })
}

function applied(branch: Branch, expr: ExprOf<'apply'>, assigned: Assigned, next: Next): string {
  const { c, context } = branch
  const found = context.scope.find(expr.name)
  if (found) return call(branch, found, expr, assigned, next, context.scope)
  const [left, right] = expr.args
  switch (expr.name) {
    case '=':
    case '\\in':
    case '\\subseteq': {
      const target = left && assignee(branch, left, context.scope)
      return target === undefined || !right
        ? tested(branch, expr, assigned, next)
        : assign(branch, target, expr, right, assigned, next)
    }
    case '=>':
      return shared(branch, next, assigned, (after) => {
        const then = enumerate(branch, right as Expr, assigned, after)
        return `if (${compileBool(c, left as Expr, context)}) {${then}} else {${after.code(assigned)}}`
      })
    case 'UNCHANGED':
      return unchanged(branch, left as Expr, assigned, next)
    case '\\cdot':
      return composed(branch, expr, next)
    default:
      return tested(branch, expr, assigned, next)
  }
}

function call(
  branch: Branch,
  found: Binding | undefined,
  expr: ExprOf<'apply'>,
  assigned: Assigned,
  next: Next,
  argScope: Scope,
): string {
  const { c, context } = branch
  if (found?.kind === 'alias' && expr.args.length === 0) {
    return enumerate({ ...branch, context: { ...context, scope: found.scope } }, found.expr, assigned, next)
  }
  const hasPrimes = expr.args.some((arg) => c.analysis.level(arg, argScope) >= 2)
  if (found?.kind !== 'operator' || !(hasPrimes || branches(branch, found.body, found.scope))) {
    const scope = argScope === context.scope || !found ? argScope : argScope.with([[expr.name, found]])
    return tested({ ...branch, context: { ...context, scope } }, expr, assigned, next)
  }
  if (!hasPrimes && isRecursive(c, found)) return callRecursive(branch, found, expr, assigned, next, argScope)
  return inline(branch, found, expr, argScope, (inner) =>
    enumerate({ ...branch, context: inner }, found.body, assigned, next),
  )
}

/** Writes an operator's body out at its use, arguments by name or kept in a delayed value. */
function inline(
  branch: Branch,
  found: OperatorBinding,
  expr: ExprOf<'apply'>,
  argScope: Scope,
  use: (inner: Context) => string,
): string {
  const { c, context } = branch
  const outer: Context = { ...context, scope: argScope }
  let setup = ''
  const bindings = found.params.map((param, at): [string, Binding] => {
    const arg = expr.args[at] as Expr
    const plain = aliases([param], [arg], argScope)[0] as [string, Binding]
    if (param.arity > 0) {
      if (c.analysis.level(arg, argScope) > 0) return plain
      const code = c.fresh(param.name)
      setup += `const ${code} = ${compileOperatorArg(c, arg, param.arity, outer)};`
      return [param.name, { kind: 'closure', code, arity: param.arity, level: 0 }]
    }
    if (isNameOrLiteral(arg) || c.analysis.level(arg, argScope) >= 2 || context.mode !== 'now') return plain
    const code = c.fresh(param.name)
    setup += `const ${code} = new Lazy(() => ${wrap(compileExpr(c, arg, outer))});`
    return [param.name, { kind: 'lazy', code, mode: context.mode, expr: arg, scope: argScope }]
  })
  const inner: Context = { ...context, scope: found.scope.with(bindings), at: undefined }
  const code = c.inlining(found, expr.place, () => use(inner))
  return setup === '' ? code : `{${setup}${code}}`
}

function wrap(code: string): string {
  return code.startsWith('{') ? `(${code})` : code
}

function isNameOrLiteral(expr: Expr): boolean {
  if (expr.kind === 'apply') return expr.args.length === 0
  return expr.kind === 'number' || expr.kind === 'string' || expr.kind === 'boolean'
}

/** A \cdot B: each state between counts as generated, as it does for TLC. */
function composed(branch: Branch, expr: ExprOf<'apply'>, next: Next): string {
  const { c } = branch
  const [first, second] = expr.args as [Expr, Expr]
  const start: Assigned = { must: nothing, may: nothing }
  const middle: Next = { code: () => 'keep();', isShort: true, isLast: true }
  const all = new Set(c.variables.keys())
  const before = enumerate(branch, first, start, middle)
  const end: Next = {
    code: () => 'if (resume(() => {' + next.code({ must: all, may: all }) + 'return false;})) return true;',
    isShort: false,
    isLast: next.isLast,
  }
  const after = enumerate(branch, second, start, end)
  return `if (compose((keep) => {${before} return false;}, (resume) => {${after} return false;})) return true;`
}

/**
 * The same enumeration, with the variable `label` set to the number of the action a state comes from: TLC's parts of
 * the next-state action, found through disjunctions, \E and names.
 */
export function compileLabelled(c: Compiler, expr: Expr, context: Context, last: string): string {
  const next: Next = { code: () => last, isShort: true, isLast: true }
  return labelled({ c, context, letter: 'y' }, expr, 'Action', next, 0)
}

function labelled(branch: Branch, expr: Expr, name: string, next: Next, depth: number): string {
  const { c, context } = branch
  const none: Assigned = { must: nothing, may: nothing }
  if (expr.kind === 'or')
    return expr.items.map((item) => `{${labelled(branch, item, name, next, depth)}}`).join('')
  if (expr.kind === 'exists') {
    return loop(branch, expr, (inner) =>
      labelled({ ...branch, context: inner }, expr.body, name, next, depth),
    )
  }
  if ((expr.kind === 'apply' || expr.kind === 'path') && depth < INLINE_DEPTH_MAX) {
    const opened = expr.kind === 'path' ? openActionPath(c, expr, context) : undefined
    const found = opened ? opened.found : context.scope.find(expr.name)
    if (found?.kind === 'operator') {
      const apply: ExprOf<'apply'> = { kind: 'apply', name: expr.name, args: expr.args, place: expr.place }
      const from = { ...branch, context: opened?.context ?? context }
      const code = inline(from, found, apply, context.scope, (inner) =>
        labelled({ ...branch, context: inner }, found.body, found.name, next, depth + 1),
      )
      return opened && opened.pieces.length > 0 ? `{${opened.pieces.join('')}${code}}` : code
    }
  }
  return `label = ${c.label(name, expr.place)};${enumerate(branch, expr, none, next)}`
}
