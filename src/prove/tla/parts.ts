// Subexpression names: `Op!2!<<` is a part of the body of Op.
import { children } from './analysis.ts'
import type { Compiler } from './compiler.ts'
import type { Scoped } from './program.ts'
import { opening } from './specification.ts'
import type { Expr, ExprOf } from './syntax.ts'

export function partOf(c: Compiler, expr: ExprOf<'part'>, scope: Scoped['scope']): Scoped {
  const opened = opening(c, { expr: expr.base, scope })
  if (!opened) return c.fail('A subexpression name must begin with a defined operator.', expr.place)
  let at = opened.expr
  for (const step of expr.steps) {
    if (step === ':') continue
    const next = child(at, step)
    if (!next) return c.fail(`The subexpression name leads nowhere at \`${step}\`.`, expr.place)
    at = next
  }
  return { expr: at, scope: opened.scope }
}

function child(expr: Expr, step: string): Expr | undefined {
  const parts = expr.kind === 'apply' ? expr.args : children(expr)
  const position = step === '<<' ? 1 : step === '>>' ? 2 : Number(step)
  return Number.isInteger(position) ? parts[position - 1] : undefined
}
