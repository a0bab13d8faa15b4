// Puts the compiled pieces together into one JavaScript program and starts it.
import { compileEnumeration, compileLabelled } from './compile-action.ts'
import { compileBool, compileExpr } from './compile-expr.ts'
import type { Compiler, Mode } from './compiler.ts'
import { TlaFailure } from './failure.ts'
import { makeRuntime } from './runtime.ts'
import type { Scope } from './scope.ts'
import type { Expr } from './syntax.ts'
import type { Value } from './values.ts'

/** An expression and where its names are to be looked up. */
export type Scoped = { readonly expr: Expr; readonly scope: Scope }

/** What the program hands each state it finds to; answering true stops the enumeration. */
export type Sink = (state: (Value | undefined)[], label: number) => boolean

export type Program = {
  /** Sets the current state. */
  readonly load: (state: readonly Value[]) => void
  /** Sets the successor, for tests of steps and of the state just found. */
  readonly loadNext: (state: readonly Value[]) => void
  readonly enumerations: readonly (() => boolean)[]
  readonly values: readonly (() => Value)[]
}

export type Wanted = {
  readonly enumerations: readonly (Scoped & { readonly kind: 'initial' | 'next' | 'labelled' })[]
  /** Read in the given mode; a boolean is asked for when `isBoolean`. */
  readonly values: readonly (Scoped & { readonly mode: Mode; readonly isBoolean: boolean })[]
}

/** Compiles everything wanted of a specification at once, so that all of it shares the values of constants. */
export function assemble(
  c: Compiler,
  wanted: Wanted,
  sinks: { found: Sink; between: (count: number) => void },
): Program {
  const count = c.variables.length
  const each = (letter: string): string => c.variables.map((_, at) => `${letter}${at}`).join(', ')
  const enumerations = wanted.enumerations.map(({ expr, scope, kind }) => {
    const letter = kind === 'initial' ? 'x' : 'y'
    const mode: Mode = kind === 'initial' ? 'init' : 'now'
    const last = `if (found([${each(letter)}], label)) return true;`
    const compile = kind === 'labelled' ? compileLabelled : compileEnumeration
    const code = compile(c, expr, { scope, mode, frame: c.top }, last)
    return `() => {${clear(letter, count)}${code} return false;}`
  })
  const values = wanted.values.map(({ expr, scope, mode, isBoolean }) => {
    const compile = isBoolean ? compileBool : compileExpr
    return `() => ${wrap(compile(c, expr, { scope, mode, frame: c.top }))}`
  })
  const source = [
    '"use strict";',
    `const {${Object.keys(makeRuntime([])).join(', ')}} = R;`,
    'let label = -1;',
    ...c.variables.map((_, at) => `let x${at}, y${at};`),
    'const within = (value, base, at) => sub(set(value, at), set(base, at));',
    keepers(count),
    ...c.top.pieces,
    'return {',
    `load: (s) => {${c.variables.map((_, at) => `x${at} = s[${at}];`).join('')}},`,
    `loadNext: (s) => {${c.variables.map((_, at) => `y${at} = s[${at}];`).join('')}},`,
    `enumerations: [${enumerations.join(',\n')}],`,
    `values: [${values.join(',\n')}]};`,
  ].join('\n')
  return start(source, c, sinks)
}

function wrap(code: string): string {
  return code.startsWith('{') ? `(${code})` : code
}

function clear(letter: string, count: number): string {
  return Array.from({ length: count }, (_, at) => `${letter}${at} = undefined;`).join('')
}

/** Runs that need the state for themselves put it back afterwards. */
function keepers(count: number): string {
  const list = (letter: string): string =>
    Array.from({ length: count }, (_, at) => `${letter}${at}`).join(', ')
  const set = (letter: string, from: string): string =>
    Array.from({ length: count }, (_, at) => `${letter}${at} = ${from}[${at}];`).join('')
  return `
const enabled = (run) => {
  const keptNext = [${list('y')}];
  ${clear('y', count)}
  try { return run(); } finally { ${set('y', 'keptNext')} }
};
const enabledThen = (run) => {
  const kept = [${list('x')}], keptNext = [${list('y')}];
  ${set('x', 'keptNext')}${clear('y', count)}
  try { return run(); } finally { ${set('x', 'kept')}${set('y', 'keptNext')} }
};
const compose = (first, second) => {
  const kept = [${list('x')}];
  const middle = [];
  // A value that is still a rule would read the state that is about to change.
  first(() => { middle.push([${list('y')}].map(settled)); });
  between(middle.length);
  try {
    for (const state of middle) {
      ${set('x', 'state')}${clear('y', count)}
      const resume = (run) => {
        ${set('x', 'kept')}
        const stop = run();
        ${set('x', 'state')}
        return stop;
      };
      if (second(resume)) return true;
    }
    return false;
  } finally { ${set('x', 'kept')}${clear('y', count)} }
};`
}

function start(
  source: string,
  c: Compiler,
  sinks: { found: Sink; between: (count: number) => void },
): Program {
  // The source holds numbered names and indices only (see compiler.ts); specification text reaches it as constants.
  let make: (...args: unknown[]) => Program
  try {
    make = new Function('R', 'K', 'found', 'between', source) as typeof make
  } catch (error) {
    throw new TlaFailure(`The specification is too large or too deeply nested to compile: ${String(error)}.`)
  }
  return make(makeRuntime(c.places), c.constants, sinks.found, sinks.between)
}
