import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseActId } from '../act.ts'
import type { Caller } from '../caller.ts'
import type { ExchangeAct } from '../exchange-act.ts'
import { clear, parseStanding, type Standing, standingKinds } from '../standing.ts'
import { decideExchange, type ExchangeFacts } from './decide-exchange.ts'

const ground = { measure: 'm', reason: 'r', author: 'a', campaign: undefined, expires: undefined }

function standing(kind: string): Standing {
  const parsed = parseStanding(kind, { model: 'small' }, ground)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

function facts(changes: Partial<ExchangeFacts> & { readonly standing?: Standing } = {}): ExchangeFacts {
  const id = parseActId('d_1')
  if (!id.ok) throw new Error('no id')
  const act: ExchangeAct = {
    ...{
      kind: 'exchange',
      id: id.value,
      ts: 0,
      protocol: 'openai',
      endpoint: 'chat.completions',
      model: 'm',
    },
    ...{
      isStream: false,
      system: undefined,
      prompt: undefined,
      sketch: undefined,
      maxTokens: undefined,
      temperature: undefined,
    },
    ...{ n: undefined, reasoningBlocks: [], reasoning: 'unsealed', hasSecret: false },
  }
  const caller: Caller = {
    ...{ tenant: 't', account: 'a', key: 'k', plan: undefined, labels: [], models: ['*'], address: '::1' },
    ...{ userAgent: undefined, org: undefined, ja4: undefined, payment: undefined, asn: undefined },
    ...{ created: undefined, time: undefined, standing: changes.standing ?? clear },
  }
  return {
    ...{
      caller,
      act,
      allowance: { kind: 'within' },
      isLocalOnly: false,
      hasForeignReasoning: false,
      isUnknownResponse: false,
      hasMovedReasoning: false,
      mayUseEndpoint: true,
      mayUseModel: true,
      verifyAt: undefined,
      hasUpstream: true,
    },
    ...changes,
  }
}

test('a clear account within its limits is let through', () => {
  expect(decideExchange(facts())).toEqual({ action: 'allow', pin: 'any' })
})

test('a quarantined account is denied whatever else holds', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (isLocalOnly, mayUseModel, hasUpstream) => {
      const decision = decideExchange(
        facts({ standing: standing('quarantined'), isLocalOnly, mayUseModel, hasUpstream }),
      )
      return decision.action === 'deny' && decision.rule === 'standing.quarantined' && decision.status === 403
    }),
    { seed: 1 },
  )
})

test('local-only data is pinned or denied, never let anywhere, under every standing', () => {
  for (const kind of standingKinds)
    for (const hasUpstream of [true, false]) {
      const decision = decideExchange(facts({ standing: standing(kind), isLocalOnly: true, hasUpstream }))
      expect(decision.action === 'deny' || decision.pin === 'local').toBe(true)
    }
})

test('what each standing does', () => {
  const decisions = standingKinds.map((kind) => [kind, decideExchange(facts({ standing: standing(kind) }))])
  expect(Object.fromEntries(decisions)).toMatchObject({
    clear: { action: 'allow' },
    watched: { action: 'allow' },
    limited: { action: 'allow' },
    slowed: { action: 'throttle', delayMs: 2_000, changes: [] },
    capped: { action: 'throttle', delayMs: 0, changes: [{ kind: 'cap', maxTokens: 256 }] },
    lesser: { action: 'throttle', changes: [{ kind: 'model', model: 'small' }] },
    verify: { action: 'deny', status: 403 },
    quarantined: { action: 'deny', status: 403 },
  })
})

test('beyond its allowance an account is told when to come back', () => {
  const allowance = { kind: 'beyond', what: 'tokens', retryAfterMs: 1_500 } as const
  expect(decideExchange(facts({ allowance }))).toMatchObject({
    status: 429,
    rule: 'rate.tokens',
    retryAfterMs: 1_500,
  })
})

test('a reasoning block of another account is refused', () => {
  expect(decideExchange(facts({ hasForeignReasoning: true }))).toMatchObject({
    rule: 'reasoning.foreign',
    status: 403,
  })
})

test('no reason tells how anything was detected', () => {
  for (const kind of standingKinds) {
    const decision = decideExchange(facts({ standing: standing(kind) }))
    expect(JSON.stringify(decision)).not.toMatch(/campaign|distill|template|cluster|score/i)
  }
})
