import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CedarRules, cedarPolicies } from '../../gate/decide/cedar/cedar.ts'
import { chance } from '../../gate/decide/system/system.fixture.ts'
import { randomCedar, requests } from './cedar.fixture.ts'
import { newlyPermitted } from './cedar.ts'
import { applies, permitted, textsIn } from './cedar-formula.ts'
import { actOf, type Request, unknowns, valuesOf } from './cedar-request.ts'
import { Solver, type Unknown } from './smt.ts'

const REQUESTS_MAX = 150
const source = (text: string) => [{ file: 'some.cedar', text }]

let solver: Solver
beforeAll(async () => {
  solver = await Solver.open()
}, 60_000)
afterAll(async () => {
  await solver[Symbol.asyncDispose]()
})

/** So many of all requests, spread evenly but for chance. */
function some(all: readonly Request[], seed: number): readonly Request[] {
  const pick = chance(seed)
  return all.length <= REQUESTS_MAX
    ? all
    : Array.from({ length: REQUESTS_MAX }, () => all[pick(all.length)] as Request)
}

const permits = (rules: CedarRules, request: Request): boolean =>
  rules.judge(actOf(request), request.principal, request.found).length === 0

test('the formula of random policies says of each request what Cedar says', {
  timeout: 300_000,
}, async () => {
  let [compared, permittedCount] = [0, 0]
  for (let seed = 1; seed <= 30; seed++) {
    const text = randomCedar(seed)
    const policies = cedarPolicies(source(text))
    const universe = textsIn(policies)
    const formula = permitted(policies, (policy) => {
      const formed = applies(policy, universe)
      if (formed.kind === 'outside') throw new Error(`${formed.what}\n${text}`)
      return formed.smt
    })
    const rules = CedarRules.load(source(text))
    const asked = some(requests(text), seed)
    const script = asked.map((request, at) => {
      const values = [...valuesOf(request, universe)].map(([name, value]) => `(${name} ${value})`)
      return `(assert (= answer-${at} (let (${values.join(' ')}) ${formula})))`
    })
    const names = [...asked.keys()].map((at): Unknown => ({ name: `answer-${at}`, sort: 'Bool' }))
    const all = [...unknowns(universe), ...names]
    const solved = await solver.ask(script.join('\n'), all)
    const answers = names.map(({ name }) => (solved.kind === 'sat' ? solved.values.get(name) : undefined))
    for (const [at, request] of asked.entries()) {
      const answer = permits(rules, request)
      if (String(answer) !== answers[at]) expect({ text, request, formula: answers[at] }).toBe(answer)
      compared++
      if (answer) permittedCount++
    }
  }
  expect(compared).toBeGreaterThan(2_000)
  // Neither all nor nothing.
  expect(permittedCount / compared).toBeGreaterThan(0.1)
  expect(permittedCount / compared).toBeLessThan(0.9)
})

test('random changes: what is found is so, and where nothing is found no request shows anything', {
  timeout: 300_000,
}, async () => {
  let [found, nothing] = [0, 0]
  for (let seed = 1; seed <= 20; seed++) {
    const older = randomCedar(seed)
    const newer = seed % 2 === 0 ? randomCedar(seed + 1_000) : older.replace(/(when|unless)[^}]*\}/, '')
    const { loosenings, unknown } = await newlyPermitted(solver, source(older), source(newer))
    expect([seed, unknown]).toEqual([seed, undefined])
    const rules = [CedarRules.load(source(older)), CedarRules.load(source(newer))] as const
    const shown = some(requests(older, newer), seed).find(
      (request) => !permits(rules[0], request) && permits(rules[1], request),
    )
    if (loosenings.length > 0) found++
    else {
      nothing++
      expect({ older, newer, shown }).toEqual({ older, newer, shown: undefined })
    }
  }
  expect(found).toBeGreaterThan(3)
  expect(nothing).toBeGreaterThan(3)
})

test('the solver may be asked while memory is collected', { timeout: 300_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const collecting = setInterval(collect, 1)
  try {
    for (let seed = 1; seed <= 16; seed++) {
      const [older, newer] = [source(randomCedar(seed)), source(randomCedar(seed + 1_000))]
      expect((await newlyPermitted(solver, older, newer)).unknown).toBe(undefined)
    }
  } finally {
    clearInterval(collecting)
  }
})

test('a script that the solver cannot read is an error, and the next one is answered', async () => {
  await expect(solver.ask('(assert (= a', [])).rejects.toThrow(/unknown constant a/)
  await expect(solver.ask('(assert (not p))', [{ name: 'p', sort: 'Bool' }])).resolves.toEqual({
    kind: 'sat',
    values: new Map([['p', 'false']]),
  })
})

const base = `
permit (principal in Tenant::"acme", action, resource);

@id("mail-stays-inside")
forbid (principal, action == Action::"call", resource == Tool::"send_email")
unless { ["example.org"].containsAll(context.destinations) };

@id("much")
forbid (principal, action == Action::"write", resource)
when { context.bytes * 2 > 100 };
`

test.each([
  [
    'a place more to send to',
    base.replace('["example.org"]', '["example.org", "drop.example"]'),
    'The Cedar policies newly permit any-agent of acme to call send_email towards drop.example; so far, the policy mail-stays-inside forbids this.',
  ],
  [
    'another tenant',
    base.replace('principal in Tenant::"acme"', 'principal'),
    /newly permit any-agent of any-tenant to .*; so far, no policy permits this\.$/,
  ],
  ['a forbid more', `${base}forbid (principal == Agent::"x", action, resource);`, undefined],
  ['the same with other words', base.replace('"mail-stays-inside"', '"inside"'), undefined],
])('told of a change: %s', async (_, newer, sentence) => {
  const { loosenings, unknown } = await newlyPermitted(solver, source(base), source(newer))
  expect(unknown).toBeUndefined()
  expect(loosenings.map((each) => each.sentence)).toEqual(
    sentence === undefined ? [] : [typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)],
  )
})

test('no Cedar file any more is told too', async () => {
  const { loosenings } = await newlyPermitted(solver, source(base), [])
  expect(loosenings).toHaveLength(1)
})

test.each([
  ['\\*', 'context.bytes * 3 > 100'],
  ['resource\\.tenant', 'resource is Agent && resource.tenant == "acme"'],
  ['between two sets', 'context.facts.containsAll(context.destinations)'],
  ['written nowhere', 'context.facts.contains(context.agent)'],
])('a changed policy that uses %s is unknown by its name', async (what, condition) => {
  const action = condition.startsWith('resource') ? 'message' : 'write'
  const changed = `@id("much")\nforbid (principal, action == Action::"${action}", resource)\nwhen { ${condition} };`
  const newer = base.replace(/@id\("much"\)[^;]*;/, changed)
  const { loosenings, unknown } = await newlyPermitted(solver, source(base), source(newer))
  expect(loosenings).toEqual([])
  expect(unknown).toMatch(new RegExp(`the Cedar policy much changed, and it uses .*${what}`))
})
