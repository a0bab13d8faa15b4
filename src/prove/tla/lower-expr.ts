import type { Node } from 'web-tree-sitter'
import { type Place, TlaFailure } from './failure.ts'
import { lowerUnit } from './lower-module.ts'
import { part, path } from './lower-path.ts'
import { textOf } from './shapes.ts'
import { strongInfix, symbols, weakPrefix } from './symbols.ts'
import type { Bound, CaseArm, ExceptStep, ExceptUpdate, Expr, Unit } from './syntax.ts'

export function placeOf(node: Node, module: string): Place {
  const { row, column } = node.startPosition
  const end = lastToken(node).endPosition
  return { module, line: row + 1, column: column + 1, endLine: end.row + 1, endColumn: end.column }
}

/** A list of conjuncts reaches to the next token in the tree; it ends with its last one. */
function lastToken(node: Node): Node {
  for (let at = node.childCount - 1; at >= 0; at--) {
    const child = node.child(at)
    if (child && child.endIndex > child.startIndex && !child.type.endsWith('comment')) return lastToken(child)
  }
  return node
}

export function named(node: Node): Node[] {
  return node.namedChildren.filter(
    (child): child is Node => child !== null && child.type !== 'comment' && child.type !== 'block_comment',
  )
}

export function fields(node: Node, name: string): Node[] {
  return node.childrenForFieldName(name).filter((child): child is Node => child?.isNamed)
}

export function field(node: Node, name: string, module: string): Node {
  const child = node.childForFieldName(name)
  if (!child) throw new TlaFailure(`Syntax error: ${node.type} has no ${name}.`, placeOf(node, module))
  return child
}

export function symbolOf(node: Node, module: string): string {
  const inner = node.type.endsWith('_op_symbol') ? (named(node)[0] ?? node) : node
  const symbol = symbols[inner.type]
  if (symbol === undefined) throw new TlaFailure(`Unknown operator \`${node.text}\`.`, placeOf(node, module))
  return symbol
}

type Lower = (node: Node, module: string, place: Place) => Expr

export function lowerExpr(node: Node, module: string): Expr {
  const lower = lowerings[node.type]
  const place = placeOf(node, module)
  if (!lower) throw new TlaFailure(`Not supported here: \`${node.text.slice(0, 60)}\`.`, place)
  return lower(node, module, place)
}

export function all(nodes: readonly Node[], module: string): Expr[] {
  return nodes.map((node) => lowerExpr(node, module))
}

function bound(node: Node, module: string): Bound {
  const intros = fields(node, 'intro')
  const first = intros[0]
  const isTuple = first?.type === 'tuple_of_identifiers'
  const names = isTuple
    ? named(first)
        .filter((child) => child.type === 'identifier')
        .map((child) => child.text)
    : intros.map((child) => child.text)
  return { names, isTuple, set: lowerExpr(field(node, 'set', module), module) }
}

const list: Record<'conj_list' | 'disj_list', Lower> = {
  conj_list: (node, module, place) => ({ kind: 'and', items: items(node, module), place }),
  disj_list: (node, module, place) => ({ kind: 'or', items: items(node, module), place }),
}

function items(node: Node, module: string): Expr[] {
  return named(node).map((item) => lowerExpr(named(item).at(-1) as Node, module))
}

function apply(name: string, args: readonly Expr[], place: Place): Expr {
  return { kind: 'apply', name, args, place }
}

function infix(node: Node, module: string, place: Place): Expr {
  const leftNode = field(node, 'lhs', module)
  const symbol = symbolOf(field(node, 'symbol', module), module)
  // The grammar binds SUBSET, UNION and DOMAIN tighter than the language does: SUBSET A \X B is SUBSET (A \X B).
  if (leftNode.type === 'bound_prefix_op') {
    const prefix = symbolOf(field(leftNode, 'symbol', module), module)
    const weak = weakPrefix[prefix]
    if (weak !== undefined && (strongInfix[symbol] ?? 0) > weak) {
      const inner = lowerExpr(field(leftNode, 'rhs', module), module)
      return apply(
        prefix,
        [combine(symbol, inner, lowerExpr(field(node, 'rhs', module), module), place)],
        place,
      )
    }
  }
  const right = lowerExpr(field(node, 'rhs', module), module)
  if (symbol === '\\X' && isSymbol(leftNode, '\\X', module)) {
    const left = lowerExpr(leftNode, module)
    if (left.kind === 'times') return { kind: 'times', items: [...left.items, right], place }
  }
  return combine(symbol, lowerExpr(leftNode, module), right, place)
}

function isSymbol(node: Node, symbol: string, module: string): boolean {
  return node.type === 'bound_infix_op' && symbolOf(field(node, 'symbol', module), module) === symbol
}

