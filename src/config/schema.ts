import * as v from 'valibot'
import { a2aSchema } from './a2a.ts'
import { agentsSchema } from './agents.ts'
import { hookSection } from './hook-section.ts'
import { identitySchema, scopesSchema } from './identity-section.ts'
import { mcpSchema } from './mcp.ts'
import { oidcSchema } from './oidc-section.ts'
import { promptsSchema } from './prompts-section.ts'
import { releasesSchema } from './releases-section.ts'
import { altersAnswers, standingNames } from './standings.ts'
import { telemetrySchema } from './telemetry-section.ts'

// The shape of portcullis.yaml as a person writes it. Every object is strict: a field that is not here is an error,
// because a misspelt limit that is silently ignored is a hole.

export const STORE_DEFAULT = './portcullis-data'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const positive = v.pipe(v.number(), v.integer(), v.minValue(1))
const text = v.pipe(v.string(), v.minLength(1))
const globs = v.pipe(v.array(text), v.minLength(1))
const header = v.pipe(text, v.regex(/^[A-Za-z0-9-]+$/, 'a header name'), v.toLowerCase())

const address = v.pipe(
  v.string(),
  v.regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'HOST:PORT, such as 127.0.0.1:8080'),
  v.check((value) => Number(value.slice(value.lastIndexOf(':') + 1)) <= 65_535, 'a port up to 65535'),
)

