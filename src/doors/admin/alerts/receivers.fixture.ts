import { createSocket } from 'node:dgram'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTcp, type Server, type Socket } from 'node:net'

export type Posted = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }

/** An HTTP receiver. `answer` says with what it answers the nth request. */
export async function httpReceiver(
  answer: (posted: Posted, number: number) => { readonly status: number; readonly body: string },
): Promise<{ readonly url: string; readonly posted: Posted[] } & AsyncDisposable> {
  const posted: Posted[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      }
      posted.push(one)
      const { status, body } = answer(one, posted.length)
      response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {})
      response.end(body)
    })
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}`, posted, [Symbol.asyncDispose]: () => close(server) }
}

/** Just enough of RFC 5321 to take mail in. */
export async function smtpReceiver(): Promise<
  { readonly port: number; readonly mails: string[] } & AsyncDisposable
> {
  const mails: string[] = []
  const server = createTcp((socket) => talk(socket, mails))
  const port = await listen(server)
  return { port, mails, [Symbol.asyncDispose]: () => close(server) }
}

function talk(socket: Socket, mails: string[]): void {
  let text = ''
  let isData = false
  socket.write('220 here\r\n')
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    for (
      let end = text.indexOf(isData ? '\r\n.\r\n' : '\r\n');
      end >= 0;
      end = text.indexOf(isData ? '\r\n.\r\n' : '\r\n')
    ) {
      const part = text.slice(0, end)
      text = text.slice(end + (isData ? 5 : 2))
      if (isData) {
        mails.push(part)
        isData = false
        socket.write('250 taken\r\n')
      } else if (/^DATA/i.test(part)) {
        isData = true
        socket.write('354 go on\r\n')
      } else if (/^QUIT/i.test(part)) socket.end('221 bye\r\n')
      else socket.write(/^EHLO/i.test(part) ? '250-here\r\n250 8BITMIME\r\n' : '250 ok\r\n')
    }
  })
}

export async function tcpReceiver(): Promise<
  { readonly port: number; readonly texts: string[] } & AsyncDisposable
> {
  const texts: string[] = []
  const server = createTcp((socket) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('end', () => texts.push(text))
  })
  const port = await listen(server)
  return { port, texts, [Symbol.asyncDispose]: () => close(server) }
}

export async function udpReceiver(): Promise<
  { readonly port: number; readonly texts: string[] } & AsyncDisposable
> {
  const texts: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message) => texts.push(message.toString()))
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.bind(0, '127.0.0.1', resolve)
  await promise
  return {
    port: socket.address().port,
    texts,
    [Symbol.asyncDispose]: async () => {
      socket.close()
    },
  }
}

async function listen(server: Server | ReturnType<typeof createServer>): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function close(server: Server | ReturnType<typeof createServer>): Promise<void> {
  if ('closeAllConnections' in server) server.closeAllConnections()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  await promise
}