function combine(symbol: string, left: Expr, right: Expr, place: Place): Expr {
  switch (symbol) {
    case '/\\':
      return { kind: 'and', items: [left, right], place }
    case '\\/':
      return { kind: 'or', items: [left, right], place }
    case '\\X':
      return { kind: 'times', items: [left, right], place }
    default:
      return apply(symbol, [left, right], place)
  }
}

function nonfix(node: Node, module: string, place: Place): Expr {
  const [symbol, ...args] = named(node)
  return applySymbol(symbolOf(symbol as Node, module), all(args, module), place)
}

function applySymbol(symbol: string, args: Expr[], place: Place): Expr {
  const [left, right] = args
  return left && right ? combine(symbol, left, right, place) : apply(symbol, args, place)
}

function call(node: Node, module: string, place: Place): Expr {
  const name = field(node, 'name', module).text
  return apply(name, all(fields(node, 'parameter'), module), place)
}

function update(node: Node, module: string): ExceptUpdate {
  const specifier = named(node)[0] as Node
  const steps = named(specifier).map(
    (step): ExceptStep =>
      step.type === 'except_update_record_field'
        ? { kind: 'field', name: (named(step)[0] as Node).text }
        : { kind: 'index', args: all(named(step), module) },
  )
  return { path: steps, value: lowerExpr(field(node, 'new_val', module), module) }
}

function pairs(node: Node, module: string): [string, Expr][] {
  const children = named(node).filter((child) => child.type !== 'all_map_to')
  const found: [string, Expr][] = []
  for (let at = 0; at + 1 < children.length; at += 2) {
    // A field name in a record also decides the order of strings, which TLC takes from first appearance.
    textOf((children[at] as Node).text)
    found.push([(children[at] as Node).text, lowerExpr(children[at + 1] as Node, module)])
  }
  return found
}

function caseOf(node: Node, module: string, place: Place): Expr {
  const arms: CaseArm[] = []
  let other: Expr | undefined
  for (const arm of named(node)) {
    const parts = named(arm).filter((child) => child.type !== 'case_arrow')
    if (arm.type === 'case_arm') {
      const [test, value] = all(parts, module)
      arms.push({ test: test as Expr, value: value as Expr })
    } else if (arm.type === 'other_arm') other = lowerExpr(parts[0] as Node, module)
  }
  return { kind: 'case', arms, other, place }
}

function number(text: string, base: number, place: Place): Expr {
  const value = Number.parseInt(text, base)
  if (value !== (value | 0)) throw new TlaFailure(`The number ${text} does not fit 32 bits.`, place)
  return { kind: 'number', value, place }
}

function string(node: Node): string {
  return node.text
    .slice(1, -1)
    .replace(/\\(.)/g, (_, escaped: string) => ({ n: '\n', t: '\t', r: '\r', f: '\f' })[escaped] ?? escaped)
}

const reference: Lower = (node, _module, place) => apply(node.text, [], place)

const set =
  (name: string): Lower =>
  (_node, _module, place) =>
    apply(name, [], place)

