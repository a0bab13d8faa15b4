import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

type Span = {
  readonly traceId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
  readonly status: { readonly code?: number }
}

test('each exchange is a span by the conventions for generative AI, with no word of its prompt or its caller', async () => {
  const received: string[] = []
  const collector = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      received.push(`${request.url} ${request.headers['x-tenant']}`, body)
      response.end('{}')
    })
  })
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done))
  await using mock = await MockUpstream.open()
  const gate = await RunningGate.open(`
upstreams:
  - { name: m, protocol: openai, url: "${mock.url}" }
keys:
  - { key: "sk-alice", account: alice-account }
telemetry: { otlp: "http://127.0.0.1:${(collector.address() as AddressInfo).port}", headers: { x-tenant: acme } }
`)
  const ask = async (model: string, traceparent?: string): Promise<string | null> => {
    const response = await fetch(`${gate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-alice', ...(traceparent && { traceparent }) },
      body: JSON.stringify({
        model,
        max_tokens: 50,
        temperature: 0.5,
        messages: [{ role: 'user', content: 'a very private question' }],
      }),
    })
    await response.text()
    return response.headers.get('x-portcullis-decision')
  }
  const id = await ask('gpt-mock', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
  await ask('gpt-mock', '00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-00')
  await ask('rate-limited')
  // Closing sends what is left.
  await gate[Symbol.asyncDispose]()
  collector.close()

  expect(received[0]).toBe('/v1/traces acme')
  const spans = received
    .filter((_, index) => index % 2 === 1)
    .flatMap(
      (body) => (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans,
    )
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  expect(spans.map(({ name }) => name)).toEqual(['chat gpt-mock', 'chat rate-limited'])
  const [first, second] = spans
  expect(first).toMatchObject({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentSpanId: '00f067aa0ba902b7',
    status: {},
  })
  expect(
    Object.fromEntries(first?.attributes.map(({ key, value }) => [key, Object.values(value)[0]]) ?? []),
  ).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-mock',
    'gen_ai.request.max_tokens': '50',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.response.id': 'chatcmpl-1',
    'gen_ai.response.model': 'gpt-mock',
    'gen_ai.response.finish_reasons': { values: [{ stringValue: 'stop' }] },
    'gen_ai.usage.input_tokens': '9',
    'gen_ai.usage.output_tokens': '12',
    'http.response.status_code': '200',
    'server.address': '127.0.0.1',
    'server.port': new URL(mock.url).port,
    'portcullis.decision.id': id,
    'portcullis.upstream': 'm',
  })
  expect(BigInt(first?.endTimeUnixNano ?? 0) >= BigInt(first?.startTimeUnixNano ?? 1)).toBe(true)
  expect(second).toMatchObject({ status: { code: 2 } })
  expect(second?.attributes).toContainEqual({ key: 'error.type', value: { stringValue: '429' } })
  expect(received.join()).not.toMatch(/private question|alice/)
})
