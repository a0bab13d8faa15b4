// A sketch of an exchange's texts as the ledger keeps it: words of 32 bits, little-endian, in base64. As numbers in
// JSON it would be twice as long.

const WORD_BYTES = 4

export function sketchWords(text: string): number[] {
  const bytes = Buffer.from(text, 'base64')
  const words: number[] = []
  for (let at = 0; at + WORD_BYTES <= bytes.length; at += WORD_BYTES) words.push(bytes.readUInt32LE(at))
  return words
}
