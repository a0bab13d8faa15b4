import { unreachable } from '../../kernel/unreachable.ts'
import type { Caller } from '../caller.ts'
import { type ExchangeAct, isKept } from '../exchange-act.ts'
import type { ExchangeDecision } from '../exchange-decision.ts'
import { canaryName, type Standing } from '../standing.ts'

/** What the gate's counters say about this caller at this moment. */
export type Allowance =
  | { readonly kind: 'within' }
  | { readonly kind: 'beyond'; readonly what: 'requests' | 'tokens'; readonly retryAfterMs: number }

export type ExchangeFacts = {
  readonly caller: Caller
  readonly act: ExchangeAct
  readonly allowance: Allowance
  /** A data rule holds this caller's prompts on upstreams marked local. */
  readonly isLocalOnly: boolean
  /** A reasoning block in the request, or an answer it goes on from, was made for another account. */
  readonly hasForeignReasoning: boolean
  /** One was made in another conversation of this account, and that is refused here. */
  readonly hasMovedReasoning: boolean
  /** The kept answer that is asked for is not one the gate saw made for this account. */
  readonly isUnknownResponse: boolean
  readonly mayUseEndpoint: boolean
  readonly mayUseModel: boolean
  /** Where accounts are verified, for those that have to be. */
  readonly verifyAt: string | undefined
  /** Whether any upstream that the pin allows serves the model. */
  readonly hasUpstream: boolean
}

/** Pure and total: the same facts give the same decision. Rules are tried in this order and the first decides. */
export function decideExchange(facts: ExchangeFacts): ExchangeDecision {
  const { caller, allowance, isLocalOnly } = facts
  const pin = isLocalOnly ? 'local' : 'any'
  if (caller.standing.kind === 'quarantined')
    return { action: 'deny', rule: 'standing.quarantined', status: 403, reason: 'this account is suspended' }
  if (caller.standing.kind === 'verify')
    return { action: 'deny', rule: 'standing.verify', status: 403, reason: needsVerification(facts.verifyAt) }
  if (facts.hasForeignReasoning)
    return {
      action: 'deny',
      rule: 'reasoning.foreign',
      status: 403,
      reason: 'a reasoning block or earlier answer in this request was not made for this account',
    }
  if (facts.hasMovedReasoning)
    return {
      action: 'deny',
      rule: 'reasoning.moved',
      status: 403,
      reason: 'a reasoning block in this request was made in another conversation',
    }
  if (!facts.mayUseEndpoint)
    return { action: 'deny', rule: 'key.scopes', status: 403, reason: 'this key may not be used for this' }
  if (!facts.mayUseModel)
    return { action: 'deny', rule: 'key.models', status: 403, reason: 'this key may not use this model' }
  // Whether another account has such an answer is nobody's business.
  if (facts.isUnknownResponse)
    return {
      action: 'deny',
      rule: 'response.unknown',
      status: 404,
      reason: 'no answer with this id was made for this account',
    }
  if (!facts.hasUpstream)
    return isLocalOnly
      ? {
          action: 'deny',
          rule: 'data.local-only',
          status: 403,
          reason: 'this data must stay on local models and no local model serves this request',
        }
      : { action: 'deny', rule: 'route.none', status: 404, reason: 'no upstream serves this model' }
  if (allowance.kind === 'beyond')
    return {
      action: 'deny',
      rule: `rate.${allowance.what}`,
      status: 429,
      reason: `too many ${allowance.what} for now`,
      retryAfterMs: allowance.retryAfterMs,
    }
  const { kind } = caller.standing
  // An answer that exists is made neither shorter nor by another model.
  if (isKept(facts.act.endpoint) && (kind === 'capped' || kind === 'lesser')) return { action: 'allow', pin }
  return fromStanding(caller.standing, pin)
}

function fromStanding(standing: Standing, pin: 'any' | 'local'): ExchangeDecision {
  switch (standing.kind) {
    case 'clear':
    case 'watched':
    // Limits were counted already: the allowance of a limited account is smaller.
    case 'limited':
      return { action: 'allow', pin }
    case 'slowed':
      return { action: 'throttle', rule: 'standing.slowed', pin, delayMs: standing.delayMs, changes: [] }
    case 'capped':
      return {
        action: 'throttle',
        rule: 'standing.capped',
        pin,
        delayMs: 0,
        changes: [{ kind: 'cap', maxTokens: standing.maxTokens }],
      }
    case 'lesser':
      return {
        action: 'throttle',
        rule: 'standing.lesser',
        pin,
        delayMs: 0,
        changes: [{ kind: 'model', model: standing.model }],
      }
    case 'summarised':
      return {
        action: 'throttle',
        rule: 'standing.summarised',
        pin,
        delayMs: 0,
        changes: [{ kind: 'summary' }],
      }
    case 'veiled':
      return { action: 'throttle', rule: 'standing.veiled', pin, delayMs: 0, changes: [{ kind: 'veil' }] }
    case 'marked':
      return {
        action: 'throttle',
        rule: 'standing.marked',
        pin,
        delayMs: 0,
        changes: [{ kind: 'mark', canary: canaryName(standing) }],
      }
    case 'verify':
    case 'quarantined':
      return { action: 'deny', rule: `standing.${standing.kind}`, status: 403, reason: 'refused' }
    default:
      return unreachable(standing)
  }
}

function needsVerification(at: string | undefined): string {
  return at === undefined ? 'this account needs verification' : `this account needs verification: ${at}`
}