const lowerings: Readonly<Record<string, Lower>> = {
  ...list,
  nat_number: (node, _module, place) => number(node.text, 10, place),
  hex_number: (node, _module, place) => number(node.text.slice(2), 16, place),
  octal_number: (node, _module, place) => number(node.text.slice(2), 8, place),
  binary_number: (node, _module, place) => number(node.text.slice(2), 2, place),
  string: (node, _module, place) => {
    textOf(string(node))
    return { kind: 'string', value: string(node), place }
  },
  boolean: (node, _module, place) => ({ kind: 'boolean', value: node.text === 'TRUE', place }),
  string_set: set('STRING'),
  boolean_set: set('BOOLEAN'),
  nat_number_set: set('Nat'),
  int_number_set: set('Int'),
  real_number_set: set('Real'),
  parentheses: (node, module) => lowerExpr(named(node)[0] as Node, module),
  label: (node, module) => lowerExpr(field(node, 'expression', module), module),
  identifier_ref: reference,
  prefix_op_symbol: (node, module, place) => apply(symbolOf(node, module), [], place),
  infix_op_symbol: (node, module, place) => apply(symbolOf(node, module), [], place),
  postfix_op_symbol: (node, module, place) => apply(symbolOf(node, module), [], place),
  bound_op: call,
  bound_nonfix_op: nonfix,
  prefixed_op: path,
  subexpression: part,
  bound_prefix_op: (node, module, place) =>
    apply(
      symbolOf(field(node, 'symbol', module), module),
      [lowerExpr(field(node, 'rhs', module), module)],
      place,
    ),
  bound_infix_op: infix,
  bound_postfix_op: (node, module, place) =>
    apply(
      symbolOf(field(node, 'symbol', module), module),
      [lowerExpr(field(node, 'lhs', module), module)],
      place,
    ),
  bounded_quantification: (node, module, place) => ({
    kind: field(node, 'quantifier', module).type === 'forall' ? 'forall' : 'exists',
    bounds: fields(node, 'bound').map((child) => bound(child, module)),
    body: lowerExpr(field(node, 'expression', module), module),
    place,
  }),
  unbounded_quantification: (node, module, place) => ({
    kind: 'unbounded',
    quantifier: field(node, 'quantifier', module).text,
    names: fields(node, 'intro').map((child) => child.text),
    body: lowerExpr(field(node, 'expression', module), module),
    place,
  }),
  choose: (node, module, place) => {
    const intro = field(node, 'intro', module)
    const isTuple = intro.type === 'tuple_of_identifiers'
    const set = node.childForFieldName('set')
    return {
      kind: 'choose',
      names: isTuple
        ? named(intro)
            .filter((child) => child.type === 'identifier')
            .map((child) => child.text)
        : [intro.text],
      isTuple,
      set: set ? lowerExpr(set, module) : undefined,
      body: lowerExpr(field(node, 'expression', module), module),
      place,
    }
  },
  finite_set_literal: (node, module, place) => ({ kind: 'set', items: all(named(node), module), place }),
  set_filter: (node, module, place) => ({
    kind: 'filter',
    bound: bound(field(node, 'generator', module), module),
    body: lowerExpr(field(node, 'filter', module), module),
    place,
  }),
  set_map: (node, module, place) => ({
    kind: 'map',
    value: lowerExpr(field(node, 'map', module), module),
    bounds: fields(node, 'generator').map((child) => bound(child, module)),
    place,
  }),
  function_evaluation: (node, module, place) => {
    const [base, ...args] = all(named(node), module)
    return { kind: 'index', base: base as Expr, args, place }
  },
  function_literal: (node, module, place) => {
    const children = named(node)
    return {
      kind: 'function',
      bounds: children
        .filter((child) => child.type === 'quantifier_bound')
        .map((child) => bound(child, module)),
      body: lowerExpr(children.at(-1) as Node, module),
      self: undefined,
      place,
    }
  },
  set_of_functions: (node, module, place) => {
    const [domain, range] = all(
      named(node).filter((child) => child.type !== 'maps_to'),
      module,
    )
    return { kind: 'functions', domain: domain as Expr, range: range as Expr, place }
  },
  record_literal: (node, module, place) => ({ kind: 'record', fields: pairs(node, module), place }),
  set_of_records: (node, module, place) => ({ kind: 'records', fields: pairs(node, module), place }),
  record_value: (node, module, place) => {
    const [base, name] = named(node)
    textOf((name as Node).text)
    return { kind: 'field', base: lowerExpr(base as Node, module), name: (name as Node).text, place }
  },
  except: (node, module, place) => ({
    kind: 'except',
    base: lowerExpr(field(node, 'expr_to_update', module), module),
    updates: named(node)
      .filter((child) => child.type === 'except_update')
      .map((child) => update(child, module)),
    place,
  }),
  prev_func_val: (_node, _module, place) => ({ kind: 'at', place }),
  tuple_literal: (node, module, place) => ({
    kind: 'tuple',
    items: all(
      named(node).filter((child) => !child.type.endsWith('angle_bracket')),
      module,
    ),
    place,
  }),
  step_expr_or_stutter: (node, module, place) => {
    const [action, subscript] = all(named(node), module)
    return { kind: 'box', action: action as Expr, subscript: subscript as Expr, place }
  },
  step_expr_no_stutter: (node, module, place) => {
    const [action, subscript] = all(
      named(node).filter((child) => !/angle_bracket/.test(child.type)),
      module,
    )
    return { kind: 'angle', action: action as Expr, subscript: subscript as Expr, place }
  },
  fairness: (node, module, place) => {
    const [subscript, action] = all(named(node), module)
    return {
      kind: 'fairness',
      isStrong: node.text.startsWith('SF'),
      subscript: subscript as Expr,
      action: action as Expr,
      place,
    }
  },
  if_then_else: (node, module, place) => ({
    kind: 'if',
    test: lowerExpr(field(node, 'if', module), module),
    yes: lowerExpr(field(node, 'then', module), module),
    no: lowerExpr(field(node, 'else', module), module),
    place,
  }),
  case: caseOf,
  let_in: (node, module, place) => ({
    kind: 'let',
    definitions: fields(node, 'definitions').flatMap((child): Unit[] => lowerUnit(child, module)),
    body: lowerExpr(field(node, 'expression', module), module),
    place,
  }),
  lambda: (node, module, place) => {
    const children = named(node)
    return {
      kind: 'lambda',
      params: children.slice(0, -1).map((child) => child.text),
      body: lowerExpr(children.at(-1) as Node, module),
      place,
    }
  },
}
