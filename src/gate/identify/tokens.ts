// Signed tokens (JWT, as OpenID Connect issues them) in place of keys. Checking one takes a signature and maybe a fetch of
// the issuer's keys, so it is done before the caller is identified and remembered until the token ends.
import { hash } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as v from 'valibot'
import { type IdentityConfig, type IssuerConfig, keyScopes } from '../../config/identity-section.ts'
import { failure, type Result, success } from '../../kernel/result.ts'
import type { KeyOwner } from './key-ring.ts'

export type TokenFailure = 'token-invalid' | 'token-expired' | 'token-unchecked'

/** Longer tokens are no tokens of an issuer's. */
const TOKEN_CHARACTERS_MAX = 16 * 1024
const CHECKED_MAX = 20_000
/** A bad token is remembered for a while too: checking it again costs as much as checking a good one. */
const FAILED_MS = 10_000
const CLOCK_SECONDS = 30
const KEYS_MS = 600_000
/** A key that is not among those known is asked for at most so often: tokens with made-up keys cost no fetch each. */
const COOLDOWN_MS = 30_000
const FETCH_MS = 5_000

type Checked = { readonly outcome: Result<KeyOwner, TokenFailure>; readonly until: number }

export class Tokens {
  #issuers: readonly Issuer[]
  /** By digest: a memory dump holds no token. */
  readonly #checked = new Map<string, Checked>()

  constructor({ issuers }: IdentityConfig) {
    this.#issuers = issuers.map((config) => new Issuer(config))
  }

  use({ issuers }: IdentityConfig): void {
    this.#issuers = issuers.map((config) => new Issuer(config))
    this.#checked.clear()
  }

  /** Whether this may be a token of an issuer's; a key is not. */
  isToken(key: string): boolean {
    return this.#issuers.length > 0 && key.startsWith('eyJ') && key.length <= TOKEN_CHARACTERS_MAX
  }

  /** What is known of a token without waiting. */
  find(token: string, now: number): Result<KeyOwner, TokenFailure> | undefined {
    const checked = this.#checked.get(digestOf(token))
    return checked !== undefined && checked.until > now ? checked.outcome : undefined
  }

  async check(token: string, now: number): Promise<void> {
    const issuer = this.#issuers.find(({ name }) => name === issuerOf(token))
    const checked: Checked =
      issuer === undefined
        ? { outcome: failure('token-invalid'), until: now + FAILED_MS }
        : await issuer.check(token, now)
    if (this.#checked.size >= CHECKED_MAX) this.#checked.clear()
    this.#checked.set(digestOf(token), checked)
  }
}

class Issuer {
  readonly name: string
  readonly #config: IssuerConfig
  #keys: JWTVerifyGetKey | undefined

  constructor(config: IssuerConfig) {
    this.name = config.issuer
    this.#config = config
  }

  async check(token: string, now: number): Promise<Checked> {
    const { issuer, audience, algorithms } = this.#config
    try {
      this.#keys ??= await keysOf(this.#config)
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience: [...audience],
        algorithms: [...algorithms],
        clockTolerance: CLOCK_SECONDS,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      })
      const owner = ownerOf(payload, this.#config)
      const until = (payload.exp ?? 0) * 1_000 + CLOCK_SECONDS * 1_000
      return owner === undefined
        ? { outcome: failure('token-invalid'), until: now + FAILED_MS }
        : { outcome: success(owner), until }
    } catch (error) {
      return { outcome: failure(failureOf(error)), until: now + FAILED_MS }
    }
  }
}

const discoverySchema = v.object({ issuer: v.string(), jwks_uri: v.pipe(v.string(), v.url()) })

async function keysOf({ issuer, jwks }: IssuerConfig): Promise<JWTVerifyGetKey> {
  const options = { cacheMaxAge: KEYS_MS, cooldownDuration: COOLDOWN_MS, timeoutDuration: FETCH_MS }
  if (jwks !== undefined) return createRemoteJWKSet(new URL(jwks), options)
  const where = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`
  const answer = await fetch(where, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' })
  const document = v.parse(discoverySchema, await answer.json())
  // Whoever serves another issuer's document must not become that issuer (OpenID Connect Discovery, section 4.3).
  if (document.issuer !== issuer) throw new Error('the discovery document is of another issuer')
  return createRemoteJWKSet(new URL(document.jwks_uri), options)
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

function failureOf(error: unknown): TokenFailure {
  if (error instanceof errors.JWTExpired) return 'token-expired'
  // The issuer could not be asked: that says nothing about the token.
  const isOurs = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)
  return isOurs && error.code !== 'ERR_JOSE_GENERIC' ? 'token-invalid' : 'token-unchecked'
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
