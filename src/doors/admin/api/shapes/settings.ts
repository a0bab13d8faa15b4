import * as v from 'valibot'
import { count, moment, reason, role } from './common.ts'

export const user = v.object({
  id: v.string(),
  name: v.string(),
  role,
  tenant: v.nullable(v.string()),
  via: v.picklist(['password', 'oidc']),
  created: moment,
  lastSeen: v.optional(moment),
  isDisabled: v.boolean(),
})
export type User = v.InferOutput<typeof user>

const password = v.pipe(v.string(), v.minLength(12), v.maxLength(256))
export const userName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/, 'letters, digits and . _ @ + -'),
)
export const signIn = v.strictObject({
  /** Unset: `secret` is the console token. */
  name: v.optional(v.pipe(v.string(), v.maxLength(128))),
  secret: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
})
export const addUser = v.strictObject({
  name: userName,
  role,
  tenant: v.optional(v.nullable(v.string()), null),
  /** Unset: one that came from the OIDC provider. */
  password: v.optional(password),
  reason,
})
export const changeUser = v.strictObject({
  role: v.optional(role),
  tenant: v.optional(v.nullable(v.string())),
  isDisabled: v.optional(v.boolean()),
  password: v.optional(password),
  reason,
})

export const key = v.object({
  id: v.string(),
  account: v.string(),
  tenant: v.string(),
  plan: v.optional(v.string()),
  labels: v.array(v.string()),
  models: v.array(v.string()),
  created: moment,
  expires: v.optional(moment),
  state: v.picklist(['valid', 'expired', 'revoked']),
  /** `config`: a static key of portcullis.yaml; its secret and its end are there. */
  from: v.picklist(['store', 'config']),
})
export type Key = v.InferOutput<typeof key>

/** The only time the key itself is shown. */
export const madeKey = v.object({ ...key.entries, key: v.string() })
export type MadeKey = v.InferOutput<typeof madeKey>

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(512))
export const createKey = v.strictObject({
  account: name,
  tenant: v.optional(name, 'default'),
  plan: v.optional(name),
  labels: v.optional(v.pipe(v.array(name), v.maxLength(32)), []),
  models: v.optional(v.pipe(v.array(name), v.minLength(1), v.maxLength(64)), ['*']),
  forMs: v.optional(v.pipe(count, v.minValue(60_000))),
  reason,
})
export const revokeKey = v.strictObject({ reason })
export const rotateKey = v.strictObject({ overlapMs: v.optional(count, 86_400_000), reason })

export const tenant = v.object({
  tenant: v.string(),
  accounts: count,
  keys: count,
  users: count,
  acts: count,
})
export type Tenant = v.InferOutput<typeof tenant>

/** Where alerts go. Secrets are written, never read back: `hasSecret` says whether there is one. */
export const alertTarget = v.variant('kind', [
  /** POSTs JSON, signed: header x-portcullis-signature is `t=SECONDS,v1=HMAC-SHA256(secret, "t.body")`. */
  v.strictObject({ kind: v.literal('webhook'), url: v.pipe(v.string(), v.url(), v.maxLength(2_048)) }),
  /** An incoming webhook's url, or a bot token (the secret) with a channel: then messages are updated in place. */
  v.strictObject({
    kind: v.literal('slack'),
    url: v.pipe(v.string(), v.url(), v.maxLength(2_048)),
    channel: v.optional(v.string()),
  }),
  v.strictObject({
    kind: v.literal('email'),
    host: v.string(),
    port: v.pipe(count, v.maxValue(65_535)),
    security: v.optional(v.picklist(['none', 'starttls', 'tls']), 'starttls'),
    user: v.optional(v.string()),
    from: v.string(),
    to: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(32)),
  }),
  /** RFC 5424, over UDP, or over TCP and TLS with octet counting (RFC 6587, RFC 5425). */
  v.strictObject({
    kind: v.literal('syslog'),
    host: v.string(),
    port: v.pipe(count, v.maxValue(65_535)),
    transport: v.optional(v.picklist(['udp', 'tcp', 'tls']), 'udp'),
  }),
])

const routeFields = {
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  isOn: v.optional(v.boolean(), true),
  /** Campaigns that are less sure are not sent. */
  scoreMin: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.9),
  target: alertTarget,
}
export const alertRoute = v.object({
  id: v.string(),
  ...routeFields,
  hasSecret: v.boolean(),
  lastSent: v.optional(moment),
  lastFailure: v.optional(v.string()),
  sent: count,
})
export type AlertRoute = v.InferOutput<typeof alertRoute>
export const saveAlertRoute = v.strictObject({
  ...routeFields,
  /** Unset on a change: the old one stays. */
  secret: v.optional(v.pipe(v.string(), v.maxLength(1_024))),
  reason,
})
/** What came of a real message through a route. */
export const alertTest = v.object({ isDelivered: v.boolean(), detail: v.string(), ms: v.number() })
export type AlertTest = v.InferOutput<typeof alertTest>

export const settings = v.object({
  mode: v.picklist(['observe', 'enforce']),
  version: v.string(),
  store: v.string(),
  configFile: v.string(),
  listen: v.string(),
  console: v.string(),
  upstreams: v.array(
    v.object({
      name: v.string(),
      protocol: v.string(),
      url: v.string(),
      models: v.array(v.string()),
      isLocal: v.boolean(),
    }),
  ),
  watch: v.object({ isEnabled: v.boolean(), standing: v.string(), scoreMin: v.number(), days: count }),
  /** When a measure needs a second person: never, for verify and quarantined, or for all but watched. */
  twoPersonRule: v.picklist(['off', 'severe', 'all']),
  oidc: v.optional(v.object({ issuer: v.string(), clientId: v.string() })),
  publicKey: v.string(),
})
export type Settings = v.InferOutput<typeof settings>
export const changeSettings = v.strictObject({
  twoPersonRule: v.optional(v.picklist(['off', 'severe', 'all'])),
  reason,
})
