import * as v from 'valibot'

// The `mcp` section: the MCP servers behind the gate, each reached at /mcp/NAME.

export type McpServerConfig = {
  readonly name: string
  readonly reach: McpReach
  /**
   * Who may call without a key: nobody (`keys`), or whoever is on this machine (`loopback`), as the agent `anonymous`.
   */
  readonly access: 'keys' | 'loopback'
  /** Web origins whose pages may call. Pages of this machine may, where `access` is `loopback`. */
  readonly origins: readonly string[]
  /** Whether a tool that was never seen is taken as it comes, or waits until a person approves it. */
  readonly newTools: 'first-use' | 'approve'
  /** Which era of the protocol the server speaks; `auto`: found out when a client speaks the other. */
  readonly era: 'auto' | 'handshake' | 'stateless'
  /** How long a call that needs a person waits for one before it is answered with the ticket. */
  readonly approvalWaitMs: number
  readonly callMs: number
  readonly messageBytesMax: number
  readonly pendingMax: number
  readonly sessionsMax: number
  readonly sessionIdleMs: number
}

export type McpReach =
  | {
      readonly kind: 'stdio'
      readonly command: readonly [program: string, ...arguments_: string[]]
      readonly cwd: string | undefined
      readonly env: Readonly<Record<string, string>>
    }
  /** `headers` are the gate's own credentials for this server; nothing of the caller's is ever sent on. */
  | { readonly kind: 'http'; readonly url: URL; readonly headers: Readonly<Record<string, string>> }

const text = v.pipe(v.string(), v.minLength(1))
const positive = v.pipe(v.number(), v.integer(), v.minValue(1))
const name = v.pipe(text, v.regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dots and dashes'))
const headerName = v.pipe(text, v.regex(/^[A-Za-z0-9-]+$/, 'a header name'), v.toLowerCase())

const common = {
  name,
  access: v.optional(v.picklist(['keys', 'loopback']), 'keys'),
  origins: v.optional(
    v.array(v.pipe(text, v.regex(/^https?:\/\/[^/]+$/, 'an origin such as https://host'))),
    [],
  ),
  era: v.optional(v.picklist(['auto', 'handshake', 'stateless']), 'auto'),
  newTools: v.optional(v.picklist(['first-use', 'approve']), 'first-use'),
  approvalWaitSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3_600)), 30),
  callSeconds: v.optional(v.pipe(positive, v.maxValue(86_400)), 300),
  messageMiB: v.optional(v.pipe(v.number(), v.minValue(0.001), v.maxValue(64)), 8),
  pendingMax: v.optional(positive, 256),
  sessionsMax: v.optional(positive, 1_000),
  sessionIdleMinutes: v.optional(positive, 60),
}

const stdioServer = v.strictObject({
  ...common,
  command: v.pipe(v.array(text), v.minLength(1)),
  cwd: v.optional(text),
  env: v.optional(
    v.record(v.pipe(text, v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name')), v.string()),
    {},
  ),
})

const httpServer = v.strictObject({
  ...common,
  url: v.pipe(
    v.string(),
    v.url('a URL'),
    v.regex(/^https?:\/\//, 'a URL that starts with http:// or https://'),
  ),
  headers: v.optional(v.record(headerName, text), {}),
})

export const mcpSchema = v.array(v.union([stdioServer, httpServer]))

export function fillInMcp(servers: v.InferOutput<typeof mcpSchema>): readonly McpServerConfig[] {
  return servers.map((server) => ({
    name: server.name,
    reach: reachOf(server),
    access: server.access,
    origins: server.origins,
    newTools: server.newTools,
    era: server.era,
    approvalWaitMs: server.approvalWaitSeconds * 1_000,
    callMs: server.callSeconds * 1_000,
    messageBytesMax: Math.round(server.messageMiB * 1_048_576),
    pendingMax: server.pendingMax,
    sessionsMax: server.sessionsMax,
    sessionIdleMs: server.sessionIdleMinutes * 60_000,
  }))
}

function reachOf(server: v.InferOutput<typeof mcpSchema>[number]): McpReach {
  if ('url' in server) return { kind: 'http', url: new URL(server.url), headers: server.headers }
  const [program = '', ...rest] = server.command
  return { kind: 'stdio', command: [program, ...rest], cwd: server.cwd, env: server.env }
}

/** A server that no file describes: `portcullis mcp -- COMMAND`. */
export function adHocServer(serverName: string, command: readonly [string, ...string[]]): McpServerConfig {
  const [server] = fillInMcp(v.parse(mcpSchema, [{ name: serverName, command: [...command] }]))
  if (server === undefined) throw new Error('one server in, one server out')
  return server
}
