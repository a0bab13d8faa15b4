import type { A2aAgentConfig } from './a2a.ts'
import type { AgentsConfig } from './agents.ts'
import type { HookConfig } from './hook-section.ts'
import type { IdentityConfig } from './identity-section.ts'
import type { McpServerConfig } from './mcp.ts'
import type { OidcConfig } from './oidc-section.ts'
import type { PromptsConfig } from './prompts-section.ts'
import type { ModelRelease } from './releases-section.ts'
import type { StandingName } from './standings.ts'
import type { TelemetryConfig } from './telemetry-section.ts'

/**
 * What an operator wrote in `portcullis.yaml`, checked and with every default filled in. Nothing after the reader
 * meets an optional field that has a default, an `env:` reference or a time in a unit other than its name says.
 */
export type Config = {
  /** The file it came from, for messages. */
  readonly file: string
  readonly mode: Mode
  readonly listen: Address
  readonly console: Address | undefined
  /** Bearer token of the admin API and the metrics. Needed when the console listens beyond this machine. */
  readonly consoleToken: string | undefined
  /** Where people sign in to the console, beside passwords and the token. */
  readonly oidc: OidcConfig | undefined
  /** Absolute path of the data folder. */
  readonly store: string
  readonly upstreams: readonly UpstreamConfig[]
  readonly keys: readonly StaticKey[]
  readonly limits: Limits
  readonly rates: Rates
  readonly trust: Trust
  readonly data: readonly DataRule[]
  /** Globs over accounts that no countermeasure ever touches. */
  readonly allow: readonly string[]
  readonly reasoning: ReasoningConfig
  /** Where an account under `verify` is sent, in the refusal; undefined: the refusal says only that it is needed. */
  readonly verification: { readonly url?: string | undefined }
  readonly identity: IdentityConfig
  readonly telemetry: TelemetryConfig
  readonly prompts: PromptsConfig
  readonly releases: readonly ModelRelease[]
  readonly ledger: LedgerConfig
  readonly watch: WatchConfig
  readonly agents: AgentsConfig
  readonly hook: HookConfig
  readonly mcp: readonly McpServerConfig[]
  readonly a2a: readonly A2aAgentConfig[]
}

/** `observe` records what it would have done and lets the act pass; identity and local-only rules always hold. */
export type Mode = 'enforce' | 'observe'

export type Address = { readonly host: string; readonly port: number }

export type Protocol = 'openai' | 'anthropic'

export type UpstreamConfig = {
  readonly name: string
  readonly protocol: Protocol
  readonly url: URL
  /** Put into the request in place of the client's own key. */
  readonly key: string | undefined
  /** Globs over model names; `*` matches any run of characters. */
  readonly models: readonly string[]
  /** Acts under a local-only rule may go here. */
  readonly local: boolean
  /** SHA-256 of the server's certificate, hexadecimal without colons. A server that shows another is refused. */
  readonly tlsFingerprint: string | undefined
  /** Digests of models as the server lists them. A server that has another under the name is not asked for it. */
  readonly digests: Readonly<Record<string, string>>
  readonly connectMs: number
  readonly firstByteMs: number
  readonly idleMs: number
  readonly connectionsMax: number
  /** Further attempts after the first, all before the first byte of an answer. */
  readonly retries: number
  readonly breaker: { readonly failures: number; readonly openMs: number }
}

export type StaticKey = {
  readonly key: string
  readonly account: string
  readonly tenant: string
  readonly plan: string | undefined
  readonly labels: readonly string[]
  readonly models: readonly string[]
  readonly scopes?: readonly string[] | undefined
}

export type Limits = {
  readonly bodyBytesMax: number
  /** All bodies that are in memory at once. */
  readonly bodiesBytesMax: number
  readonly headerBytesMax: number
  readonly headersMs: number
  readonly bodyMs: number
  readonly connectionsMax: number
  /** Of one address, or of one /64 of IPv6. Trusted proxies are not counted. */
  readonly connectionsPerAddressMax: number
  readonly exchangesMax: number
  readonly drainMs: number
}

/** Zero means no limit. */
export type Rates = {
  readonly key: Rate
  readonly account: Rate
  readonly tenant: Rate
  /** All accounts under measures of one campaign together. */
  readonly campaign: Rate
  /** Refused keys a minute from one address; beyond it the address is turned away before its key is looked at. */
  readonly refusalsPerMinute: number
}

export type Rate = {
  readonly requestsPerMinute: number
  readonly tokensPerMinute: number
  readonly tokensPerDay: number
}

export type Trust = {
  /** How many proxies in front of the gate append to `x-forwarded-for`. Zero: the socket's address is the client's. */
  readonly hops: number
  /** Addresses (or CIDR ranges) whose headers are believed at all. */
  readonly proxies: readonly string[]
  /** Lower-case header names that a trusted proxy fills in. */
  readonly headers: Readonly<Partial<Record<TrustedField, string>>>
}

export const trustedFields = [
  'account',
  'org',
  'ja4',
  'payment',
  'asn',
  'plan',
  'created',
  /** When the request reached the proxy, for exchanges that are replayed or queued. */
  'time',
] as const
export type TrustedField = (typeof trustedFields)[number]

export type DataRule = {
  readonly data: 'local-only'
  /** Globs over account names. */
  readonly accounts: readonly string[]
  readonly labels: readonly string[]
  /** Whoever asks: a request in which a secret is found. */
  readonly secrets: boolean
}

export type ReasoningConfig = {
  /** Whether reasoning blocks are sealed for their account and conversation on their way to the client. */
  readonly seal: boolean
  /** What happens to a block that comes back in another conversation of the same account. */
  readonly moved: 'note' | 'refuse'
  /** Who summarises reasoning for accounts whose reasoning is summarised; without it they get none. */
  readonly summary?:
    | {
        /** By the name of an upstream. What must stay local is summarised only if it is marked local. */
        readonly upstream: string
        readonly model: string
        /** An answer waits no longer for its summary. */
        readonly waitMs: number
      }
    | undefined
}

export type LedgerConfig = {
  /** What the first byte of an answer waits for: `written` survives the process, `durable` survives the power. */
  readonly wait: 'written' | 'durable'
  /** When the ledger cannot keep up: `closed` refuses the act, `open` lets it pass unrecorded and counts it. */
  readonly full: 'closed' | 'open'
  readonly fullWaitMs: number
  readonly ringBytes: number
  readonly segmentBytes: number
  readonly retainMs: number
  readonly retainBytes: number
  readonly checkpointMs: number
}

export type WatchConfig = {
  /** Whether the slow loop runs beside the gate. */
  readonly enabled: boolean
  /** What a campaign's accounts get when it is raised; `clear`: nothing, a person decides. */
  readonly standing: StandingName
  readonly parameters: Readonly<Record<string, string | number>>
  /** Campaigns that are less sure than this are only reported. */
  readonly scoreMin: number
  /** After so many days the standing ends by itself; zero: it stays until it is undone. */
  readonly days: number
}
