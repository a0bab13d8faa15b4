// The Vercel AI SDK through the gate: streaming, tools, images, errors, aborts, retries, in both protocols.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, type LanguageModel, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

let mock: MockUpstream
let gate: RunningGate
beforeAll(async () => {
  mock = await MockUpstream.open()
  gate = await RunningGate.open(`
upstreams:
  - { name: o, protocol: openai, url: "${mock.url}", key: env:UPSTREAM_KEY }
  - { name: a, protocol: anthropic, url: "${mock.url}", key: env:UPSTREAM_KEY }
keys:
  - { key: "sk-ai-sdk", account: ai }
`)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await mock[Symbol.asyncDispose]()
})

/** Each way the SDK speaks to a vendor. */
function models(
  id: string,
  apiKey = 'sk-ai-sdk',
): readonly (readonly [name: string, model: LanguageModel])[] {
  const openai = createOpenAI({ apiKey, baseURL: `${gate.url}/v1` })
  const anthropic = createAnthropic({ apiKey, baseURL: `${gate.url}/v1` })
  return [
    ['chat', openai.chat(id)],
    ['responses', openai.responses(id)],
    ['messages', anthropic(id)],
  ]
}

const prompt = 'Say hello.'

test('text comes whole and streamed, with its usage', async () => {
  for (const [name, model] of models('gpt-mock')) {
    const whole = await generateText({ model, prompt, maxRetries: 0 })
    expect([name, whole.text.startsWith('Hello')]).toEqual([name, true])
    expect(whole.usage.outputTokens, name).toBeGreaterThan(0)
    const streamed = streamText({ model, prompt, maxRetries: 0 })
    let text = ''
    for await (const piece of streamed.textStream) text += piece
    expect([name, text.startsWith('Hello')]).toEqual([name, true])
    expect(mock.last.headers['x-api-key'] ?? mock.last.headers.authorization).toMatch(/sk-upstream$/)
  }
})

test('a tool is called in a stream with the arguments the model gave', async () => {
  const [[, model] = []] = models('calls-a-tool')
  if (model === undefined) throw new Error('no model')
  const called: unknown[] = []
  const weather = tool({
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: async (input) => {
      called.push(input)
      return 'rain'
    },
  })
  const streamed = streamText({ model, prompt, tools: { weather }, stopWhen: stepCountIs(1), maxRetries: 0 })
  await streamed.consumeStream()
  expect(called).toEqual([{ city: 'Oslo' }])
})

test('an image goes through as the SDK wrote it', async () => {
  const image = Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64')
  for (const [name, model] of models('gpt-mock')) {
    await generateText({
      model,
      maxRetries: 0,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: prompt },
            { type: 'image', image, mediaType: 'image/png' },
          ],
        },
      ],
    })
    expect([name, mock.last.body.includes(image.toString('base64'))]).toEqual([name, true])
  }
})

test('a refusal of the gate is an error the SDK understands and does not repeat', async () => {
  for (const [name, model] of models('gpt-mock', 'sk-unknown')) {
    const before = mock.received.length
    await expect(generateText({ model, prompt, maxRetries: 2 }), name).rejects.toMatchObject({
      statusCode: 401,
      message: expect.stringMatching(/not valid/),
      isRetryable: false,
    })
    expect(mock.received.length).toBe(before)
  }
})

test('an upstream that is busy is asked again by the SDK', async () => {
  const [[, model] = []] = models('gpt-mock')
  if (model === undefined) throw new Error('no model')
  mock.failures.push(429)
  const { text } = await generateText({ model, prompt, maxRetries: 2 })
  expect(text).toMatch(/^Hello/)
})

test('an abort is carried to the upstream', async () => {
  for (const [name, model] of models('silent')) {
    const before = mock.aborted
    const arrived = mock.received.length
    const abort = new AbortController()
    const asked = generateText({ model, prompt, maxRetries: 0, abortSignal: abort.signal })
    asked.catch(() => {})
    await expect.poll(() => mock.received.length).toBeGreaterThan(arrived)
    abort.abort()
    await expect(asked, name).rejects.toThrow()
    await expect.poll(() => mock.aborted).toBeGreaterThan(before)
  }
})
