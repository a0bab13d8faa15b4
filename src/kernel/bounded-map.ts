type Entry<Key, Value> = {
  readonly key: Key
  value: Value
  older: Entry<Key, Value> | undefined
  newer: Entry<Key, Value> | undefined
}

/**
 * A map that forgets its oldest entry when it is full. A plain `Map` asked for its first key walks past every entry
 * deleted since it last grew: with ten thousand sessions that was a fifth of the time a judged act took. So the order
 * is kept beside the map, as a chain.
 */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Entry<Key, Value>>()
  readonly #entriesMax: number
  #oldest: Entry<Key, Value> | undefined
  #newest: Entry<Key, Value> | undefined

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.value
  }

  /** A key set anew is the newest; the oldest goes when there is one too many. */
  set(key: Key, value: Value): void {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      known.value = value
      if (known === this.#newest) return
      this.#unlink(known)
      this.#append(known)
      return
    }
    const made = { key, value, older: undefined, newer: undefined }
    this.#entries.set(key, made)
    this.#append(made)
    if (this.#entries.size > this.#entriesMax && this.#oldest !== undefined) this.delete(this.#oldest.key)
  }

  delete(key: Key): void {
    const known = this.#entries.get(key)
    if (known === undefined) return
    this.#entries.delete(key)
    this.#unlink(known)
  }

  /** From the oldest to the newest. */
  *values(): Iterable<Value> {
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) yield entry.value
  }

  #append(entry: Entry<Key, Value>): void {
    entry.older = this.#newest
    entry.newer = undefined
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  #unlink({ older, newer }: Entry<Key, Value>): void {
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
  }
}
