import { expect, test } from 'vitest'
import { readText, TS } from './read-text.fixture.ts'

const spendLog = {
  request_id: 'chatcmpl-1',
  call_type: 'acompletion',
  api_key: '88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b',
  spend: 0.01,
  total_tokens: 30,
  prompt_tokens: 10,
  completion_tokens: 20,
  startTime: '2026-05-04T10:20:30.456000Z',
  endTime: '2026-05-04T10:20:31.000000Z',
  model: 'openai/gpt-x',
  model_group: 'gpt-x',
  user: 'user-7',
  end_user: 'whoever',
  team_id: 'team-3',
  requester_ip_address: '192.0.2.7',
  request_tags: ['User-Agent: openai-python', 'User-Agent: openai-python/2.8.1'],
  metadata: JSON.stringify({ status: 'success', user_api_key_org_id: 'org-9' }),
  messages: {},
  proxy_server_request: {
    messages: [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'how?' },
    ],
    max_tokens: 99,
    temperature: 0.2,
  },
  status: 'success',
}

const spendExchange = {
  ...{ ts: TS, id: 'chatcmpl-1', account: 'user-7', key: spendLog.api_key, org: 'org-9', ip: '192.0.2.7' },
  ...{ ua: 'openai-python', model: 'gpt-x', status: 200, system: 'be brief', prompt: 'how?' },
  ...{ inputTokens: 10, outputTokens: 20, maxTokens: 99, temperature: 0.2 },
}

test('LiteLLM spend logs are read as lines, as an array and as a page', async () => {
  const expected = { format: 'litellm', exchanges: [spendExchange], rejections: [] }
  expect(await readText(`${JSON.stringify(spendLog)}\n`)).toEqual(expected)
  expect(await readText(JSON.stringify([spendLog], null, 2))).toEqual(expected)
  expect(await readText(JSON.stringify({ data: [spendLog], total: 1 }, null, 2))).toEqual(expected)
})

test('a LiteLLM row without prompts or user still tells who, when and how it ended', async () => {
  const { proxy_server_request: _, user: __, ...rest } = spendLog
  const row = {
    ...rest,
    end_user: null,
    messages: '{}',
    status: 'failure',
    metadata: { error_information: { error_code: '429' } },
  }
  const { exchanges } = await readText(JSON.stringify(row))
  expect(exchanges[0]).toMatchObject({ account: spendLog.api_key, status: 429 })
  expect(exchanges[0]?.prompt).toBeUndefined()
})

const generation = {
  ...{
    id: 'o-1',
    trace_id: 't-1',
    type: 'GENERATION',
    start_time: '2026-05-04 10:20:30.456000',
    level: 'DEFAULT',
  },
  ...{
    user_id: 'u-5',
    provided_model_name: 'claude-x',
    model_parameters: '{"temperature":0.7,"max_tokens":50}',
  },
  usage_details: { input: 5, output: 6, total: 11 },
  input: JSON.stringify([
    { role: 'system', content: 'be wise' },
    { role: 'user', content: 'why?' },
  ]),
}
const generationExchange = {
  ...{ ts: TS, id: 'o-1', account: 'u-5', key: 'u-5', model: 'claude-x', status: 200 },
  ...{ system: 'be wise', prompt: 'why?', inputTokens: 5, outputTokens: 6, maxTokens: 50, temperature: 0.7 },
}

test('Langfuse exports are read as rows, as an API page and as one trace', async () => {
  const expected = { format: 'langfuse', exchanges: [generationExchange], rejections: [] }
  expect(await readText(JSON.stringify(generation))).toEqual(expected)
  const camel = {
    ...{
      id: 'o-1',
      traceId: 't-1',
      type: 'GENERATION',
      startTime: '2026-05-04T10:20:30.456Z',
      model: 'claude-x',
    },
    ...{ modelParameters: { temperature: 0.7, max_tokens: 50 }, usageDetails: { input: 5, output: 6 } },
    input: { messages: JSON.parse(generation.input) },
  }
  expect(await readText(JSON.stringify({ data: [{ ...camel, userId: 'u-5' }], meta: {} }, null, 2))).toEqual(
    expected,
  )
  const trace = { id: 't-1', userId: 'u-5', timestamp: 'x', observations: [camel] }
  expect(await readText(JSON.stringify(trace, null, 2))).toEqual(expected)
})

test('Langfuse spans are passed over, and a prompt that is itself JSON stays a prompt', async () => {
  const { exchanges, rejections } = await readText(
    `${JSON.stringify({ ...generation, type: 'SPAN' })}\n${JSON.stringify({ ...generation, input: '{"a":1}' })}\n`,
  )
  expect(rejections).toEqual(['1 record-irrelevant'])
  expect(exchanges.map(({ prompt }) => prompt)).toEqual(['{"a":1}'])
})

