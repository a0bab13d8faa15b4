import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { Server as LegacyServer } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, Server as ModernServer } from '@modelcontextprotocol/server'

type Json = Record<string, unknown>

/** A tool of a test's server; both generations of the protocol serve the same. */
export type TestTool = {
  readonly name: string
  readonly description?: string
  readonly inputSchema?: Json
  readonly annotations?: Json
  /** `legacy` is the connection, to ask the client something in the middle of the call. */
  readonly call: (
    arguments_: Json,
    legacy: LegacyServer | undefined,
    params: Json,
    /** What the client answered to the questions of the round before; of the stateless era. */
    answers?: Json,
  ) => Json | Promise<Json>
}

export const text = (said: string): Json => ({ content: [{ type: 'text', text: said }] })

export type TestServer = AsyncDisposable & {
  readonly url: string
  /** What the server was sent, to see what the gate lets through. */
  readonly headers: IncomingHttpHeaders[]
  tools: readonly TestTool[]
}

const info = { name: 'test-server', version: '1.0.0' }

function listed(tools: readonly TestTool[]): Json {
  return {
    tools: tools.map(({ call: _, ...tool }) => ({
      ...tool,
      inputSchema: { type: 'object', ...tool.inputSchema },
    })),
  }
}

async function called(
  tools: readonly TestTool[],
  params: { name: string; arguments?: Json | undefined },
  legacy?: LegacyServer,
  answers?: Json,
) {
  const tool = tools.find(({ name }) => name === params.name)
  if (tool === undefined) throw new Error(`there is no tool ${params.name}`)
  return await tool.call(params.arguments ?? {}, legacy, params, answers)
}

/** The official server of 2025-11-25: a handshake, sessions, a stream of its own. */
export async function legacyServer(tools: readonly TestTool[]): Promise<TestServer> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  return await listening(tools, async (served, request, response) => {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? transports.get(id) : undefined
    if (known !== undefined) return await known.handleRequest(request, response)
    if (id !== undefined) return void response.writeHead(404).end()
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => void transports.set(session, transport),
    })
    const server = new LegacyServer(info, {
      capabilities: { tools: {}, logging: {} },
      instructions: 'Be kind.',
    })
    server.setRequestHandler(ListToolsRequestSchema, () => listed(served.tools))
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => called(served.tools, params, server))
    await server.connect(transport as Parameters<typeof server.connect>[0])
    await transport.handleRequest(request, response)
  })
}

/** The official server of 2026-07-28: every request stands alone. */
export async function modernServer(tools: readonly TestTool[]): Promise<TestServer> {
  let current: readonly TestTool[] = tools
  const handler = createMcpHandler(
    () => {
      const server = new ModernServer(info, { capabilities: { tools: {} } })
      server.setRequestHandler('tools/list', () => listed(current) as never)
      server.setRequestHandler(
        'tools/call',
        ({ params }, { mcpReq }) =>
          called(current, params, undefined, mcpReq.inputResponses as Json | undefined) as never,
      )
      return server as never
    },
    { legacy: 'reject' },
  )
  return await listening(tools, async (served, request, response) => {
    current = served.tools
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const answer = await handler.fetch(
      new Request(`http://localhost${request.url}`, {
        method: request.method ?? 'GET',
        headers,
        signal: gone.signal,
        ...(request.method === 'POST' ? { body: Readable.toWeb(request) as never, duplex: 'half' } : {}),
      }),
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (answer.body !== null) Readable.fromWeb(answer.body as never).pipe(response)
    else response.end()
  })
}

async function listening(
  tools: readonly TestTool[],
  serve: (served: TestServer, request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<TestServer> {
  const headers: IncomingHttpHeaders[] = []
  const http = createServer((request, response) => {
    headers.push(request.headers)
    serve(served, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const served: TestServer = {
    url: `http://127.0.0.1:${port}/mcp`,
    headers,
    tools,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return served
}
