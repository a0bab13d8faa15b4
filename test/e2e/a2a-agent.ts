import { createServer, type IncomingHttpHeaders } from 'node:http'
import { AgentCard, type Message, Role, TaskState } from '@a2a-js/sdk'
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

/** The official server of A2A 1.0: every message becomes a task with one artifact. */
export async function testAgent(reply: Reply): Promise<TestAgent> {
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
  const transport = new JsonRpcTransportHandler(
    new DefaultRequestHandler(bare, new InMemoryTaskStore(), executor),
  )
  const agent: TestAgent = {
    url,
    headers,
    card: AgentCard.toJSON(bare),
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
