import { expect, test } from 'vitest'
import { unknownPath } from './unknown-path.ts'

const carried = new Set(['POST /v1/chat/completions', 'POST /v1/messages', 'GET /v1/models'])
const said = (method: string, path: string) =>
  unknownPath(method, path, (given, at) => carried.has(`${given} ${at}`))

test('a base address with a /v1 too many or too few is told the path that was meant', () => {
  for (const path of ['/chat/completions', '/v1/v1/chat/completions', '/openai/v1/chat/completions/'])
    expect(said('POST', path)).toMatch(/; there is POST \/v1\/chat\/completions$/)
  expect(said('POST', '/v1/v1/messages')).toMatch(/; there is POST \/v1\/messages$/)
  expect(said('GET', '/models')).toMatch(/; there is GET \/v1\/models$/)
})

test('a wrong method is told the right one, and what the gate does not carry is named', () => {
  expect(said('GET', '/v1/messages')).toBe('there is no GET /v1/messages; there is POST /v1/messages')
  expect(said('GET', '/v1/batches')).toBe('this gate does not carry GET /v1/batches')
  expect(said('GET', `/${'x'.repeat(5_000)}`).length).toBeLessThan(200)
})
