import * as v from 'valibot'

// The `a2a` section: the agents behind the gate, each reached at /a2a/NAME.

export type A2aAgentConfig = {
  readonly name: string
  /** Where the agent takes requests. */
  readonly url: URL
  /** Which of the protocol's bindings it takes there. */
  readonly binding: 'jsonrpc' | 'http+json'
  readonly card: URL
  /** The gate's own credentials for this agent. */
  readonly headers: Readonly<Record<string, string>>
  readonly access: 'keys' | 'loopback'
  /** Public keys, as JWK, that its card must be signed with. None: the card is pinned by its hash instead. */
  readonly keys: readonly CardKey[]
  /** Origins of webhooks that callers may register. */
  readonly webhooks: readonly string[]
  /** The account this agent calls others with, where it does: so a chain of delegations is known. */
  readonly account: string | undefined
  /** Agents one behind the other that a request may pass through. */
  readonly depthMax: number
  readonly approvalWaitMs: number
  readonly callMs: number
  readonly messageBytesMax: number
  readonly callsMax: number
}

export type CardKey = { readonly kid: string } & Readonly<Record<string, unknown>>

const text = v.pipe(v.string(), v.minLength(1))
const positive = v.pipe(v.number(), v.integer(), v.minValue(1))
const url = v.pipe(
  v.string(),
  v.url('a URL'),
  v.regex(/^https?:\/\//, 'a URL that starts with http:// or https://'),
)
const origin = v.pipe(text, v.regex(/^https?:\/\/[^/]+$/, 'an origin such as https://host'))

const agent = v.strictObject({
  name: v.pipe(text, v.regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dots and dashes')),
  url,
  binding: v.optional(v.picklist(['jsonrpc', 'http+json']), 'jsonrpc'),
  card: v.optional(url),
  headers: v.optional(
    v.record(v.pipe(text, v.regex(/^[A-Za-z0-9-]+$/, 'a header name'), v.toLowerCase()), text),
    {},
  ),
  access: v.optional(v.picklist(['keys', 'loopback']), 'keys'),
  keys: v.optional(v.array(v.looseObject({ kid: text, kty: text })), []),
  webhooks: v.optional(v.array(origin), []),
  account: v.optional(text),
  depthMax: v.optional(v.pipe(positive, v.maxValue(64)), 4),
  approvalWaitSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3_600)), 30),
  callSeconds: v.optional(v.pipe(positive, v.maxValue(86_400)), 300),
  messageMiB: v.optional(v.pipe(v.number(), v.minValue(0.001), v.maxValue(64)), 8),
  callsMax: v.optional(positive, 1_000),
})

export const a2aSchema = v.array(agent)

const WELL_KNOWN = '/.well-known/agent-card.json'

export function fillInA2a(agents: v.InferOutput<typeof a2aSchema>): readonly A2aAgentConfig[] {
  return agents.map(
    ({ url: endpoint, card, account, approvalWaitSeconds, callSeconds, messageMiB, ...rest }) => ({
      ...rest,
      url: new URL(endpoint),
      card: new URL(card ?? WELL_KNOWN, endpoint),
      account,
      approvalWaitMs: approvalWaitSeconds * 1_000,
      callMs: callSeconds * 1_000,
      messageBytesMax: Math.round(messageMiB * 1_048_576),
    }),
  )
}
