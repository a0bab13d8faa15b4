import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { readyMadePolicies } from '../../../../config/agents.ts'
import { agentDetectors } from '../../../../gate/agent-gate.ts'
import { readAgentPolicy } from '../../../../gate/decide/read-agent-policy.ts'
import { GateError } from '../../../../kernel/gate-error.ts'
import { diffOf } from '../../jobs/diff.ts'
import { backtestInThread, proveInThread } from '../../jobs/policy.ts'
import type { Who } from '../../people/who.ts'
import { compact } from '../../read/acts.ts'
import { sliced } from '../../read/pages.ts'
import { policyDigest, policyFile, type StoredPolicy } from '../../state/policy-store.ts'
import { type ApiParts, settle, startJob } from '../parts.ts'
import { ApiProblem, notFound } from '../problems.ts'
import { list, type Route, route } from '../route.ts'
import { type Done, done, job } from '../shapes/common.ts'
import {
  changePolicy,
  type PolicyDetail,
  type PolicyValidation,
  type PolicyVersion,
  policyDetail,
  policyProof,
  policyValidation,
  policyVersion,
  savePolicy,
  validatePolicy,
} from '../shapes/policies.ts'

const empty = v.optional(v.strictObject({}), {})

export function policyRoutes(parts: ApiParts): readonly Route[] {
  return [...readingRoutes(parts), ...tryingRoutes(parts), ...changingRoutes(parts), ...proofRoutes(parts)]
}

