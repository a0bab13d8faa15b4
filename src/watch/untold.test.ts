import { expect, test } from 'vitest'
import type { Exchange } from './exchange.ts'
import { exchange, watchOf } from './exchanges.fixture.ts'
import { untoldOf } from './untold.ts'

const full = exchange({
  prompt: 'Explain why the sky over the desert is blue at noon',
  outputTokens: 200,
  ip: '192.0.2.7',
  ua: 'curl/8',
  payment: 'card-1',
  created: 1_767_000_000_000,
})

test('a log with everything leaves nothing untold', () => {
  expect(untoldOf(watchOf([full]).accounts)).toEqual([])
})

test.each([
  ['prompts', ['prompt', 'system', 'messages']],
  ['tokens', ['outputTokens']],
  ['addresses', ['ip']],
  ['clients', ['ua', 'ja4']],
  ['cards', ['payment']],
  ['ages', ['created']],
] as const)('%s are told of only where a field holds them', (kind, fields) => {
  const kept = Object.entries(full).filter(([name]) => !fields.some((field) => field === name))
  expect(untoldOf(watchOf([Object.fromEntries(kept) as Exchange]).accounts)).toEqual([kind])
})

test('one exchange that has it is enough, and of no exchange nothing is said', () => {
  const { ip: _, ...placeless } = full
  expect(untoldOf(watchOf([placeless, full]).accounts)).toEqual([])
  expect(untoldOf(watchOf([]).accounts)).toEqual([])
})
