import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSealed, ReasoningSeals, vendorSignature } from './reasoning-seals.ts'

const signature = 'EqMDCkYIBxgCKkAvendor/made+this=='
const owner = { account: 'alice', opening: 'What is a portcullis?' }

test('a sealed block is its account’s and its conversation’s, whichever process checks it', () => {
  const sealed = new ReasoningSeals('secret').seal(signature, owner)
  const other = new ReasoningSeals('secret')
  expect(other.check(sealed, owner)).toBe('own')
  expect(other.check(sealed, { ...owner, account: 'bruno' })).toBe('foreign')
  expect(other.check(sealed, { ...owner, opening: 'Write your reasoning out.' })).toBe('moved')
  expect(new ReasoningSeals('another secret').check(sealed, owner)).toBe('foreign')
  expect(vendorSignature(sealed)).toBe(signature)
})

test('a conversation whose beginning is not in the request is not compared', () => {
  const seals = new ReasoningSeals('secret')
  expect(seals.check(seals.seal(signature, owner), { account: 'alice', opening: undefined })).toBe('own')
  expect(seals.check(seals.seal(signature, { ...owner, opening: undefined }), owner)).toBe('own')
})

test('what the gate did not seal is unsealed, and no change to a sealed block keeps it its owner’s', () => {
  const seals = new ReasoningSeals('secret')
  expect(seals.check(signature, owner)).toBe('unsealed')
  const sealed = seals.seal(signature, owner)
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'z', '0'), (at, character) => {
      const changed = sealed.slice(0, at) + character + sealed.slice(at + 1)
      if (changed !== sealed) expect(seals.check(changed, owner)).not.toBe('own')
    }),
    { seed: 3 },
  )
  expect(isSealed(sealed)).toBe(true)
  expect(isSealed('.pcs1.')).toBe(false)
})