function readingRoutes(parts: ApiParts): readonly Route[] {
  return [
    list({
      ...{ path: '/api/policies', role: 'viewer', tag: 'policies' },
      summary: 'Policies of agents: the active one, versions written here, and the ready-made ones',
      filters: {},
      item: policyVersion,
      handle: async ({ query }) => sliced(listed(parts).map(versionOf), query),
    }),
    route({
      ...{ method: 'GET', path: '/api/policies/:id', role: 'viewer', tag: 'policies' },
      summary: 'One policy: its text, what changed against the active one, and what it was put through',
      answer: policyDetail,
      handle: async ({ params }): Promise<PolicyDetail> => {
        const found = needed(parts, params.id)
        const active = allPolicies(parts).find(({ state }) => state === 'active')
        return compact({
          ...versionOf(found),
          text: found.text,
          diff: diffOf(active?.text ?? '', found.text),
          backtest: found.backtest ?? undefined,
          proof: found.proof ?? undefined,
        })
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/policies/validate', role: 'viewer', tag: 'policies' },
      summary: 'Whether a text is a policy, and what is wrong with it; changes nothing',
      body: validatePolicy,
      answer: policyValidation,
      handle: async ({ body: { text } }) => validationOf(text),
    }),
  ]
}

function tryingRoutes(parts: ApiParts): readonly Route[] {
  const { policies, now } = parts
  const ledger = join(parts.config().store, 'ledger')
  return [
    route({
      ...{ method: 'POST', path: '/api/policies/:id/backtest', role: 'analyst', tag: 'policies' },
      summary: 'What it would have decided on the acts in the ledger; a job whose result is PolicyBacktest',
      body: empty,
      answer: job,
      handle: async ({ who, params }) => {
        const { id, text } = needed(parts, params.id)
        return startJob(parts, who, 'policy-backtest', async () => {
          const result = await backtestInThread({ id, text, ledger, now: now() })
          policies.setBacktest(id, result)
          parts.lastProof.keep(text, { backtest: result })
          return result
        })
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/policies/:id/prove', role: 'analyst', tag: 'policies' },
      summary: 'Prove or refute its properties; a job whose result is PolicyProof',
      body: empty,
      answer: job,
      handle: async ({ who, params }) => {
        const { id, text } = needed(parts, params.id)
        return startJob(parts, who, 'policy-prove', async () => {
          const result = await proveInThread({ id, text, ledger, now: now() })
          policies.setProof(id, result)
          parts.lastProof.keep(text, { proof: result })
          return result
        })
      },
    }),
  ]
}

function changingRoutes(parts: ApiParts): readonly Route[] {
  const { policies, now } = parts
  return [
    route({
      ...{ method: 'POST', path: '/api/policies', role: 'operator', tag: 'policies' },
      summary: 'Keep a text as a new draft; it must be a policy',
      body: savePolicy,
      answer: done,
      handle: async ({ who, body: { name, text, reason } }): Promise<Done> => {
        const { isValid, problems } = validationOf(text)
        if (!isValid) throw new ApiProblem('fields-wrong', problems[0]?.problem ?? 'It is no policy.')
        await parts.audit(who, 'policy.save', name, reason)
        return { id: policies.add({ name, text, author: who.name, reason, created: now() }) }
      },
    }),
    ...(['stage', 'activate', 'discard'] as const).map((step) =>
      route({
        ...{ method: 'POST', path: `/api/policies/:id/${step}`, role: 'operator', tag: 'policies' },
        summary: steps[step].summary,
        body: changePolicy,
        answer: done,
        handle: async ({ who, params, body: { reason } }): Promise<Done> =>
          await move(parts, who, stored(parts, params.id), step, reason),
      }),
    ),
    route({
      ...{ method: 'POST', path: '/api/policies/rollback', role: 'operator', tag: 'policies' },
      summary: 'Back to the policy that was active before; in the end, to that of portcullis.yaml',
      body: changePolicy,
      answer: done,
      handle: async ({ who, body: { reason } }): Promise<Done> => {
        const { active } = policies
        if (active === undefined)
          throw new ApiProblem('state-conflict', 'The policy of portcullis.yaml is in force already.')
        const before = policies
          .list()
          .filter(
            ({ state, changed, id }) => state === 'retired' && id !== active.id && changed >= active.created,
          )
          .sort((a, b) => b.changed - a.changed)[0]
        await parts.audit(who, 'policy.rollback', active.name, reason)
        parts.usePolicy(before && policyFile(parts.config().store, before))
        policies.setState(active.id, 'draft', now())
        if (before) policies.setState(before.id, 'active', now())
        await settle(parts)
        return { id: before?.id ?? CONFIGURED }
      },
    }),
  ]
}

const steps = {
  stage: {
    from: ['draft', 'retired'],
    to: 'staged',
    summary: 'Mark a draft as the next one to be made active',
  },
  activate: {
    from: ['staged', 'retired'],
    to: 'active',
    summary: 'Put a staged policy in force; rollback takes it back',
  },
  discard: { from: ['draft', 'staged'], to: 'retired', summary: 'Put a draft away' },
} as const

async function move(
  parts: ApiParts,
  who: Who,
  policy: StoredPolicy,
  step: keyof typeof steps,
  reason: string,
): Promise<Done> {
  const { from, to } = steps[step]
  if (!from.some((state) => state === policy.state))
    throw new ApiProblem('state-conflict', `It is ${policy.state}; ${step} needs ${from.join(' or ')}.`)
  await parts.audit(who, `policy.${step}`, policy.name, reason)
  // First what may fail: a policy that names a secret the environment lacks is not put in force.
  if (to === 'active') usePolicy(parts, policyFile(parts.config().store, policy))
  parts.policies.setState(policy.id, to, parts.now())
  await settle(parts)
  return to === 'active' ? { id: policy.id, undo: '/api/policies/rollback' } : { id: policy.id }
}

function usePolicy({ usePolicy: use }: ApiParts, file: string): void {
  try {
    use(file)
  } catch (error) {
    if (error instanceof GateError) throw new ApiProblem('fields-wrong', error.message)
    throw error
  }
}

function proofRoutes(parts: ApiParts): readonly Route[] {
  const { policies, now } = parts
  const ledger = join(parts.config().store, 'ledger')
  const active = () => allPolicies(parts).find(({ state }) => state === 'active')
  return [
    route({
      ...{ method: 'GET', path: '/api/proof', role: 'viewer', tag: 'policies' },
      summary: 'What was proved of the active policy last',
      answer: policyProof,
      handle: async () => {
        const found = parts.lastProof.of(active()?.text ?? '').proof
        if (found === undefined) throw notFound('proof of the active policy yet')
        return found
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/proof', role: 'analyst', tag: 'policies' },
      summary: 'Prove the active policy now; a job whose result is PolicyProof',
      body: empty,
      answer: job,
      handle: async ({ who }) => {
        const found = active()
        if (found === undefined) throw notFound('active policy')
        return startJob(parts, who, 'policy-prove', async () => {
          const result = await proveInThread({ id: found.id, text: found.text, ledger, now: now() })
          parts.lastProof.keep(found.text, { proof: result })
          policies.setProof(found.id, result)
          return result
        })
      },
    }),
  ]
}

/** The id of the policy that portcullis.yaml names. */
const CONFIGURED = 'configured'

type Shown = Omit<StoredPolicy, 'state'> & { readonly state: PolicyVersion['state'] }

/** All but the ready-made one that the configuration names, which is there already. */
function listed(parts: ApiParts): readonly Shown[] {
  const { policy } = parts.config().agents
  return allPolicies(parts).filter(({ state, name }) => state !== 'built-in' || name !== policy)
}

/** Those written here, then the one that the configuration names, then the ready-made ones. */
function allPolicies({ policies, config, lastProof }: ApiParts): readonly Shown[] {
  const own = policies.list()
  const named = config().agents.policy
  const around = (id: string, name: string, file: string, state: PolicyVersion['state']): Shown => {
    const text = textOf(file)
    const { backtest = null, proof = null } = lastProof.of(text)
    return {
      ...{ id, name, state, text, author: 'portcullis', created: 0, changed: 0, backtest, proof },
      reason: id === CONFIGURED ? 'portcullis.yaml names it' : 'ready-made',
    }
  }
  const isActive = policies.active === undefined
  const configured = around(
    CONFIGURED,
    readyMadePolicies.includes(named) ? named : (named.split('/').at(-1) ?? named),
    readyMadePolicies.includes(named) ? readyMade(named) : named,
    isActive ? 'active' : 'retired',
  )
  return [
    ...own,
    configured,
    ...readyMadePolicies.map((name) => around(name, name, readyMade(name), 'built-in')),
  ]
}

function readyMade(name: string): string {
  return fileURLToPath(new URL(`../../../../../policies/${name}.yaml`, import.meta.url))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function needed(parts: ApiParts, id: string | undefined): Shown {
  const found = allPolicies(parts).find((policy) => policy.id === id)
  if (found === undefined) throw notFound('such policy')
  return found
}

function stored({ policies }: ApiParts, id: string | undefined): StoredPolicy {
  const found = policies.find(id ?? '')
  if (found === undefined) throw notFound('such policy written here; save a copy of a ready-made one first')
  return found
}

function versionOf({
  id,
  name,
  state,
  text,
  author,
  reason,
  created,
  changed,
  backtest,
  proof,
}: Shown): PolicyVersion {
  const worst = proof?.verdicts.map(({ verdict }) => verdict).sort((a, b) => rank(a) - rank(b))[0]
  return {
    ...{ id, name, state, digest: policyDigest(text), author, reason, created, changed },
    checks: compact({ backtested: backtest?.ran, proved: worst }),
  }
}

const worstFirst = ['violated', 'unknown', 'proved-bounded', 'proved']

function rank(verdict: string): number {
  return worstFirst.indexOf(verdict)
}

/** The reader stops at the first mistake and names its line. */
function validationOf(text: string): PolicyValidation {
  try {
    readAgentPolicy(text, 'policy', agentDetectors)
    return { isValid: true, problems: [] }
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    const [, line, problem] = /^policy:(\d+): (.*)$/s.exec(error.message) ?? []
    return {
      isValid: false,
      problems: [compact({ line: line ? Number(line) : undefined, problem: problem ?? error.message })],
    }
  }
}
