// An upstream for replays: it asks no model, and answers each request as long and with the status the log says.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Address } from '../../config/config.ts'
import { notListenable } from '../../doors/front.ts'
import { GateError } from '../../kernel/gate-error.ts'
import { answerHeaders } from './exchange-request.ts'

const CHARACTERS_MAX = 2_048
const CHARACTERS_A_TOKEN = 4
const filler = 'This answer stands in for the one the log does not hold. '.repeat(40)

export class StandIn implements AsyncDisposable {
  readonly #server: Server
  answered = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static async open({ host, port }: Address): Promise<StandIn> {
    const server = createServer()
    const standIn = new StandIn(server)
    server.on('request', (request, response) => standIn.#answer(request, response))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', (cause) =>
      reject(new GateError('listen-failed', notListenable(`${host}:${port}`, cause), { cause })),
    )
    server.listen(port, host, () => resolve())
    await promise
    return standIn
  }

  get url(): string {
    const bound = this.#server.address()
    return bound !== null && typeof bound === 'object' ? `http://127.0.0.1:${bound.port}/v1` : ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.answered++
    request.resume()
    const number = (name: string): number => Math.max(0, Number(request.headers[name] ?? 0) || 0)
    const status = number(answerHeaders.status) || 200
    const output = number(answerHeaders.output)
    const text = filler.slice(0, Math.min(CHARACTERS_MAX, Math.max(1, output * CHARACTERS_A_TOKEN)))
    const isAnthropic = request.url?.startsWith('/v1/messages') === true
    const answer = isAnthropic ? message : completion
    const body = JSON.stringify(
      status < 400 ? answer(text, number(answerHeaders.input), output) : { error: { message: 'as logged' } },
    )
    response.writeHead(status < 200 ? 200 : status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  }
}

function completion(content: string, input: number, output: number): object {
  return {
    id: 'stand-in',
    object: 'chat.completion',
    created: 0,
    model: 'stand-in',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  }
}

function message(text: string, input: number, output: number): object {
  return {
    id: 'msg_stand_in',
    type: 'message',
    role: 'assistant',
    model: 'stand-in',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: input, output_tokens: output },
  }
}
