import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { Server as LegacyServer } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import * as legacy from '@modelcontextprotocol/sdk/types.js'
import {
  createMcpHandler,
  Server as ModernServer,
  ProtocolError,
  ResourceNotFoundError,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { type Context, type Json, prompts, read, resources, resourceTemplates, tools } from './fixtures.ts'
import { askingPrompt, rounds, stateCodec } from './rounds.ts'

// The server that the conformance suite is run against, bare and behind the gate: both generations of the official SDK
// at one address.

export type ReferenceServer = AsyncDisposable & { readonly url: string }

const info = { name: 'portcullis-reference', version: '1.0.0' }
const capabilities = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
}
const askingName = 'test_input_required_result_prompt'

const listedTools = (names: readonly string[]) =>
  names.map((name) => ({
    name,
    description: `For the suite: ${name}.`,
    inputSchema: { type: 'object', ...tools[name]?.inputSchema },
  }))
const listedPrompts = Object.entries(prompts).map(([name, prompt]) => ({
  name,
  description: `For the suite: ${name}.`,
  arguments: prompt.arguments.map((argument) => ({ name: argument, required: true })),
}))
const prompted = (name: string, given: Json): Json | undefined =>
  prompts[name] && {
    messages: prompts[name].messages(given).map((content) => ({ role: 'user', content })),
  }
const completed: Json = { completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false } }

export async function referenceServer(): Promise<ReferenceServer> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const modern = createMcpHandler(() => modernServer() as never, { legacy: 'reject' })
  const http = createServer((request, response) => {
    if (!isLocal(request)) response.writeHead(403).end()
    else if (String(request.headers['mcp-protocol-version'] ?? '') >= '2026')
      void answerModern(request, response)
    else void answerLegacy(request, response)
  })

  async function answerLegacy(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? transports.get(id) : undefined
    if (known !== undefined) return await known.handleRequest(request, response)
    if (id !== undefined) return void response.writeHead(404).end()
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => void transports.set(session, transport),
      onsessionclosed: (session) => void transports.delete(session),
    })
    const server = legacyServer()
    await server.connect(transport as Parameters<typeof server.connect>[0])
    await transport.handleRequest(request, response)
  }

  async function answerModern(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const body =
      request.method === 'POST' ? { body: Readable.toWeb(request) as never, duplex: 'half' as const } : {}
    const answer = await modern.fetch(
      new Request('http://localhost/mcp', {
        method: request.method ?? '',
        headers,
        signal: gone.signal,
        ...body,
      }),
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (answer.body === null) response.end()
    else
      Readable.fromWeb(answer.body as never)
        .on('error', () => response.destroy())
        .pipe(response)
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    [Symbol.asyncDispose]: async () => {
      await modern.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function isLocal({ headers }: IncomingMessage): boolean {
  const local = /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1)(?::\d+)?$/
  return local.test(headers.host ?? '') && (headers.origin === undefined || local.test(headers.origin))
}

function legacyServer(): LegacyServer {
  const server = new LegacyServer(info, { capabilities: { ...capabilities, logging: {} } })
  server.setRequestHandler(
    legacy.ListToolsRequestSchema,
    () => ({ tools: listedTools(Object.keys(tools)) }) as never,
  )
  server.setRequestHandler(legacy.CallToolRequestSchema, async ({ params }, extra) => {
    const context: Context = {
      notify: (method, inner) => extra.sendNotification({ method, params: inner } as never),
      ask: (method, inner) => extra.sendRequest({ method, params: inner } as never, legacy.ResultSchema),
      meta: params._meta ?? {},
    }
    const tool = tools[params.name]
    if (tool === undefined) throw new legacy.McpError(legacy.ErrorCode.InvalidParams, 'no such tool')
    return await tool.call(params.arguments ?? {}, context)
  })
  server.setRequestHandler(legacy.ListResourcesRequestSchema, () => ({ resources }) as never)
  server.setRequestHandler(legacy.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates }))
  server.setRequestHandler(legacy.ReadResourceRequestSchema, ({ params }) => {
    const found = read(params.uri)
    if (found === undefined) throw new legacy.McpError(-32_002, 'no such resource')
    return found as never
  })
  server.setRequestHandler(legacy.SubscribeRequestSchema, () => ({}))
  server.setRequestHandler(legacy.UnsubscribeRequestSchema, () => ({}))
  server.setRequestHandler(legacy.ListPromptsRequestSchema, () => ({ prompts: listedPrompts }))
  server.setRequestHandler(legacy.GetPromptRequestSchema, ({ params }) => {
    const found = prompted(params.name, params.arguments ?? {})
    if (found === undefined) throw new legacy.McpError(legacy.ErrorCode.InvalidParams, 'no such prompt')
    return found as never
  })
  server.setRequestHandler(legacy.CompleteRequestSchema, () => completed as never)
  server.setRequestHandler(legacy.SetLevelRequestSchema, () => ({}))
  return server
}

function modernServer(): ModernServer {
  const server = new ModernServer(info, { capabilities, requestState: { verify: stateCodec.verify } })
  const names = [...Object.keys(tools), ...Object.keys(rounds)]
  server.setRequestHandler('tools/list', () => ({ tools: listedTools(names) }) as never)
  server.setRequestHandler('tools/call', async ({ params }, extra) => {
    const round = rounds[params.name]
    if (round !== undefined) return (await round(extra as ServerContext)) as never
    const tool = tools[params.name]
    if (tool === undefined) throw new ProtocolError(-32_602, 'no such tool')
    const context: Context = {
      notify: (method, inner) => (extra as ServerContext).mcpReq.notify({ method, params: inner } as never),
      ask: () => Promise.reject(new Error('the stateless era asks with its result')),
      meta: (params._meta ?? {}) as Json,
    }
    return (await tool.call((params.arguments ?? {}) as Json, context)) as never
  })
  server.setRequestHandler('resources/list', () => ({ resources }) as never)
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }) as never)
  server.setRequestHandler('resources/read', ({ params }) => {
    const found = read(params.uri)
    if (found === undefined) throw new ResourceNotFoundError(params.uri)
    return found as never
  })
  const asking = { name: askingName, description: 'For the suite: asks.', arguments: [] }
  server.setRequestHandler('prompts/list', () => ({ prompts: [...listedPrompts, asking] }) as never)
  server.setRequestHandler('prompts/get', async ({ params }, extra) => {
    if (params.name === askingName) return (await askingPrompt(extra as ServerContext)) as never
    const found = prompted(params.name, (params.arguments ?? {}) as Json)
    if (found === undefined) throw new ProtocolError(-32_602, 'no such prompt')
    return found as never
  })
  server.setRequestHandler('completion/complete', () => completed as never)
  return server
}
