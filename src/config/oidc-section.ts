import * as v from 'valibot'

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const words = v.optional(v.pipe(v.array(text), v.minLength(1)))

/** What is sent over it lets people in, so only this machine may do without TLS. */
export const safeUrl = v.pipe(
  v.string(),
  v.url('a URL'),
  v.check(isSafe, 'a URL that starts with https:// (or http:// on this machine)'),
)

/** Only signatures by a key pair: with a shared secret, whoever can check a token can make one. */
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const

const roles = v.pipe(
  v.strictObject({ viewer: words, analyst: words, operator: words, owner: words }),
  v.check((given) => Object.values(given).some((values) => values !== undefined), 'at least one role'),
  v.check((given) => {
    const all = Object.values(given).flatMap((values) => values ?? [])
    return new Set(all).size === all.length
  }, 'a table in which no group stands for two roles'),
)

/** An OpenID provider by which people sign in to the console. */
export const oidcSchema = v.optional(
  v.strictObject({
    /** On the button; without it, the issuer's host. */
    name: v.optional(v.pipe(text, v.maxLength(60))),
    issuer: safeUrl,
    clientId: text,
    /** Without it the gate is a public client, which PKCE alone protects. */
    clientSecret: v.optional(v.pipe(v.string(), v.minLength(8))),
    /** Where browsers reach the console; the provider sends them back to URL/api/oidc/callback. */
    url: v.pipe(
      safeUrl,
      v.check((url) => new URL(url).pathname === '/' && new URL(url).search === '', 'a URL without a path'),
      v.transform((url) => new URL(url).origin),
    ),
    scopes: v.optional(
      v.pipe(
        v.array(v.pipe(text, v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope, without spaces or quotes'))),
        v.check((scopes) => scopes.includes('openid'), 'scopes of which one is openid'),
      ),
      ['openid', 'profile', 'email'],
    ),
    algorithms: v.optional(v.pipe(v.array(v.picklist(algorithms)), v.minLength(1)), ['RS256', 'ES256']),
    claims: v.optional(
      v.strictObject({
        /** What a person is called in the console and the ledger. */
        name: v.optional(text, 'email'),
        roles: v.optional(text, 'groups'),
        /** Whose data a person sees; `*` is all tenants. Without it everybody is of all tenants. */
        tenant: v.optional(text),
      }),
      {},
    ),
    /** Which values of the claim stand for which role; the highest counts. Without it, owners name people first. */
    roles: v.optional(roles),
    /** Whether signing out of the console signs out at the provider too, where it offers that. */
    signOut: v.optional(v.picklist(['console', 'provider']), 'provider'),
  }),
)

export type OidcConfig = NonNullable<v.InferOutput<typeof oidcSchema>>

function isSafe(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.hostname))
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
