// What words are compared by: the letters in which two forms of one word agree.

/** Letters in which two forms of one word agree: allocate and allocation, monitor and monitoring. */
const KEY_LETTERS = 5
export const KEY_LETTERS_MIN = 3

/** What a word is compared by. */
export function keyOf(word: string): string {
  const bare = word.length > KEY_LETTERS_MIN && word.endsWith('s') ? word.slice(0, -1) : word
  return bare.slice(0, KEY_LETTERS)
}

/** Keys of the words of a folded text. */
export function keysOf(folded: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const word of folded.match(/[a-z][a-z0-9]{2,}/g) ?? []) found.add(keyOf(word))
  return found
}
