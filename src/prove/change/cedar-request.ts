import type { JudgedAct } from '../../gate/act.ts'
import type { Found, Principal } from '../../gate/decide/cedar/cedar.ts'
import { and, not, or, textLiteral, textOf, type Unknown } from './smt.ts'

// What Cedar is asked about an act, as unknowns of a formula. The gate fills a request from few values: who acts is said
// twice, the tool is the resource, and a tenant is the only thing an agent is in.

export const actions = ['call', 'command', 'message', 'write'] as const

/** Texts that a request has; `resource` is the tool, the other agent or the path. */
export const texts = ['tenant', 'agent', 'person', 'resource', 'session'] as const
export type Text = (typeof texts)[number]

export const sets = ['facts', 'destinations'] as const
export type SetName = (typeof sets)[number]

export type Request = {
  readonly action: (typeof actions)[number]
  readonly resource: string
  readonly session: string
  readonly principal: Principal
  readonly found: Found
}

/** A shell is one; a name in Cedar is cut at this length. */
export const SHELL = 'shell'
export const NAME_CHARACTERS_MAX = 256

/** Texts that a set is asked for; of all others it only matters whether there is one. */
export type Universe = readonly string[]

export function member(set: SetName, at: number): string {
  return `${set}-${at}`
}

export function others(set: SetName): string {
  return `${set}-others`
}

export function unknowns(universe: Universe): readonly Unknown[] {
  const flags = sets.flatMap((set) => [...universe.keys()].map((at) => member(set, at)).concat(others(set)))
  return [
    ...(['action', 'bytes'] as const).map((name): Unknown => ({ name, sort: 'Int' })),
    ...texts.map((name): Unknown => ({ name, sort: 'String' })),
    ...flags.map((name): Unknown => ({ name, sort: 'Bool' })),
  ]
}

/** What holds of every request. */
export const possible = '(and (<= 0 action 3) (<= 0 bytes 9007199254740991))'

/** Requests a person can read: short words, or what the policies name themselves; only facts that they name. */
export function readable(universe: Universe): string {
  const word = '(re.+ (re.range "a" "z"))'
  const plain = texts.map((name) =>
    or([`(str.in_re ${name} ${word})`, ...universe.map((text) => `(= ${name} ${textLiteral(text)})`)]),
  )
  return and([...plain, ...sets.map((set) => not(others(set)))])
}

export function requestOf(values: ReadonlyMap<string, string>, universe: Universe): Request {
  const text = (name: Text): string => textOf(values.get(name) ?? '""')
  const fresh = (): string => {
    let name = 'other'
    while (universe.includes(name)) name += 'x'
    return name
  }
  const held = (set: SetName): readonly string[] => [
    ...universe.filter((_, at) => values.get(member(set, at)) === 'true'),
    ...(values.get(others(set)) === 'true' ? [fresh()] : []),
  ]
  return {
    action: actions[Number(values.get('action'))] ?? 'call',
    resource: text('resource'),
    session: text('session'),
    principal: { tenant: text('tenant'), agent: text('agent'), person: text('person') },
    found: { facts: held('facts'), destinations: held('destinations'), bytes: Number(values.get('bytes')) },
  }
}

/** The values of the unknowns that stand for a request. */
export function valuesOf(request: Request, universe: Universe): ReadonlyMap<string, string> {
  const { principal, found } = request
  const text = (value: string): string => textLiteral(value) ?? '""'
  const values = new Map<string, string>([
    ['action', String(actions.indexOf(request.action))],
    ['bytes', String(found.bytes)],
    ['tenant', text(principal.tenant)],
    ['agent', text(principal.agent)],
    ['person', text(principal.person)],
    ['resource', text(request.resource)],
    ['session', text(request.session)],
  ])
  for (const set of sets) {
    for (const [at, each] of universe.entries())
      values.set(member(set, at), String(found[set].includes(each)))
    values.set(others(set), String(found[set].some((each) => !universe.includes(each))))
  }
  return values
}

/** The act that makes the gate ask Cedar this. */
export function actOf({ action, resource, session }: Request): Exclude<JudgedAct, { kind: 'result' }> {
  // Ids are checked where acts are read; here they only stand for themselves.
  const common = { id: 'compared', session } as Pick<JudgedAct, 'id' | 'session'>
  switch (action) {
    case 'call':
      return { ...common, kind: 'call', tool: resource, arguments: {} }
    case 'command':
      return { ...common, kind: 'command', command: 'true', cwd: '' }
    case 'message':
      return { ...common, kind: 'message', from: '', to: resource, text: '' }
    case 'write':
      return { ...common, kind: 'write', path: resource, text: '' }
  }
}
