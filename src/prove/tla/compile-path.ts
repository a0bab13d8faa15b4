import { openPath } from './compile-apply.ts'
import type { Compiler, Context } from './compiler.ts'
import type { Binding } from './scope.ts'
import type { ExprOf } from './syntax.ts'

export type OpenedPath = {
  readonly found: Binding | undefined
  readonly apply: ExprOf<'apply'>
  readonly context: Context
  /** Definitions that must stand before the code; filled while that code is compiled. */
  readonly pieces: readonly string[]
}

/** A path as an action enumerates it: what it names, and the context its definitions compile to. */
export function openActionPath(c: Compiler, expr: ExprOf<'path'>, context: Context): OpenedPath {
  const { scope, pieces, frame } = openPath(c, expr, context)
  const found = scope.find(expr.name)
  if (!found) c.fail(`Unknown operator \`${expr.name}\` in an instance.`, expr.place)
  return {
    found,
    apply: { kind: 'apply', name: expr.name, args: expr.args, place: expr.place },
    context: { ...context, scope, frame },
    pieces: frame === context.frame ? [] : pieces,
  }
}
