import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { portcullis } from './command-line.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

test('a prompt that is kept is shown to whoever says why, and the ledger says who that was', async () => {
  await using mock = await MockUpstream.open()
  const directory = mkdtempSync(join(tmpdir(), 'kept-'))
  const text = `
store: ${join(directory, 'data')}
upstreams:
  - { name: m, protocol: openai, url: "${mock.url}" }
keys:
  - { key: "sk-alice", account: alice }
prompts: { key: "a long key that the operator keeps", days: 2 }
`
  const file = join(directory, 'portcullis.yaml')
  writeFileSync(file, text)
  await using gate = await RunningGate.open(text)
  const response = await fetch(`${gate.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-alice' },
    body: JSON.stringify({ model: 'gpt-mock', messages: [{ role: 'user', content: 'A private question' }] }),
  })
  await response.text()
  const id = response.headers.get('x-portcullis-decision') ?? ''
  const read = ['ledger', 'prompt', id, '--config', file]
  expect((await portcullis('/', ...read)).code).toBe(2)
  const why = ['--reason', 'case 17', '--author', 'ann']
  await expect.poll(async () => (await portcullis('/', ...read, ...why)).out).toBe('A private question\n')
  await expect
    .poll(() => gate.entries().filter(({ kind }) => kind === 'prompt-read'))
    .toContainEqual(expect.objectContaining({ exchange: id, author: 'ann', reason: 'case 17' }))
  expect(JSON.stringify(gate.entries())).not.toContain('private question')
})
