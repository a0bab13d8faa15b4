import { expect, test } from 'vitest'
import { ReasoningBindings } from './reasoning-bindings.ts'

const block = 'ErUBCkYIBhgCIkDq3v…'

function bound(account: string): { readonly bindings: ReasoningBindings; readonly digest: string } {
  const bindings = new ReasoningBindings('pepper')
  const digest = bindings.digest(block) ?? ''
  bindings.bind(digest, account)
  return { bindings, digest }
}

test('a block that comes back from the account it went to is its own', () => {
  const { bindings, digest } = bound('alice')
  expect(bindings.originOf(digest, 'alice')).toBe('own')
})

test('a block that comes from another account is foreign, however often it is tried', () => {
  const { bindings, digest } = bound('alice')
  expect([bindings.originOf(digest, 'bruno'), bindings.originOf(digest, 'bruno')]).toEqual([
    'foreign',
    'foreign',
  ])
  expect(bindings.originOf(digest, 'alice')).toBe('own')
})

test('a block from before the gate saw it belongs to whoever shows it first', () => {
  const bindings = new ReasoningBindings('pepper')
  const digest = bindings.digest(block) ?? ''
  expect(bindings.originOf(digest, 'alice')).toBe('unknown')
  expect(bindings.originOf(digest, 'alice')).toBe('own')
  expect(bindings.originOf(digest, 'bruno')).toBe('foreign')
})

test('a placeholder is no block, and digests of two deployments differ', () => {
  expect(new ReasoningBindings('a').digest('')).toBeUndefined()
  expect(new ReasoningBindings('a').digest(block)).not.toBe(new ReasoningBindings('b').digest(block))
})

test('the oldest blocks are forgotten first', () => {
  const bindings = new ReasoningBindings('pepper', { blocksMax: 2 })
  for (const digest of ['one', 'two', 'three']) bindings.bind(digest, 'alice')
  expect(['two', 'three', 'one'].map((digest) => bindings.originOf(digest, 'bruno'))).toEqual([
    'foreign',
    'foreign',
    'unknown',
  ])
})

test('what a client says it has is no answer that was made for it, and takes none from whom it was made for', () => {
  const bindings = new ReasoningBindings('pepper')
  const id = 'resp_0123456789abcdef'
  expect(bindings.originOf(bindings.digest(id) ?? '', 'mallory')).toBe('unknown')
  expect([bindings.isOwn(id, 'mallory'), bindings.isForeign(id, 'alice')]).toEqual([false, false])
  bindings.bind(bindings.digest(id) ?? '', 'alice')
  expect(bindings.isOwn(id, 'alice')).toBe(false)
  bindings.bindResponse(id, 'alice')
  expect([bindings.isOwn(id, 'alice'), bindings.isForeign(id, 'mallory')]).toEqual([true, true])
  expect(bindings.originOf(bindings.digest(id) ?? '', 'mallory')).toBe('foreign')
})

test('an answer with a short id is its account’s, and an item with one is nobody’s', () => {
  const bindings = new ReasoningBindings('pepper')
  bindings.bindResponse('resp_7', 'alice')
  expect([bindings.isOwn('resp_7', 'alice'), bindings.isOwn('resp_7', 'mallory')]).toEqual([true, false])
  expect([bindings.isForeign('resp_7', 'alice'), bindings.isForeign('resp_7', 'mallory')]).toEqual([
    false,
    true,
  ])
  // A server that counts anew after its restart: the first account keeps the id.
  bindings.bindResponse('resp_7', 'mallory')
  expect(bindings.isOwn('resp_7', 'mallory')).toBe(false)
  expect(bindings.digest('msg_0')).toBeUndefined()
  expect(bindings.isForeign('msg_0', 'mallory')).toBe(false)
})
