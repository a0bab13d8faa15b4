// A sketch of an exchange's texts as the ledger keeps it: words of 32 bits, little-endian, in base64. As numbers in
// JSON it would be twice as long.
import { Buffer } from 'node:buffer'

const WORD_BYTES = 4
/** Several times what a sketch has. */
const USUAL_BYTES = 2 * 1024
const usual = Buffer.alloc(USUAL_BYTES)
const usualWords = new DataView(usual.buffer, usual.byteOffset, USUAL_BYTES)

export function sketchWords(text: string): number[] {
  // Base64 says three bytes in four letters; what is no letter of it says none.
  if (text.length > USUAL_BYTES) return wordsIn(Buffer.from(text, 'base64'))
  const words: number[] = []
  const bytes = usual.write(text, 'base64')
  for (let at = 0; at + WORD_BYTES <= bytes; at += WORD_BYTES) words.push(usualWords.getUint32(at, true))
  return words
}

function wordsIn(bytes: Buffer): number[] {
  const words: number[] = []
  for (let at = 0; at + WORD_BYTES <= bytes.length; at += WORD_BYTES) words.push(bytes.readUInt32LE(at))
  return words
}
