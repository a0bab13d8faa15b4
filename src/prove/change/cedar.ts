import {
  type CedarPolicy,
  CedarRules,
  type CedarSource,
  cedarPolicies,
} from '../../gate/decide/cedar/cedar.ts'
import type { Finding } from '../../gate/finding.ts'
import { applies, permitted, textsIn } from './cedar-formula.ts'
import { actOf, possible, type Request, readable, requestOf, SHELL, unknowns } from './cedar-request.ts'
import type { Loosening, PartAnswer } from './change.ts'
import { not, Solver, type Unknown } from './smt.ts'

const nothingNew: PartAnswer = { loosenings: [], unknown: undefined }

/** Asks a solver for a request that the new Cedar policies permit and the old ones do not; Cedar itself confirms it. */
export async function changedCedar(
  older: readonly CedarSource[] = [],
  newer: readonly CedarSource[] = [],
): Promise<PartAnswer> {
  const texts = (sources: readonly CedarSource[]) => JSON.stringify(sources.map(({ text }) => text))
  if (older.length === 0 || texts(older) === texts(newer)) return nothingNew
  await using solver = await Solver.open()
  return await newlyPermitted(solver, older, newer)
}

export async function newlyPermitted(
  solver: Pick<Solver, 'ask'>,
  older: readonly CedarSource[],
  newer: readonly CedarSource[],
): Promise<PartAnswer> {
  const [before, after] = [cedarPolicies(older), cedarPolicies(newer)]
  const universe = textsIn([...before, ...after])
  const { formulaOf, unequal, free } = formulas(before, after, universe)
  const script = [
    `(assert ${possible})`,
    `(assert ${not(permitted(before, formulaOf))})`,
    // A gate without Cedar files asks nobody.
    ...(newer.length === 0 ? [] : [`(assert ${permitted(after, formulaOf)})`]),
  ].join('\n')
  const all = [...unknowns(universe), ...free.map((name): Unknown => ({ name, sort: 'Bool' }))]
  const rules = {
    before: CedarRules.load(older),
    after: newer.length === 0 ? undefined : CedarRules.load(newer),
  }
  for (const also of [`(assert ${readable(universe)})`, '']) {
    const answer = await solver.ask(`${script}\n${also}`, all)
    if (answer.kind === 'sat') {
      const found = requestOf(answer.values, universe)
      const findings = newly(rules, found)
      if (findings !== undefined) return told(lean(rules, found), findings)
      if (also === '') return unknown(unequal, 'a request was found that Cedar does not confirm')
    } else if (also === '')
      return answer.kind === 'unsat' && unequal.length === 0
        ? nothingNew
        : unknown(unequal, 'the solver gave up on the Cedar policies')
  }
  return nothingNew
}

type Formulas = {
  readonly formulaOf: (policy: CedarPolicy) => string
  /** Policies that only one side has and that are not compared. */
  readonly unequal: readonly string[]
  /** One unknown for each policy that both sides have: whether it applies, whatever it says. */
  readonly free: readonly string[]
}

function formulas(
  before: readonly CedarPolicy[],
  after: readonly CedarPolicy[],
  universe: readonly string[],
): Formulas {
  const known = new Map<string, string>()
  const unequal: string[] = []
  const free: string[] = []
  const keyOf = ({ json }: CedarPolicy): string => JSON.stringify({ ...json, annotations: undefined })
  const shared = new Set(before.map(keyOf))
  const kept = new Set(after.map(keyOf).filter((key) => shared.has(key)))
  for (const policy of [...before, ...after]) {
    const key = keyOf(policy)
    if (known.has(key)) continue
    const formula = applies(policy, universe)
    if (formula.kind === 'formula') known.set(key, formula.smt)
    else {
      const name = `applies-${free.push(`applies-${free.length}`) - 1}`
      known.set(key, name)
      const reason = `the Cedar policy ${policy.id} changed, and it uses ${formula.what}`
      if (!kept.has(key) && !unequal.includes(reason)) unequal.push(reason)
    }
  }
  return { formulaOf: (policy) => known.get(keyOf(policy)) ?? 'false', unequal, free }
}

type Rules = { readonly before: CedarRules; readonly after: CedarRules | undefined }

/** What the old policies have against a request that the new ones permit; nothing if that is not so. */
function newly({ before, after }: Rules, request: Request): readonly Finding[] | undefined {
  const judge = (rules: CedarRules) => rules.judge(actOf(request), request.principal, request.found)
  const was = judge(before)
  return was.length > 0 && (after === undefined || judge(after).length === 0) ? was : undefined
}

/** Without what makes no difference. */
function lean(rules: Rules, request: Request): Request {
  let kept = request
  const attempt = (found: Partial<Request['found']>): void => {
    const tried = { ...kept, found: { ...kept.found, ...found } }
    if (newly(rules, tried) !== undefined) kept = tried
  }
  for (const fact of request.found.facts) attempt({ facts: kept.found.facts.filter((each) => each !== fact) })
  for (const place of request.found.destinations)
    attempt({ destinations: kept.found.destinations.filter((each) => each !== place) })
  attempt({ bytes: 0 })
  return named(kept, (tried) => newly(rules, tried) !== undefined)
}

/** With names that say that they stand for any, where any does. */
function named(request: Request, isStill: (request: Request) => boolean): Request {
  let kept = request
  const attempt = (tried: Request): void => {
    if (isStill(tried)) kept = tried
  }
  const principal = (change: Partial<Request['principal']>) =>
    attempt({ ...kept, principal: { ...kept.principal, ...change } })
  principal({ person: '' })
  principal({ agent: 'any-agent' })
  principal({ tenant: 'any-tenant' })
  attempt({ ...kept, session: '' })
  attempt({ ...kept, resource: request.action === 'command' ? SHELL : 'anything' })
  return kept
}

function told(request: Request, [finding]: readonly Finding[]): PartAnswer {
  const { action, resource, principal, found } = request
  const what = {
    call: `call ${resource}`,
    command: 'run a command',
    message: `send a message to ${resource}`,
  }
  const doing = action === 'write' ? `write ${resource}` : what[action]
  const whom = `${principal.agent} of ${principal.tenant}${principal.person === '' ? '' : `, for ${principal.person},`}`
  const extras = [
    ...(found.facts.length > 0 ? [`with the findings ${found.facts.join(', ')}`] : []),
    ...(found.destinations.length > 0 ? [`towards ${found.destinations.join(', ')}`] : []),
    ...(found.bytes > 0 ? [`with ${found.bytes} bytes`] : []),
  ]
  const sentence = `The Cedar policies newly permit ${whom} to ${[doing, ...extras].join(' ')}; so far, ${finding?.summary ?? 'nothing permitted this'}.`
  const loosening: Loosening = {
    part: 'cedar',
    sentence,
    request: { kind: action, resource, ...principal, ...found },
  }
  return { loosenings: [loosening], unknown: undefined }
}

function unknown(unequal: readonly string[], otherwise: string): PartAnswer {
  return { loosenings: [], unknown: unequal.length === 0 ? otherwise : unequal.join('; ') }
}
