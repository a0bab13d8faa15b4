// The abstract syntax of TLA+ modules, as `lower-*.ts` makes it from the concrete syntax tree.
import type { Place } from './failure.ts'

export type Bound = {
  readonly names: readonly string[]
  /** `<<a, b>> \in S`: the names take one tuple apart. */
  readonly isTuple: boolean
  readonly set: Expr
}

export type ExceptStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly args: readonly Expr[] }

export type ExceptUpdate = { readonly path: readonly ExceptStep[]; readonly value: Expr }

export type CaseArm = { readonly test: Expr; readonly value: Expr }

export type PathStep = { readonly name: string; readonly args: readonly Expr[] }

export type Expr = { readonly place: Place } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** An operator by name, built-in, infix or defined; a plain name has no arguments. */
  | { readonly kind: 'apply'; readonly name: string; readonly args: readonly Expr[] }
  /** `M(3)!N!Op(x)` */
  | {
      readonly kind: 'path'
      readonly steps: readonly PathStep[]
      readonly name: string
      readonly args: readonly Expr[]
    }
  /** `Op!2!<<`: a part of a definition's body, by position. */
  | { readonly kind: 'part'; readonly base: Expr; readonly steps: readonly string[] }
  | { readonly kind: 'and'; readonly items: readonly Expr[] }
  | { readonly kind: 'or'; readonly items: readonly Expr[] }
  | { readonly kind: 'forall' | 'exists'; readonly bounds: readonly Bound[]; readonly body: Expr }
  | {
      readonly kind: 'unbounded'
      readonly quantifier: string
      readonly names: readonly string[]
      readonly body: Expr
    }
  | {
      readonly kind: 'choose'
      readonly names: readonly string[]
      readonly isTuple: boolean
      readonly set: Expr | undefined
      readonly body: Expr
    }
  | { readonly kind: 'set'; readonly items: readonly Expr[] }
  | { readonly kind: 'filter'; readonly bound: Bound; readonly body: Expr }
  | { readonly kind: 'map'; readonly value: Expr; readonly bounds: readonly Bound[] }
  | {
      readonly kind: 'function'
      readonly bounds: readonly Bound[]
      readonly body: Expr
      readonly self: string | undefined
    }
  | { readonly kind: 'functions'; readonly domain: Expr; readonly range: Expr }
  | {
      readonly kind: 'record' | 'records'
      readonly fields: readonly (readonly [name: string, value: Expr])[]
    }
  | { readonly kind: 'tuple' | 'times'; readonly items: readonly Expr[] }
  | { readonly kind: 'index'; readonly base: Expr; readonly args: readonly Expr[] }
  | { readonly kind: 'field'; readonly base: Expr; readonly name: string }
  | { readonly kind: 'except'; readonly base: Expr; readonly updates: readonly ExceptUpdate[] }
  | { readonly kind: 'at' }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'case'; readonly arms: readonly CaseArm[]; readonly other: Expr | undefined }
  | { readonly kind: 'let'; readonly definitions: readonly Unit[]; readonly body: Expr }
  | { readonly kind: 'lambda'; readonly params: readonly string[]; readonly body: Expr }
  /** `[A]_v` and `<<A>>_v` */
  | { readonly kind: 'box' | 'angle'; readonly action: Expr; readonly subscript: Expr }
  | { readonly kind: 'fairness'; readonly isStrong: boolean; readonly action: Expr; readonly subscript: Expr }
)

export type ExprOf<Kind extends Expr['kind']> = Extract<Expr, { readonly kind: Kind }>

export type Param = { readonly name: string; readonly arity: number }

export type Substitution = { readonly name: string; readonly value: Expr }

export type Definition = {
  readonly kind: 'definition'
  readonly name: string
  readonly params: readonly Param[]
  readonly body: Expr
  readonly isLocal: boolean
  readonly place: Place
}

export type Instance = {
  readonly kind: 'instance'
  /** Undefined for a plain `INSTANCE M`, which brings M's names in as they are. */
  readonly name: string | undefined
  readonly params: readonly Param[]
  readonly module: string
  readonly substitutions: readonly Substitution[]
  readonly isLocal: boolean
  readonly place: Place
}

export type Unit =
  | Definition
  | Instance
  | { readonly kind: 'constants'; readonly params: readonly Param[]; readonly place: Place }
  | { readonly kind: 'variables'; readonly names: readonly string[]; readonly place: Place }
  | { readonly kind: 'recursive'; readonly params: readonly Param[]; readonly place: Place }
  | { readonly kind: 'assume'; readonly name: string | undefined; readonly body: Expr; readonly place: Place }
  | { readonly kind: 'theorem'; readonly name: string; readonly body: Expr; readonly place: Place }
  | { readonly kind: 'module'; readonly module: Module; readonly place: Place }

export type Module = {
  readonly name: string
  readonly extends: readonly string[]
  readonly units: readonly Unit[]
  readonly place: Place
}
