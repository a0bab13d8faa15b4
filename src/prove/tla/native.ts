import type { Callable, Value } from './values.ts'

/** An operator the checker computes itself. Parameters with an arity take an operator, given as a function. */
export type Native = {
  readonly name: string
  readonly arities: readonly number[]
  /** Answers differ from call to call or depend on the state explored: never computed ahead. */
  readonly isImpure: boolean
  readonly type: 'boolean' | 'number' | 'any'
  // biome-ignore lint/complexity/noBannedTypes: the arities say what the arguments are.
  readonly run: Function
}

export type NativeModule = Readonly<Record<string, Native>>

type Run = (...args: never[]) => Value | Callable

export function native(
  name: string,
  arities: readonly number[],
  run: Run,
  type: Native['type'] = 'any',
  isImpure = false,
): readonly [string, Native] {
  return [name, { name, arities, run, type, isImpure }]
}
