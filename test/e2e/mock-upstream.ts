import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

// An upstream that behaves as the vendors' APIs were seen to behave. What it does is chosen by the model's name, so
// that a test says what it wants in the request itself.

export type Received = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export class MockUpstream implements AsyncDisposable {
  readonly received: Received[] = []
  /** Connections whose client left before the answer was complete. */
  aborted = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Answers to give before the usual one: a status, or a connection cut. */
  readonly failures: (number | 'reset')[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(): Promise<MockUpstream> {
    const server = createServer()
    const mock = new MockUpstream(server)
    server.on('request', (request, response) => void mock.#answer(request, response))
    server.on('connection', (socket) => {
      mock.#sockets.add(socket)
      socket.on('close', () => mock.#sockets.delete(socket))
      socket.on('error', () => {})
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return mock
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  get last(): Received {
    const last = this.received.at(-1)
    if (last === undefined) throw new Error('nothing was received')
    return last
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((done) => this.#server.close(done))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const { method = '', url = '', headers, rawHeaders } = request
    this.received.push({ method, path: url, headers, rawHeaders, body })
    response.on('close', () => {
      if (!response.writableFinished) this.aborted++
    })
    const failure = this.failures.shift()
    if (failure === 'reset') return void request.socket.destroy()
    if (failure !== undefined)
      return sendJson(response, failure, { error: { message: 'try later', type: 'mock' } })
    const path = url.split('?')[0]
    if (method === 'GET') return sendJson(response, 200, modelList(path ?? ''))
    const asked = JSON.parse(body) as { model: string; stream?: boolean }
    if (asked.model === 'rate-limited')
      return sendJson(response, 429, openaiError('Rate limit reached', 'rate_limit_exceeded'), {
        'retry-after': '7',
      })
    if (asked.model === 'silent') return
    if (asked.model === 'floods') return await flood(response)
    if (path === '/v1/messages') return await anthropicMessages(response, asked)
    if (path === '/v1/messages/count_tokens') return sendJson(response, 200, { input_tokens: 14 })
    if (path === '/v1/responses') return await responses(response, asked)
    if (path === '/v1/embeddings') return sendJson(response, 200, embedding)
    await chat(response, asked)
  }
}

type Asked = { readonly model: string; readonly stream?: boolean }

async function chat(response: ServerResponse, { model, stream }: Asked): Promise<void> {
  if (!stream) {
    // Unusual spacing, an unknown field and an order of its own: all of it has to come through as it is.
    const text = `{"id": "chatcmpl-1",  "object":"chat.completion","created":1,"model":"${model}","x_unknown":{"b":1,"a":2},"choices":[{"index":0,"message":{"role":"assistant","content":"Hello — “world” 🌍"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}\n`
    return sendText(response, 200, text, 'application/json')
  }
  const piece = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const events = [piece({ role: 'assistant', content: '' })]
  if (model === 'calls-a-tool') {
    events.push(
      piece({
        tool_calls: [
          { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } },
        ],
      }),
      piece({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
      piece({ tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] }),
      piece({}, 'tool_calls'),
    )
  } else for (const word of ['Hello', ' ', 'wörld', ' 🌍']) events.push(piece({ content: word }))
  const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 }
  events.push(
    ': ping\n\n',
    piece({}, 'stop'),
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, choices: [], usage })}\n\n`,
    'data: [DONE]\n\n',
  )
  await sendEvents(response, events, model)
}

/** 64 MiB of events as fast as they are taken. */
async function flood(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const event = Buffer.from(`data: ${'x'.repeat(64 * 1024)}\n\n`)
  for (let sent = 0; sent < 1_024 && !response.destroyed; sent++)
    if (!response.write(event))
      await new Promise<void>((go) => {
        const on = (): void => {
          response.off('drain', on)
          response.off('close', on)
          go()
        }
        response.once('drain', on)
        response.once('close', on)
      })
  response.end()
}

async function responses(response: ServerResponse, { model, stream }: Asked): Promise<void> {
  const usage = { input_tokens: 5, output_tokens: 6, total_tokens: 11 }
  const whole = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model,
    output: [
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
      },
    ],
    usage,
  }
  if (!stream) return sendJson(response, 200, whole)
  const event = (type: string, data: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
  const events = [
    event('response.created', {
      sequence_number: 0,
      response: { ...whole, status: 'in_progress', output: [] },
    }),
    event('response.output_text.delta', {
      sequence_number: 1,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta: 'Hello',
    }),
    event('response.completed', { sequence_number: 2, response: whole }),
  ]
  await sendEvents(response, events, model)
}

async function anthropicMessages(response: ServerResponse, { model, stream }: Asked): Promise<void> {
  const usage = {
    input_tokens: 10,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 4,
    output_tokens: 1,
  }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    stop_reason: null,
    stop_sequence: null,
  }
  if (model === 'overloaded')
    return sendJson(response, 529, {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
      request_id: 'req_mock',
    })
  // As the vendor does it: signed, and never twice the same.
  const signature = `sig+${Math.random().toString(36).repeat(8)}==`
  const thinking = model === 'thinks' ? [{ type: 'thinking', thinking: 'Hm.', signature }] : []
  if (!stream)
    return sendJson(response, 200, {
      ...message,
      content: [...thinking, { type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { ...usage, output_tokens: 7 },
    })
  const event = (type: string, data: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
  const delta = (text: string): string =>
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
  await sendEvents(
    response,
    [
      event('message_start', { message: { ...message, content: [], usage } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('ping', {}),
      ...thinking.map(() =>
        event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature } }),
      ),
      delta('Hello'),
      delta(' 🌍'),
      event('content_block_stop', { index: 0 }),
      event('message_delta', {
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 15 },
      }),
      event('message_stop', {}),
    ],
    model,
  )
}

async function sendEvents(response: ServerResponse, events: readonly string[], model: string): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Request-Id': 'req_mock' })
  if (model === 'dribbles') {
    // One byte at a time: no framing may depend on how the bytes are cut.
    for (const byte of Buffer.from(events.join(''))) {
      response.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    response.end()
    return
  }
  for (const [index, event] of events.entries()) {
    if (model === 'dies' && index === 3) return void response.destroy()
    if (model === 'hangs' && index === 3) return
    response.write(event)
    await sleep(2)
  }
  response.end()
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  sendText(response, status, JSON.stringify(value), 'application/json', headers)
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  type: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Request-Id': 'req_mock',
    'Anthropic-Organization-Id': 'org_mock',
    ...headers,
  })
  response.end(text)
}

function openaiError(message: string, code: string): object {
  return { error: { message, type: 'requests', param: null, code } }
}

const embedding = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }],
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 4, total_tokens: 4 },
}

function modelList(path: string): object {
  const model = {
    id: 'gpt-mock',
    object: 'model',
    type: 'model',
    created: 1,
    owned_by: 'mock',
    display_name: 'Mock',
  }
  return path === '/v1/models' ? { object: 'list', data: [model], has_more: false } : model
}
