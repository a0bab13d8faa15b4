import { once } from 'node:events'
import { connect } from 'node:net'
import OpenAI, { toFile } from 'openai'
import { expect, test } from 'vitest'
import { holding } from './held.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

// Whatever a door does not read for certain goes to no upstream: the upstream's key would go with it, past every rule.

const held = holding()

async function gateAndVendor() {
  const vendor = held(await MockUpstream.open())
  const gate = held(
    await RunningGate.open(`upstreams: [{ name: u, protocol: openai, url: "${vendor.url}", key: upstream }]
watch: { enabled: false }
keys: [{ key: sk-one, account: one }]
`),
  )
  return { vendor, gate }
}

test('what the official client can ask and no rule reads is refused by name, and reaches no upstream', async () => {
  const { vendor, gate } = await gateAndVendor()
  const client = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: 'sk-one', maxRetries: 0 })
  const file = await toFile(Buffer.from('{"custom_id":"1"}\n'), 'batch.jsonl')
  const asked: readonly (readonly [path: string, ask: () => Promise<unknown>])[] = [
    ['/v1/completions', () => client.completions.create({ model: 'm', prompt: 'hello' })],
    ['/v1/files', () => client.files.create({ file, purpose: 'batch' })],
    ['/v1/files', () => client.files.list()],
    [
      '/v1/batches',
      () =>
        client.batches.create({
          input_file_id: 'f',
          endpoint: '/v1/chat/completions',
          completion_window: '24h',
        }),
    ],
    ['/v1/batches/b', () => client.batches.retrieve('b')],
    [
      '/v1/uploads',
      () => client.uploads.create({ bytes: 1, filename: 'a', mime_type: 'b', purpose: 'batch' }),
    ],
    ['/v1/conversations', () => client.conversations.create({})],
    ['/v1/moderations', () => client.moderations.create({ input: 'a' })],
    ['/v1/images/generations', () => client.images.generate({ prompt: 'a' })],
    ['/v1/audio/speech', () => client.audio.speech.create({ input: 'a', model: 'm', voice: 'alloy' })],
    ['/v1/fine_tuning/jobs', () => client.fineTuning.jobs.create({ model: 'm', training_file: 'f' })],
    ['/v1/chat/completions', () => client.chat.completions.list()],
    ['/v1/responses/input_tokens', () => client.responses.inputTokens.count({ model: 'm', input: 'a' })],
    ['/v1/responses/compact', () => client.responses.compact({ model: 'm', input: 'a' })],
  ]
  for (const [path, ask] of asked) {
    const error = await ask().catch((failed: unknown) => failed)
    expect([path, error]).toEqual([path, expect.any(OpenAI.NotFoundError)])
    expect(String(error)).toContain(path)
  }
  expect(vendor.received).toEqual([])
})

/** Sends a request as it is, and returns the answer's first line and its body. */
async function raw(gate: RunningGate, line: string, headers = ''): Promise<string> {
  const socket = connect(gate.gateway.front.address.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  const body = '{"model":"m","messages":[{"role":"user","content":"hi"}]}'
  const length = line.startsWith('POST') ? `content-length: ${body.length}\r\n` : ''
  const all = `host: x\r\nauthorization: Bearer sk-one\r\n${length}${headers}\r\n`
  socket.write(
    `${line} HTTP/1.1\r\n${headers === '' ? 'connection: close\r\n' : ''}${all}${length === '' ? '' : body}`,
  )
  setTimeout(() => socket.end(), 2_000).unref()
  await once(socket, 'close')
  return text
}

test('a change to WebSocket is not made, and said', async () => {
  const { vendor, gate } = await gateAndVendor()
  const upgrade =
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  for (const path of ['/v1/realtime?model=m', '/v1/responses', '/v1/realtime/calls']) {
    const text = await raw(gate, `GET ${path}`, upgrade)
    expect(text).toMatch(/^HTTP\/1\.1 (?:404|426) /)
    expect(text).toContain(path.replace(/\?.*/, ''))
    expect(text).toContain('WebSocket')
  }
  expect(vendor.received).toEqual([])
})

test('another writing of a path is another path', async () => {
  const { vendor, gate } = await gateAndVendor()
  for (const path of [
    '//v1/chat/completions',
    '/v1//chat/completions',
    '/v1/chat/completions/',
    '/v1/chat%2fcompletions',
    '/v1/chat/completions;x',
    '/V1/chat/completions',
    '/v1/./chat/completions',
    '/v1/files/../chat/completions',
    '/v1/chat/completions/../../files',
    '/v1/models/../files',
    '/v1/models/%2e%2e/files',
    '/v1/responses/../files',
    '/v1/responses/resp_1/../../files',
    'http://evil.example/v1/chat/completions',
    '*',
  ])
    for (const verb of ['POST', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
      expect([path, verb, await raw(gate, `${verb} ${path}`)]).toEqual([
        path,
        verb,
        expect.stringMatching(/^HTTP\/1\.1 4\d\d /),
      ])
  expect(vendor.received).toEqual([])
})