test('OpenAI batch output is joined with its input', async () => {
  const answer = {
    ...{ id: 'batch_req_1', custom_id: 'r-1', error: null },
    response: {
      status_code: 200,
      request_id: 'req_1',
      body: { created: TS / 1000, model: 'gpt-x-2026', usage: { prompt_tokens: 3, completion_tokens: 4 } },
    },
  }
  const requests = new Map([
    ['r-1', { model: 'gpt-x', max_tokens: 9, messages: [{ role: 'user', content: 'translate' }] }],
  ])
  const set = new Map([['account', 'a_1']])
  const { format, exchanges } = await readText(JSON.stringify(answer), { requests, set })
  expect(format).toBe('openai-batch')
  expect(exchanges).toEqual([
    {
      ...{ ts: Math.round(TS), id: 'batch_req_1', account: 'a_1', key: 'a_1', model: 'gpt-x', status: 200 },
      ...{ prompt: 'translate', inputTokens: 3, outputTokens: 4, maxTokens: 9 },
    },
  ])
})

test('Anthropic batch results are joined with their requests; expired ones were never asked', async () => {
  const lines = [
    {
      custom_id: 'r-1',
      result: {
        type: 'succeeded',
        message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 3, output_tokens: 4 } },
      },
    },
    { custom_id: 'r-2', result: { type: 'expired' } },
  ]
  const requests = new Map([
    [
      'r-1',
      { model: 'claude-x', max_tokens: 9, system: 'be', messages: [{ role: 'user', content: 'grade' }] },
    ],
  ])
  const set = new Map([
    ['account', 'a_1'],
    ['ts', '2026-05-04T10:20:30.456Z'],
  ])
  const { format, exchanges, rejections } = await readText(
    lines.map((line) => JSON.stringify(line)).join('\n'),
    {
      requests,
      set,
    },
  )
  expect(format).toBe('anthropic-batch')
  expect(rejections).toEqual(['2 record-irrelevant'])
  expect(exchanges).toEqual([
    {
      ...{ ts: TS, id: 'msg_1', account: 'a_1', key: 'a_1', model: 'claude-x', status: 200, system: 'be' },
      ...{ prompt: 'grade', inputTokens: 3, outputTokens: 4, maxTokens: 9 },
    },
  ])
})

const map = new Map([
  ['ts', 'created_at'],
  ['account', 'user_id'],
  ['prompt', 'question'],
  ['input_tokens', 'tokens'],
])

test.each([',', ';', '\t'])('CSV cut by %j is read with a column map', async (delimiter) => {
  const row = (...cells: string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)
  const text = [
    row('user_id', 'created_at', 'question', 'tokens'),
    row('u-1', '2026-05-04 10:20:30.456', `a "quoted"\nline${delimiter} and more`, '12'),
    row('u-2', String(TS), 'plain', ''),
    row('u-3', 'yesterday', 'plain', ''),
    row('u-4', String(TS)),
  ].join('\r\n')
  const { format, exchanges, rejections } = await readText(text, { map })
  expect(format).toBe('csv')
  expect(
    exchanges.map(({ ts, account, prompt, inputTokens, id }) => [ts, account, prompt, inputTokens, id]),
  ).toEqual([
    [TS, 'u-1', `a "quoted"\nline${delimiter} and more`, 12, 'stdin:2'],
    [TS, 'u-2', 'plain', undefined, 'stdin:4'],
  ])
  expect(rejections).toEqual(['5 field-type ts', '6 csv-malformed columns'])
})

test('the table of LiteLLM is known by its columns, and C1 names need no map', async () => {
  const columns = ['request_id', 'call_type', 'api_key', 'startTime', 'model', 'user', 'status']
  const row = 'r-1,acompletion,k-1,2026-05-04 10:20:30.456,gpt-x,u-1,success'
  const { exchanges } = await readText(`${columns.join()}\n${row}\n`)
  expect(exchanges).toEqual([{ ts: TS, id: 'r-1', account: 'u-1', key: 'k-1', model: 'gpt-x', status: 200 }])
  const plain = await readText(`ts,account,id,model\n${TS},a,x,m\n`)
  expect(plain.exchanges).toEqual([{ ts: TS, id: 'x', account: 'a', key: 'a', model: 'm', status: 200 }])
})

test('a map to a column that is not there is a usage error', async () => {
  await expect(readText('a,b\n1,2\n', { map })).rejects.toMatchObject({ code: 'usage' })
  await expect(readText('a,b\n1,2\n')).rejects.toMatchObject({ code: 'usage' })
})

test('what is no known format is a coded error; a poor exchange log is read and refused line by line', async () => {
  await expect(readText('just words\n')).rejects.toMatchObject({ code: 'input-format-unknown' })
  await expect(readText('{"hello":1}\n')).rejects.toMatchObject({ code: 'input-format-unknown' })
  const poor = await readText('{"ts":"2026","id":"x","account":"a"}\n')
  expect([poor.format, poor.rejections]).toEqual(['exchange', ['1 field-type ts']])
})

test('every adapter refuses, and never throws on, records of any shape', async () => {
  const shapes = [
    'null',
    '7',
    '"x"',
    '[]',
    '[[]]',
    '{}',
    '{"data":[1]}',
    '{"resourceSpans":[null,{"scopeSpans":7}]}',
  ]
  for (const format of ['exchange', 'otel', 'litellm', 'langfuse', 'openai-batch', 'anthropic-batch']) {
    const { exchanges } = await readText(`${shapes.join('\n')}\n`, { format })
    expect(exchanges).toEqual([])
  }
})
