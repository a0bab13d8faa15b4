import type { IdentityFailure } from '../gate/caller.ts'
import type { Refusal } from './model-door.ts'
import type { BodyFailure } from './read-body.ts'

/** A refusal before it has an id. */
export type Failure = Omit<Refusal, 'id'>

export const identityFailures: Readonly<Record<IdentityFailure, Failure>> = {
  'key-missing': { status: 401, rule: 'key.missing', reason: 'no API key was given' },
  'key-unknown': { status: 401, rule: 'key.unknown', reason: 'the API key is not valid' },
  'key-expired': { status: 401, rule: 'key.expired', reason: 'the API key has expired' },
  'token-invalid': { status: 401, rule: 'token.invalid', reason: 'the token is not valid' },
  'token-expired': { status: 401, rule: 'token.expired', reason: 'the token has expired' },
  'token-unchecked': {
    status: 503,
    rule: 'token.unchecked',
    reason: 'the token could not be checked',
    retryAfterMs: 1_000,
  },
  'too-many-refusals': {
    status: 429,
    rule: 'rate.refusals',
    reason: 'too many refused keys from this address',
    retryAfterMs: 60_000,
  },
}

export const bodyFailures: Readonly<Record<Exclude<BodyFailure, 'client-gone'>, Failure>> = {
  'no-room': { status: 503, rule: 'gate.busy', reason: 'the gate is at its limit', retryAfterMs: 1_000 },
  'too-large': {
    status: 413,
    rule: 'body.too-large',
    reason: 'the request body is larger than the gate takes',
  },
  encoded: { status: 415, rule: 'body.encoded', reason: 'a compressed request body cannot be inspected' },
}

export const ledgerFull: Failure = {
  status: 503,
  rule: 'ledger.full',
  reason: 'the decision could not be recorded',
  retryAfterMs: 1_000,
}
export const noUpstream: Failure = {
  status: 503,
  rule: 'upstream.unavailable',
  reason: 'no upstream for this model is up',
  retryAfterMs: 5_000,
}

export const gateFailed: Failure = {
  status: 500,
  rule: 'gate.failed',
  reason: 'the gate could not handle this request',
}
