import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Broker } from '../../gate/enforce/broker.ts'
import { OutputCleaner } from './output-cleaner.ts'

const SEED = 20_261_122
const value = ['tok', 'en-', 'Zm9vYmFy', '-1234567'].join('')
const standIn = 'fake_value_0e1f'
const scope = { tools: ['*'], destinations: ['*'], agents: ['*'] }
const cleaner = () =>
  new OutputCleaner(new Broker([{ name: 'one', value, ...scope }]), new Map([['one', standIn]]))

test('a credential, in any spelling and however its bytes are cut, comes out as its placeholder', () => {
  const piece = fc.oneof(
    fc.constantFrom(value, Buffer.from(value).toString('hex'), encodeURIComponent(value), standIn),
    fc.string({ maxLength: 12 }),
    fc.constantFrom('\n', value.slice(0, 7), 'é\u0000'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (pieces, step) => {
      const bytes = Buffer.from(pieces.join(' '))
      const made = cleaner()
      const out: Buffer[] = []
      for (let at = 0; at < bytes.length; at += step) out.push(made.push(bytes.subarray(at, at + step)))
      out.push(made.end())
      const said = Buffer.concat(out).toString()
      expect(said).not.toContain(value)
      expect(said).not.toContain(standIn)
      const whole = cleaner()
      expect(said).toBe(Buffer.concat([whole.push(bytes), whole.end()]).toString())
    }),
    { seed: SEED },
  )
})

test('bytes that are no text come out as they went in', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  const made = cleaner()
  expect(Buffer.concat([made.push(bytes), made.end()])).toEqual(bytes)
})
