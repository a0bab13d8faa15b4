import { createServer, type IncomingHttpHeaders } from 'node:http'
import { AgentCard, type Message, Role, TaskState } from '@a2a-js/sdk'
import { LegacyJsonRpcTransportHandler } from '@a2a-js/sdk/compat/v0_3/server'
import {
  AgentEvent,
  DefaultRequestHandler,
  type ExecutionEventBus,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  type RequestContext,
  ServerCallContext,
} from '@a2a-js/sdk/server'

export type TestAgent = AsyncDisposable & {
  readonly url: string
  readonly headers: IncomingHttpHeaders[]
  /** What it serves as its card; a test may change it. */
  card: unknown
  readonly bare: AgentCard
}

/** What the agent does with the text of a message. */
export type Reply = (text: string) => string | Promise<string>

const part = (value: string) => ({
  content: { $case: 'text' as const, value },
  metadata: undefined,
  filename: '',
  mediaType: 'text/plain',
})

export function message(text: string, ids: { taskId?: string; contextId?: string } = {}): Message {
  return {
    messageId: crypto.randomUUID(),
    role: Role.ROLE_USER,
    parts: [part(text)],
    contextId: ids.contextId ?? '',
    taskId: ids.taskId ?? '',
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  }
}

/** The official server of A2A 1.0, or of 0.3: every message becomes a task with one artifact. */
export async function testAgent(reply: Reply, generation: '1.0' | '0.3' = '1.0'): Promise<TestAgent> {
  const headers: IncomingHttpHeaders[] = []
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const bare = cardOf(url)
  const executor = {
    execute: (context: RequestContext, bus: ExecutionEventBus) => run(reply, context, bus),
    cancelTask: async () => {},
  }
  const handler = new DefaultRequestHandler(bare, new InMemoryTaskStore(), executor)
  const transport =
    generation === '1.0' ? new JsonRpcTransportHandler(handler) : new LegacyJsonRpcTransportHandler(handler)
  const agent: TestAgent = {
    url,
    headers,
    card: generation === '1.0' ? AgentCard.toJSON(bare) : oldCardOf(url),
    bare,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  http.on('request', async (request, response) => {
    headers.push(request.headers)
    if (request.method === 'GET') return response.end(JSON.stringify(agent.card))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const version = request.headers['a2a-version']
    const context = new ServerCallContext(typeof version === 'string' ? { requestedVersion: version } : {})
    const answer = await transport.handle(Buffer.concat(chunks).toString(), context)
    if (!(Symbol.asyncIterator in answer)) {
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify(answer))
    }
    response.setHeader('content-type', 'text/event-stream')
    for await (const event of answer) response.write(`data: ${JSON.stringify(event)}\n\n`)
    response.end()
  })
  return agent
}

async function run(
  reply: Reply,
  { userMessage, taskId, contextId, task }: RequestContext,
  bus: ExecutionEventBus,
): Promise<void> {
  const now = () => new Date().toISOString()
  bus.publish(
    AgentEvent.task(
      task ?? {
        id: taskId,
        contextId,
        status: { state: TaskState.TASK_STATE_SUBMITTED, timestamp: now(), message: undefined },
        artifacts: [],
        history: [userMessage],
        metadata: undefined,
      },
    ),
  )
  const said = userMessage.parts
    .map(({ content }) => (content?.$case === 'text' ? content.value : ''))
    .join(' ')
  const artifact = {
    artifactId: crypto.randomUUID(),
    name: 'answer',
    description: '',
    parts: [part(await reply(said))],
    metadata: undefined,
    extensions: [],
  }
  bus.publish(
    AgentEvent.artifactUpdate({
      taskId,
      contextId,
      artifact,
      append: false,
      lastChunk: true,
      metadata: undefined,
    }),
  )
  bus.publish(
    AgentEvent.statusUpdate({
      taskId,
      contextId,
      status: { state: TaskState.TASK_STATE_COMPLETED, timestamp: now(), message: undefined },
      metadata: undefined,
    }),
  )
  bus.finished()
}

/** As agents of 0.3 write it. */
export function oldCardOf(url: string) {
  return {
    protocolVersion: '0.3.0',
    name: 'Planner',
    description: 'Plans things.',
    url,
    preferredTransport: 'JSONRPC',
    version: '1.0.0',
    capabilities: { streaming: true, pushNotifications: true },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [{ id: 'plan', name: 'Plan', description: 'Makes a plan.', tags: ['plan'] }],
  }
}

function cardOf(url: string): AgentCard {
  return {
    name: 'Planner',
    description: 'Plans things.',
    supportedInterfaces: [{ url, protocolBinding: 'JSONRPC', tenant: '', protocolVersion: '1.0' }],
    provider: { organization: 'Tests', url: 'https://tests.example' },
    version: '1.0.0',
    capabilities: { streaming: true, pushNotifications: true, extensions: [], extendedAgentCard: false },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [
      {
        id: 'plan',
        name: 'Plan',
        description: 'Makes a plan.',
        tags: ['plan'],
        examples: [],
        inputModes: [],
        outputModes: [],
        securityRequirements: [],
      },
    ],
    signatures: [],
  }
}
