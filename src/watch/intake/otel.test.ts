import { expect, test } from 'vitest'
import { readText, TS } from './read-text.fixture.ts'

const attribute = (key: string, value: unknown) => ({
  key,
  value:
    typeof value === 'number'
      ? Number.isInteger(value)
        ? { intValue: String(value) }
        : { doubleValue: value }
      : typeof value === 'string'
        ? { stringValue: value }
        : value,
})
const attributes = (fields: Record<string, unknown>) =>
  Object.entries(fields).map(([key, value]) => attribute(key, value))

const called = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'gpt-x',
  'gen_ai.request.max_tokens': 200,
  'gen_ai.request.temperature': 0.5,
  'gen_ai.usage.input_tokens': 52,
  'gen_ai.usage.output_tokens': 47,
  'enduser.id': 'u-1',
  'client.address': '192.0.2.9',
  'user_agent.original': 'curl/8',
}

function otlp(spans: readonly object[]) {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'shop' }) },
        scopeSpans: [{ scope: {}, spans }],
      },
    ],
  }
}

function span(fields: Record<string, unknown>, more: object = {}) {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    name: 'chat gpt-x',
    startTimeUnixNano: `${TS}789012`,
    attributes: attributes(fields),
    status: {},
    ...more,
  }
}

const parts = (text: string) => [{ type: 'text', content: text }]
const conversation = [
  { role: 'system', parts: parts('be kind') },
  { role: 'user', parts: parts('tell me') },
]

const spanExchange = {
  ...{ ts: TS, id: '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7', account: 'u-1', key: 'u-1' },
  ...{ ip: '192.0.2.9', ua: 'curl/8', model: 'gpt-x', status: 200, system: 'be kind', prompt: 'tell me' },
  ...{ inputTokens: 52, outputTokens: 47, maxTokens: 200, temperature: 0.5 },
}

const asText = { 'gen_ai.input.messages': JSON.stringify(conversation) }
const asStructure = {
  'gen_ai.input.messages': {
    arrayValue: {
      values: conversation.map(({ role, parts: [part] }) => ({
        kvlistValue: {
          values: [
            attribute('role', role),
            attribute('parts', {
              arrayValue: { values: [{ kvlistValue: { values: attributes({ ...part }) } }] },
            }),
          ],
        },
      })),
    },
  },
}
const asInstructions = {
  'gen_ai.system_instructions': JSON.stringify(parts('be kind')),
  'gen_ai.input.messages': JSON.stringify(conversation.slice(1)),
}
const asIndexed = {
  'gen_ai.prompt.0.role': 'system',
  'gen_ai.prompt.0.content': 'be kind',
  'gen_ai.prompt.1.role': 'user',
  'gen_ai.prompt.1.content': 'tell me',
}
const messageEvents = {
  events: [
    { name: 'gen_ai.system.message', attributes: attributes({ content: 'be kind' }) },
    { name: 'gen_ai.user.message', attributes: attributes({ content: 'tell me' }) },
  ],
}
const promptEvent = {
  events: [
    {
      name: 'gen_ai.content.prompt',
      attributes: attributes({
        'gen_ai.prompt': JSON.stringify([
          { role: 'system', content: 'be kind' },
          { role: 'user', content: 'tell me' },
        ]),
      }),
    },
  ],
}

test.each([
  ['JSON text', span({ ...called, ...asText })],
  ['structured values', span({ ...called, ...asStructure })],
  ['separate instructions', span({ ...called, ...asInstructions })],
  ['indexed attributes', span({ ...called, ...asIndexed })],
  ['message events', span(called, messageEvents)],
  ['a prompt event', span(called, promptEvent)],
])('an OpenTelemetry span with its messages as %s is one exchange', async (_, call) => {
  const expected = { format: 'otel', exchanges: [spanExchange], rejections: [] }
  expect(await readText(JSON.stringify(otlp([call])))).toEqual(expected)
  expect(await readText(JSON.stringify(otlp([call]), null, 2))).toEqual(expected)
})

test('spans that call no model are passed over and counted, and a failed call keeps its status', async () => {
  const tool = span({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.request.model': 'gpt-x' })
  const other = span({ 'http.request.method': 'GET' })
  const failed = span({ ...called, 'error.type': '429' }, { status: { code: 2 } })
  const { exchanges, rejections } = await readText(JSON.stringify(otlp([tool, other, failed])))
  expect(rejections).toEqual(['1 record-irrelevant', '1 record-irrelevant'])
  expect(exchanges.map(({ status }) => status)).toEqual([429])
})

test('the inference details event of OTLP logs is an exchange too', async () => {
  const log = {
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: `${TS}000000`,
                eventName: 'gen_ai.client.inference.operation.details',
                traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
                spanId: '00f067aa0ba902b7',
                attributes: attributes({ ...called, ...asText }),
              },
            ],
          },
        ],
      },
    ],
  }
  expect((await readText(JSON.stringify(log))).exchanges).toEqual([spanExchange])
})

test('an OTLP document of any size is read piece by piece', async () => {
  const group = otlp([span({ ...called, ...asText })]).resourceSpans[0]
  const text = JSON.stringify({ resourceSpans: Array.from({ length: 6000 }, () => group) }, null, 1)
  const { exchanges, rejections } = await readText(text)
  expect([exchanges.length, rejections]).toEqual([6000, []])
})
