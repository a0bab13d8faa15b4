// Finds modules and turns them into scopes: EXTENDS shares declarations, INSTANCE replaces them.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Place, TlaFailure } from './failure.ts'
import type { Library } from './library.ts'
import type { ModuleParser } from './parse.ts'
import { type Binding, type Frame, type InstanceBinding, Scope } from './scope.ts'
import type { Expr, Instance, Module, Unit } from './syntax.ts'

/** Modules whose meaning is built in even when a file of that name stands beside the specification. */
const alwaysBuiltIn = new Set([
  'Naturals',
  'Integers',
  'Reals',
  'Sequences',
  'FiniteSets',
  'Bags',
  'TLC',
  'TLCExt',
  'TLAPS',
])

export class Modules {
  readonly #folder: string
  readonly #parser: ModuleParser
  readonly #library: Library
  readonly #known = new Map<string, Module | undefined>()
  readonly #fromFile = new Set<string>()
  readonly #natives = new Map<string, Binding>()

  constructor(folder: string, parser: ModuleParser, library: Library) {
    this.#folder = folder
    this.#library = library
    this.#parser = parser
  }

  /** The module of this name from a file beside the specification, else from the built-in library. */
  find(name: string, place: Place | undefined): Module {
    if (this.#known.has(name)) {
      const known = this.#known.get(name)
      if (known) return known
      throw new TlaFailure(`Cannot find module ${name}.`, place)
    }
    const file = join(this.#folder, `${name}.tla`)
    const library = this.#library.text(name)
    let text: string | undefined
    if (!alwaysBuiltIn.has(name) && /^\w+$/.test(name) && existsSync(file)) {
      text = readFileSync(file, 'utf8')
      this.#fromFile.add(name)
    } else text = library
    if (text === undefined && this.#library.natives(name)) text = `---- MODULE ${name} ----\n====\n`
    if (text === undefined) {
      this.#known.set(name, undefined)
      throw new TlaFailure(
        `Cannot find module ${name}: there is no ${name}.tla beside the specification.`,
        place,
      )
    }
    const modules = this.#parser(text, name)
    for (const module of modules) if (!this.#known.has(module.name)) this.#known.set(module.name, module)
    const found = modules.find((module) => module.name === name)
    if (!found) throw new TlaFailure(`${name}.tla holds no module of that name.`, place)
    return found
  }

  native(module: string, into: Scope): void {
    const operators = this.#fromFile.has(module) ? undefined : this.#library.natives(module)
    if (!operators) return
    for (const [name, operator] of Object.entries(operators)) {
      const key = `${module}!${name}`
      let binding = this.#natives.get(key)
      if (!binding) {
        binding = { kind: 'native', native: operator }
        this.#natives.set(key, binding)
      }
      into.bind(name, binding)
    }
  }
}

/** What a module's own declarations stand for: the specification's variables, or expressions given by an INSTANCE. */
type Declare = (unit: Unit & { kind: 'constants' | 'variables' }, into: Scope) => void

export class Universe {
  readonly #modules: Modules
  readonly #declare: Declare
  readonly #made = new Map<string, Scope>()
  readonly assumptions: { readonly expr: Expr; readonly scope: Scope }[] = []
  readonly #frame: Frame
  readonly #submodules: ReadonlyMap<string, Module>
  readonly #hook: (module: string, scope: Scope) => void

  constructor(
    modules: Modules,
    declare: Declare,
    frame: Frame,
    submodules: ReadonlyMap<string, Module>,
    hook: (module: string, scope: Scope) => void,
  ) {
    this.#modules = modules
    this.#declare = declare
    this.#frame = frame
    this.#submodules = submodules
    this.#hook = hook
  }

  /** The scope of a module in this universe, made once. */
  scopeOf(name: string, place: Place | undefined, outer?: Scope): Scope {
    const known = this.#made.get(name)
    if (known) return known
    const module = this.#submodules.get(name) ?? this.#modules.find(name, place)
    const scope = new Scope(outer, this.#frame)
    this.#made.set(name, scope)
    for (const extended of module.extends) copyNames(this.scopeOf(extended, module.place), scope)
    const submodules = new Map(this.#submodules)
    for (const unit of module.units) {
      if (unit.kind === 'module') submodules.set(unit.module.name, unit.module)
    }
    scopeSubmodules.set(scope, submodules)
    for (const unit of module.units) this.#add(unit, scope)
    this.#modules.native(name, scope)
    this.#hook(name, scope)
    return scope
  }

  #add(unit: Unit, scope: Scope): void {
    switch (unit.kind) {
      case 'assume':
        this.assumptions.push({ expr: unit.body, scope })
        addDefinition(unit, scope, this.#frame)
        return
      case 'constants':
      case 'variables':
        this.#declare(unit, scope)
        return
      case 'instance':
        addInstance(unit, scope, this.#modules, this.#frame, this.#hook)
        return
      default:
        addDefinition(unit, scope, this.#frame)
    }
  }
}

export const scopeSubmodules = new WeakMap<Scope, ReadonlyMap<string, Module>>()

function submodulesIn(scope: Scope | undefined): ReadonlyMap<string, Module> {
  for (let at = scope; at; at = at.parent) {
    const found = scopeSubmodules.get(at)
    if (found) return found
  }
  return new Map()
}

export function addDefinition(unit: Unit, scope: Scope, frame: Frame): void {
  if (unit.kind === 'definition') {
    if (unit.isLocal) scope.hidden.add(unit.name)
    const { name, params, body, place } = unit
    scope.bind(name, { kind: 'operator', name, params, body, scope, frame, place })
  } else if (unit.kind === 'assume' || unit.kind === 'theorem') {
    const { name, body, place } = unit
    if (name !== undefined)
      scope.bind(name, { kind: 'operator', name, params: [], body, scope, frame, place })
  }
}

export function addInstance(
  unit: Instance,
  scope: Scope,
  modules: Modules,
  frame: Frame,
  hook: (module: string, scope: Scope) => void,
): void {
  if (unit.name === undefined) {
    const inner = instantiate(unit, scope, modules, frame, hook)
    copyNames(inner, scope, unit.isLocal)
    return
  }
  if (unit.isLocal) scope.hidden.add(unit.name)
  scope.bind(unit.name, { kind: 'instance', name: unit.name, instance: unit, scope })
}

/** The scope inside `INSTANCE M WITH …`, its declarations replaced by what the names mean in `outer`. */
export function instantiate(
  unit: Instance,
  outer: Scope,
  modules: Modules,
  frame: Frame,
  hook: (module: string, scope: Scope) => void,
): Scope {
  const given = new Map<string, Expr>(unit.substitutions.map(({ name, value }) => [name, value]))
  const declare: Declare = (declared, into) => {
    const names = declared.kind === 'variables' ? declared.names : declared.params.map((param) => param.name)
    for (const name of names) {
      const expr = given.get(name)
      if (expr)
        into.bind(name, { kind: 'alias', expr, scope: outer, isVariable: declared.kind === 'variables' })
      else {
        const same = outer.find(name)
        if (same && declared.kind === 'variables' && same.kind !== 'variable') {
          const standing: Expr = { kind: 'apply', name, args: [], place: unit.place }
          into.bind(name, { kind: 'alias', expr: standing, scope: outer, isVariable: true })
        } else if (same) into.bind(name, same)
      }
    }
  }
  const submodules = submodulesIn(outer)
  // A module inside a module also sees what stands around it.
  const around = submodules.has(unit.module) ? outer : undefined
  return new Universe(modules, declare, frame, submodules, hook).scopeOf(unit.module, unit.place, around)
}

export function instanceScope(
  binding: InstanceBinding,
  modules: Modules,
  top: Frame,
  hook: (module: string, scope: Scope) => void,
): Scope {
  binding.made ??= instantiate(binding.instance, binding.scope, modules, binding.scope.frame ?? top, hook)
  return binding.made
}

function copyNames(from: Scope, into: Scope, asLocal = false): void {
  for (const [name, binding] of from.names) {
    if (from.hidden.has(name)) continue
    if (!into.names.has(name)) {
      into.bind(name, binding)
      if (asLocal) into.hidden.add(name)
    }
  }
}
