import * as v from 'valibot'

const text = v.pipe(v.string(), v.minLength(1))
const url = v.pipe(
  v.string(),
  v.url('a URL'),
  v.regex(/^https?:\/\//, 'a URL that starts with http:// or https://'),
)

/** Only signatures by a key pair: with a shared secret, whoever can check a token can make one. */
const tokenAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

/** What a key may be used for. `messages` covers the counting of tokens. */
export const keyScopes = ['chat.completions', 'responses', 'embeddings', 'messages', 'models'] as const

export const scopesSchema = v.optional(v.array(v.picklist(keyScopes)))

/** Issuers whose signed tokens stand in for keys. */
export const identitySchema = v.strictObject({
  issuers: v.optional(
    v.array(
      v.strictObject({
        issuer: url,
        /** Where its keys are; without it, where its discovery document says. */
        jwks: v.optional(url),
        audience: v.pipe(v.array(text), v.minLength(1)),
        algorithms: v.optional(v.pipe(v.array(v.picklist(tokenAlgorithms)), v.minLength(1)), [
          'RS256',
          'ES256',
        ]),
        tenant: v.optional(text, 'default'),
        models: v.optional(v.pipe(v.array(text), v.minLength(1)), ['*']),
        /** Claims that say more of the caller. Where one is named, a token without it says nothing of it. */
        claims: v.optional(
          v.strictObject({
            account: v.optional(text, 'sub'),
            tenant: v.optional(text),
            plan: v.optional(text),
            labels: v.optional(text),
            models: v.optional(text),
            scopes: v.optional(text),
          }),
          {},
        ),
      }),
    ),
    [],
  ),
})

export type IdentityConfig = v.InferOutput<typeof identitySchema>
export type IssuerConfig = IdentityConfig['issuers'][number]
