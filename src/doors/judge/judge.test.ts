import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { budgetsOf } from '../../config/budgets.ts'
import { AgentGate, agentDetectors } from '../../gate/agent-gate.ts'
import { judgeLines, LINE_BYTES_MAX } from './judge.ts'

const policy = {
  name: 'test',
  detectors: agentDetectors,
  rules: [{ name: 'no', facts: ['*'], severity: 'high', action: 'deny' } as const],
  tools: { trusted: [], sinks: [], readers: [] },
  secrets: [],
  budgets: budgetsOf(),
}

async function judged(chunks: readonly (string | Buffer)[]): Promise<readonly unknown[]> {
  const output = new PassThrough()
  const reading = output.toArray()
  await judgeLines(AgentGate.open(policy), Readable.from(chunks), output)
  output.end()
  const text = Buffer.concat(await reading).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

const command = (id: string, text: string) =>
  `${JSON.stringify({ id, session: 's', kind: 'command', command: text })}\n`

test('each judged act gets one line, in order, and notices get none', async () => {
  const task = '{"session":"s","kind":"task","text":"hello"}\n'
  const lines = await judged([command('1', 'ls'), task, command('2', 'rm -rf /')])
  expect(lines).toMatchObject([
    { id: '1', action: 'allow', findings: [] },
    { id: '2', action: 'deny', findings: [{ detector: 'destruction', severity: 'critical' }] },
  ])
})

test('a malformed line is answered with its number and the stream goes on', async () => {
  const lines = await judged(['{"kind":\n[1]\n{"session":"s","kind":"call","id":"1"}\n', command('2', 'ls')])
  expect(lines).toMatchObject([
    { line: 1, error: 'not JSON' },
    { line: 2, error: 'not an object' },
    { line: 3, error: 'tool: must be a text' },
    { id: '2', action: 'allow' },
  ])
})

test('lines may be cut anywhere, even inside a character, and the last needs no end', async () => {
  const bytes = Buffer.from(command('1', 'echo é') + command('2', 'rm -rf /').trimEnd())
  const chunks = Array.from(bytes, (byte) => Buffer.from([byte]))
  expect(await judged(chunks)).toMatchObject([{ id: '1' }, { id: '2', action: 'deny' }])
})

test('a line beyond the limit is refused without being kept', async () => {
  const long = Buffer.alloc(1024 * 1024, 97)
  const chunks = [
    ...Array.from({ length: LINE_BYTES_MAX / long.length + 1 }, () => long),
    '\n',
    command('2', 'ls'),
  ]
  expect(await judged(chunks)).toMatchObject([{ line: 1 }, { id: '2', action: 'allow' }])
})

test('arguments nested too deep are refused', async () => {
  const deep = `${'['.repeat(200)}${']'.repeat(200)}`
  const lines = await judged([
    `{"id":"1","session":"s","kind":"call","tool":"t","arguments":{"a":${deep}}}\n`,
  ])
  expect(lines).toMatchObject([{ line: 1, error: 'arguments: nested deeper than 100' }])
})
