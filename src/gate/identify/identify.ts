import type { IncomingHttpHeaders } from 'node:http'
import type { Trust } from '../../config/config.ts'
import { failure, type Result, success } from '../../kernel/result.ts'
import type { Caller, IdentityFailure } from '../caller.ts'
import type { StandingBook } from '../standing-book.ts'
import type { TrustedProxies } from './client-address.ts'
import type { KeyMemo, KeyRing } from './key-ring.ts'
import type { Tokens } from './tokens.ts'

export type Credentials = {
  readonly key: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly socketAddress: string | undefined
  /** Where to look first for what is worked out from the key, and to leave it. */
  readonly memo?: KeyMemo | undefined
}

export type IdentifyWith = {
  readonly keys: KeyRing
  readonly tokens?: Tokens | undefined
  readonly proxies: TrustedProxies
  readonly trust: Trust
  readonly standings: StandingBook
  readonly now: () => number
}

const USER_AGENT_CHARACTERS_MAX = 256
const FIELD_CHARACTERS_MAX = 256
const DAY_MS = 86_400_000

/** Turns what came with a request into a caller. A header counts only when a trusted proxy sent the request. */
export function identify(
  { key, headers, socketAddress, memo }: Credentials,
  { keys, tokens, proxies, trust, standings, now }: IdentifyWith,
): Result<Caller, IdentityFailure> {
  if (key === undefined || key === '') return failure('key-missing')
  const at = now()
  const found = tokens?.isToken(key) === true ? tokens.find(key, at) : keys.find(key, at, memo)
  // A door that did not wait for the token's check cannot let it in.
  if (found === undefined) return failure('token-unchecked')
  if (!found.ok) return found
  const owner = found.value
  const isFronted = proxies.isTrusted(socketAddress ?? '')
  const vouched = (field: keyof Trust['headers']): string | undefined => {
    if (!isFronted) return undefined
    const name = trust.headers[field]
    if (name === undefined) return undefined
    const value = headers[name]
    const text = Array.isArray(value) ? value[0] : value
    return text === undefined || text === '' ? undefined : text.slice(0, FIELD_CHARACTERS_MAX)
  }
  const account = vouched('account') ?? owner.account
  return success({
    tenant: owner.tenant,
    account,
    key: owner.id,
    plan: vouched('plan') ?? owner.plan,
    labels: owner.labels,
    models: owner.models,
    scopes: owner.scopes,
    address: proxies.clientAddress(socketAddress, headers['x-forwarded-for']?.toString()),
    userAgent: headers['user-agent']?.slice(0, USER_AGENT_CHARACTERS_MAX),
    org: vouched('org'),
    ja4: vouched('ja4'),
    payment: vouched('payment'),
    asn: wholeNumber(vouched('asn')),
    created: moment(vouched('created')),
    time: moment(vouched('time')),
    standing: standings.standingOf(account, at),
  })
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text.replace(/^AS/i, ''))
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Unix seconds, Unix milliseconds or an ISO date. */
function moment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isSafeInteger(value)) return undefined
  return value < 1_000 * DAY_MS ? value * 1_000 : value
}
