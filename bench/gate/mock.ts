// An upstream on raw sockets, so that it is never the limit: one canned answer of 1 KB, or a stream at a given pace.
import { createServer, type Socket } from 'node:net'

const filler = 'A model would say something useful here. '.repeat(20)
const json = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1,
  model: 'bench',
  choices: [{ index: 0, message: { role: 'assistant', content: filler }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 200, completion_tokens: 180, total_tokens: 380 },
})
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\nx-request-id: req_bench\r\n\r\n${json}`,
)
const event = Buffer.from(
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [{ index: 0, delta: { content: ' token' }, finish_reason: null }] })}\n\n`,
)

const server = createServer((socket) => {
  let pending = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    for (;;) {
      const end = pending.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(pending.toString('latin1', 0, end))?.[1] ?? 0)
      if (pending.length < end + 4 + length) return
      const body = pending.toString('latin1', end + 4, end + 4 + length)
      pending = pending.subarray(end + 4 + length)
      const paced = /"model":"stream-(\d+)-(\d+)"/.exec(body)
      if (paced) stream(socket, Number(paced[1]), Number(paced[2]))
      else socket.write(answer)
    }
  })
})

/** `rate` events a second (0: as fast as they are taken), `count` of them, each in a chunk of its own. */
function stream(socket: Socket, rate: number, count: number): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n')
  const piece = Buffer.concat([Buffer.from(`${event.length.toString(16)}\r\n`), event, Buffer.from('\r\n')])
  const started = performance.now()
  let sent = 0
  const step = (): void => {
    if (socket.destroyed) return
    const due = rate === 0 ? sent + 500 : Math.floor(((performance.now() - started) * rate) / 1_000)
    while (sent < Math.min(due, count)) {
      sent++
      if (!socket.write(piece)) break
    }
    if (sent >= count) socket.write('e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n')
    else if (socket.writableNeedDrain) socket.once('drain', step)
    else if (rate === 0) setImmediate(step)
    else setTimeout(step, 1)
  }
  step()
}

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
