import { expect, test } from 'vitest'
import { adHocServer } from '../../config/mcp.ts'
import { readMessage } from './rpc.ts'
import { StdioUpstream } from './stdio-upstream.ts'
import { ServerGone } from './upstream.ts'

test('a program that keeps dying is started less and less often', async () => {
  const server = adHocServer('dies', [process.execPath, '-e', 'process.exit(3)'])
  if (server.reach.kind !== 'stdio') throw new Error('a command is reached over standard streams')
  let now = 1_000
  const died: unknown[] = []
  await using upstream = new StdioUpstream(server, server.reach, {
    log: (_, event, fields) => died.push([event, fields?.how]),
    now: () => now,
  })
  const text = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}'
  const message = readMessage(JSON.parse(text))
  if (!message.ok) throw new Error(message.error)
  const ask = async (): Promise<unknown> =>
    await upstream
      .ask({
        verb: 'POST',
        headers: {},
        text,
        message: message.value,
        owner: 'o',
        signal: new AbortController().signal,
      })
      .catch((error: unknown) => error)
  for (const pauseMs of [250, 500, 1_000]) {
    expect(await ask()).toMatchObject({ message: expect.stringContaining('exit code 3') })
    const tooSoon = await ask()
    expect(tooSoon).toBeInstanceOf(ServerGone)
    expect(tooSoon).toMatchObject({ retryAfterMs: pauseMs })
    now += pauseMs
  }
  expect(died).toEqual(Array(3).fill(['mcp-server-died', 'exit code 3']))
})

test('requests of one id get their own answers, whatever another request is called', async () => {
  // Answers all at once when the third has come, each with the words it was asked with.
  const program = `let all = ''
process.stdin.on('data', (chunk) => {
  all += chunk
  const asked = all.split('\\n').filter(Boolean).map((line) => JSON.parse(line))
  if (asked.length === 3)
    for (const { id, params } of asked) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: params }))
})`
  const server = adHocServer('echo', [process.execPath, '-e', program])
  if (server.reach.kind !== 'stdio') throw new Error('a command is reached over standard streams')
  await using upstream = new StdioUpstream(server, server.reach, { log: () => {}, now: () => 1_000 })
  const ask = async (id: unknown, word: string) => {
    const text = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params: { word } })
    const message = readMessage(JSON.parse(text))
    if (!message.ok) throw new Error(message.error)
    const { signal } = new AbortController()
    return await upstream.ask({
      verb: 'POST',
      headers: {},
      text,
      message: message.value,
      owner: 'o',
      signal,
    })
  }
  const answers = await Promise.all([ask('gate-1', 'first'), ask(5, 'second'), ask(5, 'third')])
  expect(answers.map((answer) => 'text' in answer && JSON.parse(answer.text))).toEqual([
    { jsonrpc: '2.0', id: 'gate-1', result: { word: 'first' } },
    { jsonrpc: '2.0', id: 5, result: { word: 'second' } },
    { jsonrpc: '2.0', id: 5, result: { word: 'third' } },
  ])
})
