import { connect, type Socket } from 'node:net'

export type Target = { readonly port: number; readonly headers: string }

const usual = 'Explain to me, step by step, how a portcullis is raised and what keeps it up. '.repeat(11)

export type Ask = { readonly model: string; readonly stream?: boolean; readonly content?: string }

/** One request, of about 1 KB if it isn't told what to say. */
export function requestBytes({ headers }: Target, { model, stream = false, content = usual }: Ask): Buffer {
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content }], max_tokens: 200 })
  return Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** Keeps `connections` requests under way for `ms`; returns how many were answered. */
export async function closedLoop(target: Target, connections: number, ms: number): Promise<number> {
  const request = requestBytes(target, { model: 'bench' })
  const until = performance.now() + ms
  let answered = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await Client.open(target.port)
      while (performance.now() < until) {
        await client.ask(request)
        answered++
      }
      client.close()
    }),
  )
  return answered
}

/**
 * Sends at a fixed rate whatever comes back, so that a slow answer delays no other, the same or what `next` tells;
 * latencies in milliseconds.
 */
export async function openLoop(
  target: Target,
  perSecond: number,
  ms: number,
  next?: () => Buffer,
): Promise<readonly number[]> {
  const request = requestBytes(target, { model: 'bench' })
  const idle: Client[] = []
  const latencies: number[] = []
  const under: Promise<void>[] = []
  const started = performance.now()
  let sent = 0
  while (performance.now() - started < ms) {
    const due = Math.floor(((performance.now() - started) * perSecond) / 1_000)
    for (; sent < due; sent++) {
      const planned = started + (sent * 1_000) / perSecond
      under.push(
        (async () => {
          const client = idled(idle) ?? (await Client.open(target.port))
          const from = Math.max(planned, performance.now())
          await client.ask(next?.() ?? request)
          latencies.push(performance.now() - from)
          idle.push(client)
        })(),
      )
    }
    await new Promise((done) => setTimeout(done, 1))
  }
  await Promise.all(under)
  for (const client of idle) client.close()
  return latencies.sort((left, right) => left - right)
}

/** The one used last. Those that nobody needed for a while were closed by the other side. */
function idled(idle: Client[]): Client | undefined {
  let client = idle.pop()
  while (client?.isClosed) client = idle.pop()
  return client
}

/** Reads one stream to its end; bytes and milliseconds, and the milliseconds to its first byte. */
export async function readStream(
  target: Target,
  model: string,
): Promise<{ readonly bytes: number; readonly ms: number; readonly firstMs: number }> {
  const socket = await open(target.port)
  const started = performance.now()
  let bytes = 0
  let firstMs = 0
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let tail = ''
  socket.on('data', (chunk) => {
    if (bytes === 0) firstMs = performance.now() - started
    bytes += chunk.length
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 64))).slice(-64)
    if (tail.endsWith('0\r\n\r\n') && tail.includes('[DONE]')) resolve()
  })
  socket.on('close', () => (tail.includes('[DONE]') ? resolve() : reject(new Error('the stream was cut'))))
  socket.write(requestBytes(target, { model, stream: true }))
  await promise
  const ms = performance.now() - started
  socket.destroy()
  return { bytes, ms, firstMs }
}

class Client {
  readonly #socket: Socket
  #answered: (() => void) | undefined
  #failed: ((error: Error) => void) | undefined
  #pending: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('close', () => this.#failed?.(new Error('the connection was closed')))
  }

  get isClosed(): boolean {
    return this.#socket.closed || this.#socket.destroyed
  }

  static async open(port: number): Promise<Client> {
    return new Client(await open(port))
  }

  async ask(request: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#answered = resolve
    this.#failed = reject
    this.#socket.write(request)
    await promise
  }

  close(): void {
    this.#failed = undefined
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const end = this.#pending.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#pending.toString('latin1', 0, end)
    const length = /content-length: *(\d+)/i.exec(head)?.[1]
    const isWhole =
      length === undefined
        ? this.#pending.subarray(-5).equals(lastChunk)
        : this.#pending.length >= end + 4 + Number(length)
    if (!isWhole) return
    this.#pending = Buffer.alloc(0)
    if (!head.startsWith('HTTP/1.1 200')) this.#failed?.(new Error(head.split('\r\n')[0]))
    else this.#answered?.()
  }
}

const lastChunk = Buffer.from('0\r\n\r\n')

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return socket
}
