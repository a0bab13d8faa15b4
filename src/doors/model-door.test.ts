import { expect, test } from 'vitest'
import { listEndpoint, modelAsked } from './model-door.ts'

test('a model is named by its path, with slashes, dots and percents as models have them', () => {
  for (const path of [
    '',
    '/gpt-5',
    '/Qwen/Qwen2.5-7B',
    '/org%2Fmodel',
    '/ft:gpt-4o:acme::x',
    '/llama3:8b',
    '/..a',
  ])
    expect(listEndpoint('GET', `/v1/models${path}`), path).toBe('models')
})

test('the model a path names is told from the list and its query', () => {
  for (const url of ['/v1/models', '/v1/models?limit=20', '/v1/models/'] as const)
    expect(modelAsked(url)).toBe('')
  expect(modelAsked('/v1/models/org%2Fmodel?x=/y')).toBe('org/model')
  expect(modelAsked('/v1/models/Qwen/Qwen2.5-7B')).toBe('Qwen/Qwen2.5-7B')
  expect(modelAsked('/v1/models/100%')).toBe('100%')
})

test('a path that a server could read as one outside the models is none of the gate’s', () => {
  const climbing = [
    '/../files',
    '/%2e%2E/files',
    '/.%2e/files',
    '/x/../../files',
    '/..%2ffiles',
    '/..\\files',
  ]
  const odd = ['/..;/files', '/..%5cfiles', '/%252e%252e/files', '/.', '/', '//files', '/x%00', '/x%0a', 's']
  for (const path of [...climbing, ...odd])
    expect(listEndpoint('GET', `/v1/models${path}`), path).toBeUndefined()
  expect(listEndpoint('POST', '/v1/models')).toBeUndefined()
})
