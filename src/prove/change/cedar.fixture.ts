import { cedarPolicies } from '../../gate/decide/cedar/cedar.ts'
import { chance } from '../../gate/decide/system/system.fixture.ts'
import { actions, type Request } from './cedar-request.ts'

// Random policies in the part of Cedar that is compared, and all requests that tell them apart.

const names = {
  tenant: ['acme', 'other'],
  agent: ['coder', 'coder-2'],
  person: ['ann', 'a*n'],
  resource: ['send_email', 'read'],
  facts: ['net', 'shell'],
  destinations: ['example.org'],
} as const

type Pick = (choices: number) => number

function one<Item>(pick: Pick, list: readonly Item[]): Item {
  return list[pick(list.length)] as Item
}

/** A condition of at most this depth. */
function flag(pick: Pick, depth: number): string {
  const inner = () => flag(pick, depth - 1)
  return one(pick, [
    ...(depth === 0
      ? []
      : [
          () => `(${inner()} && ${inner()})`,
          () => `(${inner()} || ${inner()})`,
          () => `!(${inner()})`,
          () => `(if ${inner()} then ${inner()} else ${inner()})`,
        ]),
    () => leaf(pick),
  ])()
}

function leaf(pick: Pick): string {
  const any = <Item>(list: readonly Item[]): Item => one(pick, list)
  const set = any(['facts', 'destinations'] as const)
  const variable = () => any(['context.agent', 'context.tool', 'principal.person', 'context.tenant'])
  const text = () =>
    any([
      ...['context.agent', 'context.person', 'context.tenant', 'context.tool', 'principal.tenant'],
      ...[...names.agent, ...names.person, ...names.tenant, 'send_email'].map((name) => `"${name}"`),
    ])
  const some = [...names[set], 'nowhere'].filter(() => pick(2) === 0).map((each) => `"${each}"`)
  const list = `[${some.join(', ') || '"net"'}]`
  return any([
    () => `${variable()} == ${text()}`,
    () => `${text()} != ${variable()}`,
    () => `context.bytes ${any(['<', '<=', '>', '>='])} ${any([0, 10, 11])}`,
    () => `${variable()} like "${any(['a*', '*n', 'a\\*n', '*er*', '*'])}"`,
    () => `context.${set}.contains("${any(names[set])}")`,
    () => `${list}.containsAll(context.${set})`,
    () => `context.${set}.containsAll(${list})`,
    () => `context.${set}.containsAny(${list})`,
    () => `context.${set}.isEmpty()`,
    () => `context.${set} == ${list}`,
    () => `[${text()}, ${text()}].contains(${variable()})`,
    () => `principal in Tenant::"${any(names.tenant)}"`,
    () => `principal == Agent::"${any(names.agent)}"`,
    () => 'principal has person',
  ])()
}

function policy(pick: Pick, at: number): string {
  const any = <Item>(list: readonly Item[]): Item => one(pick, list)
  const kinds = { call: 'Tool', write: 'File', message: 'Agent', command: 'Shell' } as const
  const action = any(['call', 'write', 'message', 'command'] as const)
  const principal = any([
    'principal',
    'principal == Agent::"coder"',
    'principal in Tenant::"acme"',
    'principal is Agent in Tenant::"acme"',
  ])
  const [act, resource] = any([
    ['action', 'resource'],
    [`action == Action::"${action}"`, `resource == ${kinds[action]}::"${any(names.resource)}"`],
    [`action in [Action::"${action}", Action::"call"]`, any(['resource', 'resource is Tool'])],
  ])
  const conditions = Array.from(
    { length: pick(3) },
    () => `${any(['when', 'unless'])} { ${flag(pick, pick(3))} }`,
  )
  const effect = at === 0 ? 'permit' : any(['permit', 'forbid'])
  return `@id("p${at}")\n${effect} (${principal}, ${act}, ${resource})\n${conditions.join('\n')};`
}

/** One to three policies over few names; each is valid by the schema. */
export function randomCedar(seed: number): string {
  const pick = chance(seed)
  // What Cedar calls impossible (a condition that no request of the scope can meet) is written again.
  for (let attempt = 0; ; attempt++) {
    const written = Array.from({ length: 1 + pick(3) }, (_, at) => policy(pick, at)).join('\n')
    try {
      cedarPolicies([{ file: 'random.cedar', text: written }])
      return written
    } catch (error) {
      if (attempt > 50) throw error
    }
  }
}

/** All requests over the names that the texts mention, and one more of each kind. */
export function requests(...texts: readonly string[]): readonly Request[] {
  const text = texts.join('\n')
  const mentioned = (kind: keyof typeof names, other: string): readonly string[] => [
    ...names[kind].filter((name) => text.includes(`"${name}"`)),
    ...(kind === 'person' && /like/.test(text) ? names.person : []),
    other,
  ]
  const subsets = (kind: 'facts' | 'destinations'): readonly (readonly string[])[] => {
    const held = text.includes(`context.${kind}`) ? mentioned(kind, 'unheard') : []
    return Array.from({ length: 2 ** held.length }, (_, mask) =>
      held.filter((__, at) => (mask >> at) % 2 === 1),
    )
  }
  const bytes = text.includes('bytes') ? [0, 10, 11, 12] : [0]
  return product([
    actions,
    [...new Set(mentioned('tenant', 'elsewhere'))],
    [...new Set(mentioned('agent', 'ann'))],
    [...new Set(mentioned('person', 'coder'))],
    [...new Set(mentioned('resource', 'another'))],
    subsets('facts'),
    subsets('destinations'),
    bytes,
  ]).map((values): Request => {
    const [action, tenant, agent, person, resource, facts, destinations, size] = values as [
      (typeof actions)[number],
      string,
      string,
      string,
      string,
      readonly string[],
      readonly string[],
      number,
    ]
    const principal = { tenant, agent, person }
    return { action, resource, session: 's', principal, found: { facts, destinations, bytes: size } }
  })
}

function product(choices: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return choices.reduce<readonly (readonly unknown[])[]>(
    (all, choice) => all.flatMap((each) => choice.map((value) => [...each, value])),
    [[]],
  )
}
