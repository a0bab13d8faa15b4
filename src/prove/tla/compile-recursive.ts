// Recursion in actions: an operator or function that refers to itself becomes a JavaScript function that is handed
// what follows.
import { enumerate, tested } from './compile-action.ts'
import type { Assigned, Branch, Next } from './compile-assign.ts'
import { compileExpr, compileSet } from './compile-expr.ts'
import type { Compiler, Context } from './compiler.ts'
import type { Binding, OperatorBinding, Scope } from './scope.ts'
import type { Expr, ExprOf } from './syntax.ts'

/** Whether the definition's body mentions its own name anywhere. */
export function isRecursive(c: Compiler, found: OperatorBinding): boolean {
  return c.analysis.isRecursive(found)
}

/** What follows, as a function handed over: `return true` inside it stops everything. */
function handed(assigned: Assigned, next: Next, c: Compiler): string {
  return `() => {${next.code({ must: assigned.must, may: new Set(c.variables.keys()) })} return false;}`
}

const going: Next = { code: () => 'if (go()) return true;', isShort: true, isLast: false }

function body(branch: Branch, expr: Expr, context: Context): string {
  const all = new Set(branch.c.variables.keys())
  return enumerate({ ...branch, context }, expr, { must: new Set(), may: all }, going)
}

export function callRecursive(
  branch: Branch,
  found: OperatorBinding,
  expr: ExprOf<'apply'>,
  assigned: Assigned,
  next: Next,
  argScope: Scope,
): string {
  const { c, context } = branch
  if (found.params.some((param) => param.arity > 0)) {
    c.fail(
      `The recursive operator ${found.name} takes operators and cannot be used as an action.`,
      expr.place,
    )
  }
  const name = c.once(found, `action/${context.mode}/${branch.letter}`, (own) => {
    const codes = found.params.map((param) => c.fresh(param.name))
    const scope = found.scope.with(found.params.map((param, at) => [param.name, local(codes[at] as string)]))
    const code = body(branch, found.body, { scope, mode: context.mode, frame: found.frame })
    found.frame.pieces.push(`const ${own} = (${[...codes, 'go'].join(', ')}) => {${code} return false;};`)
  })
  const args = expr.args.map((arg) => compileExpr(c, arg, { ...context, scope: argScope }))
  return `if (${name}(${[...args, handed(assigned, next, c)].join(', ')})) return true;`
}

function local(code: string): Binding {
  return { kind: 'local', code, level: 1 }
}

type Rule = {
  readonly binding: OperatorBinding
  readonly fn: ExprOf<'function'>
  readonly names: readonly string[]
}

/** The function definition behind `f` in `f[x]`, when TLC would apply its rule rather than look a value up. */
export function ruleOf(c: Compiler, expr: ExprOf<'index'>, scope: Scope): Rule | undefined {
  const { base } = expr
  if (base.kind !== 'apply' || base.args.length > 0) return undefined
  const found = scope.find(base.name)
  const binding = found?.kind === 'local' ? rules.get(found) : found
  if (binding?.kind !== 'operator' || binding.body.kind !== 'function') return undefined
  if (c.analysis.operator(binding).level === 0) return undefined
  const { bounds } = binding.body
  const names = bounds.flatMap((bound) => bound.names)
  if (bounds.some((bound) => bound.isTuple) || names.length !== expr.args.length) return undefined
  return { binding, fn: binding.body, names }
}

/** Inside its own body a function is a local name; this leads back to the definition. */
const rules = new WeakMap<Binding, OperatorBinding>()

/** f[x] as an action enumerates the rule's body, as TLC does for a function it has not listed. */
export function appliedFunction(
  branch: Branch,
  expr: ExprOf<'index'>,
  assigned: Assigned,
  next: Next,
): string {
  const { c, context } = branch
  const rule = ruleOf(c, expr, context.scope)
  if (!rule) return tested(branch, expr, assigned, next)
  const { binding, fn, names } = rule
  const name = c.once(binding, `action/${context.mode}/${branch.letter}`, (own) => {
    const codes = names.map((each) => c.fresh(each))
    const bound: Context = { scope: binding.scope, mode: context.mode, frame: binding.frame }
    const sets = fn.bounds.flatMap((each) => each.names.map(() => compileSet(c, each.set, bound)))
    const self = local(`${c.operator(binding, context.mode, 0)}()`)
    rules.set(self, binding)
    const scope = binding.scope.with([
      ...names.map((each, at): [string, Binding] => [each, local(codes[at] as string)]),
      ...(fn.self === undefined ? [] : [[fn.self, self] as [string, Binding]]),
    ])
    const code = body(branch, fn.body, { ...bound, scope })
    const inside = sets.map((set, at) => `${set}.has(${codes[at]})`).join(' && ')
    const wrong = `fail('A function is applied outside its domain.', ${c.place(expr.place)});`
    binding.frame.pieces.push(
      `const ${own} = (${[...codes, 'go'].join(', ')}) => {if (!(${inside})) ${wrong}${code} return false;};`,
    )
  })
  const args = expr.args.map((arg) => compileExpr(c, arg, context))
  return `if (${name}(${[...args, handed(assigned, next, c)].join(', ')})) return true;`
}
