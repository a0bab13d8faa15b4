// What a name means where it stands. A module's definitions are bindings in its scope; binders, parameters and LET
// add scopes inside; INSTANCE makes a fresh scope whose constants and variables stand for expressions outside.
import { type Place, TlaFailure } from './failure.ts'
import type { Native } from './native.ts'
import type { Expr, Instance, Param } from './syntax.ts'
import type { Value } from './values.ts'

/** Where the compiled forms of a definition go: the top of the program, or the block of a LET or an instance. */
export type Frame = { readonly pieces: string[]; readonly depth: number }

type Overridable = {
  /** What the configuration puts in place of this name. */
  override?: Binding | undefined
}

export type OperatorBinding = Overridable & {
  readonly kind: 'operator'
  readonly name: string
  readonly params: readonly Param[]
  readonly body: Expr
  readonly scope: Scope
  readonly frame: Frame
  readonly place: Place
}

export type InstanceBinding = Overridable & {
  readonly kind: 'instance'
  readonly name: string
  readonly instance: Instance
  readonly scope: Scope
  made?: Scope
}

export type Binding =
  | OperatorBinding
  | InstanceBinding
  | (Overridable & { readonly kind: 'variable'; readonly name: string; readonly index: number })
  | (Overridable & {
      readonly kind: 'constant'
      readonly name: string
      readonly arity: number
      readonly place: Place
    })
  | (Overridable & { readonly kind: 'native'; readonly native: Native })
  | { readonly kind: 'value'; readonly value: Value }
  /** A JavaScript variable of the compiled program that holds a value. */
  | { readonly kind: 'local'; readonly code: string; readonly level: number }
  /** A JavaScript variable that holds a delayed value, right for one mode; other modes compile the source again. */
  | {
      readonly kind: 'lazy'
      readonly code: string
      readonly mode: string
      readonly expr: Expr
      readonly scope: Scope
    }
  /** A JavaScript function: an operator handed over as an argument. */
  | { readonly kind: 'closure'; readonly code: string; readonly arity: number; readonly level: number }
  /** Stands for an expression elsewhere, compiled anew wherever it is used. */
  | {
      readonly kind: 'alias'
      readonly expr: Expr
      readonly scope: Scope
      /** A variable of an instantiated module, given as an expression. */
      readonly isVariable?: boolean
    }

export class Scope {
  readonly names = new Map<string, Binding>()
  /** Names that EXTENDS and INSTANCE do not carry along. */
  readonly hidden = new Set<string>()
  readonly parent: Scope | undefined
  /** Where a module's definitions are compiled to; undefined for scopes inside expressions. */
  readonly frame: Frame | undefined

  constructor(parent: Scope | undefined, frame?: Frame) {
    this.parent = parent
    this.frame = frame
  }

  find(name: string): Binding | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const found = scope.names.get(name)
      if (found) return resolved(found)
    }
    return undefined
  }

  bind(name: string, binding: Binding): void {
    this.names.set(name, binding)
  }

  /** A scope inside this one with some names bound. */
  with(bindings: Iterable<readonly [name: string, binding: Binding]>): Scope {
    const inner = new Scope(this)
    for (const [name, binding] of bindings) inner.bind(name, binding)
    return inner
  }
}

const OVERRIDES_MAX = 100

function resolved(binding: Binding): Binding {
  let current = binding
  for (let step = 0; step < OVERRIDES_MAX; step++) {
    if (!('override' in current) || !current.override) return current
    current = current.override
  }
  throw new TlaFailure('The configuration replaces names in a circle.')
}
