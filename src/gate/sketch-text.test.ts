import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sketchWords } from './sketch-text.ts'

test('words are read as they were written, however many there are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 700, size: 'max' }),
      (words) => {
        const bytes = Buffer.alloc(words.length * 4)
        for (const [at, word] of words.entries()) bytes.writeUInt32LE(word, at * 4)
        expect(sketchWords(bytes.toString('base64'))).toEqual(words)
      },
    ),
    { seed: 3 },
  )
})

test('of a text that is no sketch whole words are read, whatever was read before it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000, size: 'max' }), (text) => {
      const bytes = Buffer.from(text, 'base64')
      const whole = Math.floor(bytes.length / 4)
      const words = sketchWords(text)
      expect(words).toEqual(Array.from({ length: whole }, (_, at) => bytes.readUInt32LE(at * 4)))
    }),
    { seed: 4 },
  )
})
