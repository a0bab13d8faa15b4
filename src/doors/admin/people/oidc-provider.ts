// An OpenID provider as the console meets it: its discovery document, its token endpoint, its keys.
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as v from 'valibot'
import { type OidcConfig, safeUrl } from '../../../config/oidc-section.ts'

/** What went wrong, as the sign-in page says it; the rest is for the ledger. */
export class OidcFailure extends Error {
  readonly code: OidcFailureCode

  constructor(code: OidcFailureCode, detail: string) {
    super(detail)
    this.name = 'OidcFailure'
    this.code = code
  }
}

export type OidcFailureCode =
  | 'unreachable'
  | 'refused'
  | 'invalid'
  | 'expired'
  | 'no-role'
  | 'name-taken'
  | 'disabled'
  | 'busy'

export type Endpoints = v.InferOutput<typeof discovery>

/** What is known of a person once the provider vouched for them. */
export type Claims = JWTPayload & { readonly sub: string }

const ANSWER_BYTES_MAX = 256 * 1024
const ANSWER_MS = 20_000
const KEYS_MS = 600_000
const COOLDOWN_MS = 30_000
const CLOCK_SECONDS = 30
/** A token that is older was not made for this sign-in. */
const TOKEN_AGE_SECONDS = 600
const DETAIL_MAX = 200

const discovery = v.object({
  issuer: v.string(),
  authorization_endpoint: safeUrl,
  token_endpoint: safeUrl,
  jwks_uri: safeUrl,
  userinfo_endpoint: v.optional(safeUrl),
  end_session_endpoint: v.optional(safeUrl),
  token_endpoint_auth_methods_supported: v.optional(v.array(v.string()), ['client_secret_basic']),
  authorization_response_iss_parameter_supported: v.optional(v.boolean(), false),
})
const tokens = v.object({
  id_token: v.pipe(v.string(), v.maxLength(64 * 1024)),
  access_token: v.optional(v.pipe(v.string(), v.maxLength(64 * 1024))),
})
const refusal = v.object({ error: v.string() })
const person = v.looseObject({ sub: v.pipe(v.string(), v.minLength(1), v.maxLength(255)) })

export class OidcProvider {
  readonly #config: OidcConfig
  readonly endpoints: Endpoints
  readonly #keys: JWTVerifyGetKey
  readonly #now: () => number

  private constructor(config: OidcConfig, endpoints: Endpoints, now: () => number) {
    this.#config = config
    this.endpoints = endpoints
    this.#now = now
    this.#keys = createRemoteJWKSet(new URL(endpoints.jwks_uri), {
      ...{ cacheMaxAge: KEYS_MS, cooldownDuration: COOLDOWN_MS, timeoutDuration: ANSWER_MS },
    })
  }

  static async open(config: OidcConfig, now: () => number): Promise<OidcProvider> {
    const { issuer } = config
    const { body } = await ask(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`, {})
    const read = v.safeParse(discovery, body)
    if (!read.success)
      throw new OidcFailure('unreachable', `the discovery document has no good ${fieldOf(read.issues[0])}`)
    // Whoever serves another issuer's document must not become that issuer (OpenID Connect Discovery, section 4.3).
    if (read.output.issuer !== issuer)
      throw new OidcFailure('unreachable', `the discovery document is of the issuer ${read.output.issuer}`)
    return new OidcProvider(config, read.output, now)
  }

  /** Exchanges the code, checks what comes, and asks for what the token does not say. */
  async claims(code: string, verifier: string, nonce: string): Promise<Claims> {
    const { token_endpoint: where, userinfo_endpoint: userinfo } = this.endpoints
    const { status, body } = await ask(where, this.#exchange(code, verifier))
    if (status >= 400) {
      const said = v.safeParse(refusal, body)
      const why = said.success ? said.output.error : `HTTP ${status}`
      throw new OidcFailure(status >= 500 ? 'unreachable' : 'refused', `the code was not exchanged: ${why}`)
    }
    const read = v.safeParse(tokens, body)
    if (!read.success) throw new OidcFailure('invalid', 'there is no id token in the answer')
    const claims = await this.#verified(read.output.id_token, nonce)
    const { name, roles, tenant } = this.#config.claims
    const wanted = [name, ...(this.#config.roles ? [roles] : []), ...(tenant === undefined ? [] : [tenant])]
    if (wanted.every((claim) => claims[claim] !== undefined)) return claims
    if (userinfo === undefined || read.output.access_token === undefined) return claims
    return await this.#completed(claims, userinfo, read.output.access_token)
  }

  #exchange(code: string, verifier: string): RequestInit {
    const { clientId, clientSecret, url } = this.#config
    const form = new URLSearchParams({ grant_type: 'authorization_code', code })
    form.set('redirect_uri', callbackOf(url))
    form.set('code_verifier', verifier)
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
    const methods = this.endpoints.token_endpoint_auth_methods_supported
    if (clientSecret === undefined) form.set('client_id', clientId)
    else if (methods.includes('client_secret_basic') || !methods.includes('client_secret_post'))
      headers.authorization = `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(clientSecret)}`).toString('base64')}`
    else {
      form.set('client_id', clientId)
      form.set('client_secret', clientSecret)
    }
    return { method: 'POST', headers, body: form.toString() }
  }

  async #verified(token: string, nonce: string): Promise<Claims> {
    const { issuer, clientId, algorithms } = this.#config
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        ...{ issuer, audience: clientId, algorithms: [...algorithms] },
        ...{ clockTolerance: CLOCK_SECONDS, maxTokenAge: TOKEN_AGE_SECONDS },
        requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
        currentDate: new Date(this.#now()),
      })
      if (payload.nonce !== nonce) throw new Error('it was made for another sign-in')
      const isForMore = Array.isArray(payload.aud) && payload.aud.length > 1
      if ((isForMore || payload.azp !== undefined) && payload.azp !== clientId)
        throw new Error('it was made for another client')
      return { ...payload, sub: v.parse(person, payload).sub }
    } catch (error) {
      throw new OidcFailure('invalid', `the id token does not hold: ${textOf(error)}`)
    }
  }

  /** What the id token says stays; userinfo only adds to it, and only about the same person. */
  async #completed(claims: Claims, userinfo: string, accessToken: string): Promise<Claims> {
    const { status, body } = await ask(userinfo, { headers: { authorization: `Bearer ${accessToken}` } })
    if (status !== 200) throw new OidcFailure('unreachable', `userinfo answered HTTP ${status}`)
    const read = v.safeParse(person, body)
    if (!read.success || read.output.sub !== claims.sub)
      throw new OidcFailure('invalid', 'userinfo is about somebody else')
    return { ...read.output, ...claims }
  }
}

export function callbackOf(url: string): string {
  return `${url}/api/oidc/callback`
}

/** Redirects are not followed: an answer, or a secret that is sent, belongs to the address that was configured. */
async function ask(
  url: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const answer = await fetch(url, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      ...{ redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) },
    })
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length
      if (bytes > ANSWER_BYTES_MAX) throw new Error('the answer is too long')
      chunks.push(chunk)
    }
    return { status: answer.status, body: jsonOf(Buffer.concat(chunks).toString('utf8')) }
  } catch (error) {
    throw new OidcFailure('unreachable', `${new URL(url).origin} does not answer: ${textOf(error)}`)
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As a form would have it, before it is put into the header (RFC 6749, section 2.3.1). */
function encoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function fieldOf(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) ?? 'content'
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, DETAIL_MAX)
}