const upstream = v.strictObject({
  name: v.pipe(text, v.regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dots and dashes')),
  protocol: v.picklist(['openai', 'anthropic']),
  url: v.pipe(
    v.string(),
    v.url('a URL'),
    v.regex(/^https?:\/\//, 'a URL that starts with http:// or https://'),
  ),
  // A key from a file often has a line break behind it.
  key: v.optional(v.pipe(text, v.trim())),
  models: v.optional(globs, ['*']),
  local: v.optional(v.boolean(), false),
  tlsFingerprint: v.optional(
    v.pipe(
      v.string(),
      v.transform((value) => value.replaceAll(':', '').toLowerCase()),
      v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 fingerprint, 64 hexadecimal digits'),
    ),
  ),
  digests: v.optional(
    v.record(
      text,
      v.pipe(
        v.string(),
        v.transform((value) => value.replace(/^sha256:/, '').toLowerCase()),
        v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest, 64 hexadecimal digits'),
      ),
    ),
    {},
  ),
  connectMs: v.optional(positive, 10_000),
  firstByteMs: v.optional(positive, 600_000),
  idleMs: v.optional(positive, 300_000),
  connectionsMax: v.optional(positive, 1_024),
  retries: v.optional(v.pipe(count, v.maxValue(5)), 2),
  breaker: v.optional(
    v.strictObject({ failures: v.optional(positive, 5), openMs: v.optional(positive, 10_000) }),
    {},
  ),
})

const staticKey = v.strictObject({
  key: v.pipe(text, v.trim(), v.minLength(6)),
  account: text,
  tenant: v.optional(text, 'default'),
  plan: v.optional(text),
  labels: v.optional(v.array(text), []),
  models: v.optional(globs, ['*']),
  scopes: scopesSchema,
})

const rate = v.strictObject({
  requestsPerMinute: v.optional(count, 0),
  tokensPerMinute: v.optional(count, 0),
  tokensPerDay: v.optional(count, 0),
})

const trust = v.strictObject({
  hops: v.optional(v.pipe(count, v.maxValue(8)), 0),
  proxies: v.optional(v.array(text), []),
  headers: v.optional(
    v.strictObject({
      account: v.optional(header),
      org: v.optional(header),
      ja4: v.optional(header),
      payment: v.optional(header),
      asn: v.optional(header),
      plan: v.optional(header),
      created: v.optional(header),
      time: v.optional(header),
    }),
    {},
  ),
})

const dataRule = v.strictObject({
  data: v.literal('local-only'),
  accounts: v.optional(v.array(text), []),
  labels: v.optional(v.array(text), []),
  secrets: v.optional(v.boolean(), false),
})

const limits = v.strictObject({
  bodyBytesMax: v.optional(v.pipe(positive, v.maxValue(512 * 1024 * 1024)), 32 * 1024 * 1024),
  bodiesBytesMax: v.optional(positive, 512 * 1024 * 1024),
  headerBytesMax: v.optional(v.pipe(positive, v.maxValue(256 * 1024)), 32 * 1024),
  headersMs: v.optional(positive, 10_000),
  bodyMs: v.optional(positive, 120_000),
  connectionsMax: v.optional(positive, 16_384),
  connectionsPerAddressMax: v.optional(positive, 2_048),
  exchangesMax: v.optional(positive, 8_192),
  drainMs: v.optional(positive, 30_000),
})

const ledger = v.strictObject({
  wait: v.optional(v.picklist(['written', 'durable']), 'written'),
  full: v.optional(v.picklist(['closed', 'open']), 'closed'),
  fullWaitMs: v.optional(count, 5_000),
  ringMiB: v.optional(v.pipe(positive, v.maxValue(1_024)), 8),
  segmentMiB: v.optional(v.pipe(positive, v.maxValue(4_096)), 128),
  retainDays: v.optional(count, 0),
  retainGiB: v.optional(count, 0),
  checkpointSeconds: v.optional(positive, 10),
})

const watch = v.strictObject({
  enabled: v.optional(v.boolean(), true),
  standing: v.optional(v.picklist(standingNames.filter((name) => !altersAnswers(name))), 'watched'),
  delayMs: v.optional(count),
  requestsPerMinute: v.optional(positive),
  maxTokens: v.optional(positive),
  model: v.optional(text),
  scoreMin: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.9),
  days: v.optional(count, 30),
})

export const fileSchema = v.strictObject({
  mode: v.optional(v.picklist(['enforce', 'observe'])),
  listen: v.optional(address, '127.0.0.1:8080'),
  console: v.optional(address),
  consoleToken: v.optional(v.pipe(text, v.minLength(16))),
  oidc: oidcSchema,
  store: v.optional(text, STORE_DEFAULT),
  upstreams: v.pipe(v.array(upstream), v.minLength(1)),
  keys: v.optional(v.array(staticKey), []),
  limits: v.optional(limits, {}),
  rates: v.optional(
    v.strictObject({
      key: v.optional(rate, {}),
      account: v.optional(rate, {}),
      tenant: v.optional(rate, {}),
      campaign: v.optional(rate, {}),
      refusalsPerMinute: v.optional(count, 600),
    }),
    {},
  ),
  trust: v.optional(trust, {}),
  data: v.optional(v.array(dataRule), []),
  allow: v.optional(v.array(text), []),
  identity: v.optional(identitySchema, {}),
  telemetry: v.optional(telemetrySchema, {}),
  releases: releasesSchema,
  prompts: v.optional(promptsSchema, {}),
  verification: v.optional(v.strictObject({ url: v.optional(v.pipe(v.string(), v.url('a URL'))) }), {}),
  reasoning: v.optional(
    v.strictObject({
      seal: v.optional(v.boolean(), false),
      moved: v.optional(v.picklist(['note', 'refuse']), 'note'),
      summary: v.optional(
        v.strictObject({
          upstream: v.pipe(v.string(), v.minLength(1)),
          model: v.pipe(v.string(), v.minLength(1)),
          waitMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(60_000)), 10_000),
        }),
      ),
    }),
    {},
  ),
  ledger: v.optional(ledger, {}),
  watch: v.optional(watch, {}),
  agents: v.optional(agentsSchema, {}),
  hook: v.optional(hookSection, {}),
  mcp: v.optional(mcpSchema, []),
  a2a: v.optional(a2aSchema, []),
})

export type ConfigFile = v.InferOutput<typeof fileSchema>
