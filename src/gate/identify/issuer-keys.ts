import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import * as v from 'valibot'
import type { IssuerConfig } from '../../config/identity-section.ts'

const KEYS_MS = 600_000
/** A key that is not among those known is asked for at most so often: tokens with made-up keys cost no fetch each. */
const COOLDOWN_MS = 30_000
const FETCH_MS = 5_000
/** An issuer that did not answer is not asked again for each token. */
const FAILED_MS = 2_000
const DOCUMENT_CHARACTERS_MAX = 1024 * 1024
/** Keys without names that a token without one may be signed with, as while an issuer changes keys. */
const NAMELESS_MAX = 8

type Keys = ReturnType<typeof createRemoteJWKSet>

/** The keys of one issuer: fetched when first needed, kept, and fetched again when a token names another. */
export class IssuerKeys {
  readonly #config: IssuerConfig
  #keys: Promise<Keys> | undefined
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(config: IssuerConfig) {
    this.#config = config
  }

  /** What a token says, when one of the keys has signed it and the options hold. Throws what jose throws, or for a fetch. */
  async verified(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
    const keys = await this.#known()
    try {
      return (await jwtVerify(token, keys, options)).payload
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
      let tried = 0
      for await (const key of error) {
        if (++tried > NAMELESS_MAX) break
        try {
          return (await jwtVerify(token, key, options)).payload
        } catch (other) {
          if (!(other instanceof errors.JWSSignatureVerificationFailed)) throw other
        }
      }
      throw new errors.JWSSignatureVerificationFailed()
    }
  }

  /** One fetch for all who wait for it. */
  #known(): Promise<Keys> {
    this.#keys ??= this.#find().catch((error: unknown) => {
      this.#keys = undefined
      throw error
    })
    return this.#keys
  }

  async #find(): Promise<Keys> {
    const { issuer, jwks } = this.#config
    const options = {
      ...{ cacheMaxAge: KEYS_MS, cooldownDuration: COOLDOWN_MS, timeoutDuration: FETCH_MS },
      [customFetch]: (url: string, init: RequestInit) => this.#fetch(url, init),
    }
    if (jwks !== undefined) return createRemoteJWKSet(new URL(jwks), options)
    const where = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`
    const answer = await this.#fetch(where, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' })
    const document = v.parse(discoverySchema, await answer.json())
    // Whoever serves another issuer's document must not become that issuer (OpenID Connect Discovery, section 4.3).
    if (document.issuer !== issuer) throw new Error('the discovery document is of another issuer')
    return createRemoteJWKSet(new URL(document.jwks_uri), options)
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    if (performance.now() - this.#failedAt < FAILED_MS)
      throw new Error('the issuer did not answer a moment ago')
    const failedAt = performance.now()
    try {
      const answer = await fetch(url, init)
      if (answer.status !== 200) throw new Error(`the issuer answered ${answer.status}`)
      const text = await textOf(answer)
      JSON.parse(text)
      return new Response(text)
    } catch (error) {
      this.#failedAt = failedAt
      throw error
    }
  }
}

const discoverySchema = v.object({ issuer: v.string(), jwks_uri: v.pipe(v.string(), v.url()) })

async function textOf(answer: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > DOCUMENT_CHARACTERS_MAX) throw new Error('the issuer answered more than its keys')
  }
  return text
}
