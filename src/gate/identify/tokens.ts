// Signed tokens (JWT, as OpenID Connect issues them) in place of keys. Checking one takes a signature and maybe a fetch of
// the issuer's keys, so it is done before the caller is identified and remembered until the token ends.
import { hash } from 'node:crypto'
import { decodeJwt, errors, type JWTPayload } from 'jose'
import * as v from 'valibot'
import { type IdentityConfig, type IssuerConfig, keyScopes } from '../../config/identity-section.ts'
import { failure, type Result, success } from '../../kernel/result.ts'
import { IssuerKeys } from './issuer-keys.ts'
import type { KeyOwner } from './key-ring.ts'

export type TokenFailure = 'token-invalid' | 'token-expired' | 'token-unchecked'

/** Longer tokens are no tokens of an issuer's. */
const TOKEN_CHARACTERS_MAX = 16 * 1024
const CHECKED_MAX = 20_000
/** Apart, so that bad ones do not make good ones forgotten. */
const REFUSED_MAX = 5_000
/** A bad token is remembered for a while too: checking it again costs as much as checking a good one. */
const FAILED_MS = 10_000
const CLOCK_SECONDS = 30
/** A good one is checked again then: its issuer may have withdrawn the key it was signed with. */
const CHECKED_MS = 600_000
const UNREACHABLE_MS = 60_000
const AWAY_MS = 2_000

type Checked = { readonly outcome: Result<KeyOwner, TokenFailure>; readonly until: number }

export class Tokens {
  #issuers: readonly Issuer[]
  /** By digest: a memory dump holds no token. */
  readonly #checked = new Map<string, Checked>()
  readonly #refused = new Map<string, Checked>()

  constructor({ issuers }: IdentityConfig) {
    this.#issuers = issuers.map((config) => new Issuer(config))
  }

  use({ issuers }: IdentityConfig): void {
    this.#issuers = issuers.map((config) => new Issuer(config))
    this.#checked.clear()
    this.#refused.clear()
  }

  /** Whether this may be a token of an issuer's; a key is not. */
  isToken(key: string): boolean {
    return this.#issuers.length > 0 && key.startsWith('eyJ') && key.length <= TOKEN_CHARACTERS_MAX
  }

  /** What is known of a token without waiting. */
  find(token: string, now: number): Result<KeyOwner, TokenFailure> | undefined {
    const digest = digestOf(token)
    const checked = this.#checked.get(digest) ?? this.#refused.get(digest)
    return checked !== undefined && checked.until > now ? checked.outcome : undefined
  }

  async check(token: string, now: number): Promise<void> {
    const digest = digestOf(token)
    const issuer = this.#issuers.find(({ name }) => name === issuerOf(token))
    const checked: Checked =
      issuer === undefined
        ? { outcome: failure('token-invalid'), until: now + FAILED_MS }
        : await issuer.check(token, now)
    const { outcome } = checked
    if (outcome.ok) return void keep(this.#checked, digest, checked, CHECKED_MAX)
    const before = this.#checked.get(digest)?.outcome
    this.#checked.delete(digest)
    // An issuer that is away for a while has not withdrawn what it signed.
    if (outcome.error === 'token-unchecked' && before?.ok && (before.value.expires ?? 0) > now)
      keep(this.#checked, digest, { outcome: before, until: now + UNREACHABLE_MS }, CHECKED_MAX)
    else keep(this.#refused, digest, checked, REFUSED_MAX)
  }
}

/** The oldest are forgotten first. */
function keep(all: Map<string, Checked>, digest: string, checked: Checked, most: number): void {
  all.delete(digest)
  all.set(digest, checked)
  const oldest = all.keys().next()
  if (all.size > most && !oldest.done) all.delete(oldest.value)
}

class Issuer {
  readonly name: string
  readonly #config: IssuerConfig
  readonly #keys: IssuerKeys

  constructor(config: IssuerConfig) {
    this.name = config.issuer
    this.#config = config
    this.#keys = new IssuerKeys(config)
  }

  async check(token: string, now: number): Promise<Checked> {
    const { issuer, audience, algorithms } = this.#config
    try {
      const payload = await this.#keys.verified(token, {
        issuer,
        audience: [...audience],
        algorithms: [...algorithms],
        clockTolerance: CLOCK_SECONDS,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      })
      const owner = ownerOf(payload, this.#config)
      const until = Math.min((payload.exp ?? 0) * 1_000 + CLOCK_SECONDS * 1_000, now + CHECKED_MS)
      return owner === undefined
        ? { outcome: failure('token-invalid'), until: now + FAILED_MS }
        : { outcome: success(owner), until }
    } catch (error) {
      const failed = failureOf(error)
      return { outcome: failure(failed), until: now + (failed === 'token-unchecked' ? AWAY_MS : FAILED_MS) }
    }
  }
}

const nameSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const namesSchema = v.union([
  v.array(v.string()),
  v.pipe(
    v.string(),
    v.transform((text) => text.split(/[ ,]+/)),
  ),
])

function ownerOf(
  payload: JWTPayload,
  { issuer, tenant, models, claims }: IssuerConfig,
): KeyOwner | undefined {
  const name = (claim: string | undefined): string | undefined => {
    const read = v.safeParse(nameSchema, claim === undefined ? undefined : payload[claim])
    return read.success ? read.output : undefined
  }
  const names = (claim: string): readonly string[] => {
    const read = v.safeParse(namesSchema, payload[claim])
    return read.success ? read.output : []
  }
  const account = name(claims.account)
  if (account === undefined) return undefined
  return {
    id: `t_${hash('sha256', `${issuer}\0${account}`, 'base64url').slice(0, 12)}`,
    tenant: claims.tenant === undefined ? tenant : (name(claims.tenant) ?? tenant),
    account,
    plan: name(claims.plan),
    labels: claims.labels === undefined ? [] : names(claims.labels),
    models: claims.models === undefined ? models : names(claims.models),
    scopes:
      claims.scopes === undefined
        ? undefined
        : names(claims.scopes).filter((scope) => keyScopes.some((known) => known === scope)),
    expires: (payload.exp ?? 0) * 1_000 + CLOCK_SECONDS * 1_000,
  }
}

/** What is wrong with an issuer's keys, not with a token. */
const ISSUERS: ReadonlySet<string> = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID'])

function failureOf(error: unknown): TokenFailure {
  if (error instanceof errors.JWTExpired) return 'token-expired'
  // The issuer could not be asked: that says nothing about the token.
  const isOurs = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)
  return isOurs && !ISSUERS.has(error.code) ? 'token-invalid' : 'token-unchecked'
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url')
}
