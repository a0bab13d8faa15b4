// A sketch is what the watch keeps of a text: which word runs it holds, which topic words, its whole shape.
import { CueWords } from './cue-words.ts'
import { ObjectiveReader } from './objective.ts'
import { TechniqueReader } from './technique.ts'
import { finish, IDEOGRAPH_LETTERS, readWordBytes, readWords, Words } from './words.ts'

/** Words in a shingle. Six-word runs separated templates from chance best when it was tried (5–8 are close). */
export const SHINGLE_WORDS = 6
/** Winnowing window: any run of SHINGLE_WORDS + WINDOW - 1 words that two texts share yields a common shingle. */
const WINDOW = 4
/** Wrappers stand at the head or the tail of a prompt, so a long text is read only there. */
const HEAD_WORDS = 56
const TAIL_WORDS = 32
export const SHINGLES_MAX = 64
/**
 * Topic words drawn from each text: independent minima over its longer words. Where a script has no spaces, two characters
 * that follow each other stand for a word: most words of Chinese are as long. Without them nothing is known of what such
 * accounts ask about, and a queue of Chinese questions was not told from people for four hundred exchanges.
 */
export const TOPICS = 4
const TOPIC_LETTERS_MIN = 4
const PRIME = 0x01000193
/** A power of two, several times SHINGLES_MAX. */
const KEPT_FILTER = 256

export type Sketch = {
  /** Winnowed shingle hashes, `shingles[0..count)`, without repeats. */
  readonly shingles: Uint32Array
  count: number
  /** The word index at which each shingle starts: for explaining, not for linking. */
  readonly positions: Uint16Array
  /** Hash of all words (digits masked): equal for texts that differ in numbers and layout only. 0 when empty. */
  whole: number
  words: number
  /** Index into `objectives`. */
  objective: number
  /** A bit for each of `techniques` that the text asks for. */
  techniques: number
  /** TOPICS min-hash picks over words of at least TOPIC_LETTERS_MIN letters and pairs of ideographs; 0 where there is none. */
  readonly topics: Uint32Array
}

export class Sketcher {
  readonly #seed: number
  readonly #words = new Words()
  readonly #cues = new CueWords()
  /** By their last bits, which shingles the sketch may hold already. */
  readonly #kept = new Uint8Array(KEPT_FILTER)
  readonly #objectives: ObjectiveReader
  readonly #techniques: TechniqueReader
  readonly #runs = new Uint32Array(HEAD_WORDS + TAIL_WORDS)
  readonly sketch: Sketch = {
    shingles: new Uint32Array(SHINGLES_MAX),
    positions: new Uint16Array(SHINGLES_MAX),
    count: 0,
    whole: 0,
    words: 0,
    objective: 0,
    techniques: 0,
    topics: new Uint32Array(TOPICS),
  }

  /** @param seed a per-deployment secret: with a known seed an attacker could craft collisions. */
  constructor(seed: number) {
    this.#seed = seed | 0
    this.#objectives = new ObjectiveReader(this.#seed, this.#cues)
    this.#techniques = new TechniqueReader(this.#seed, this.#cues)
  }

  /** Sketches `text` into `this.sketch`, which the next call overwrites. */
  read(text: string): Sketch {
    readWords(text, this.#seed, this.#words)
    return this.#sketched()
  }

  /** The same of bytes that are ASCII. */
  readBytes(bytes: Uint8Array, from: number, to: number): Sketch {
    readWordBytes(bytes, from, to, this.#seed, this.#words)
    return this.#sketched()
  }

  #sketched(): Sketch {
    const { sketch } = this
    const { hashes, lengths, count } = this.#words
    sketch.count = 0
    this.#kept.fill(0)
    sketch.words = count
    const cues = this.#cues.find(hashes, count)
    sketch.objective = this.#objectives.read(hashes, cues)
    sketch.techniques = this.#techniques.read(hashes, cues)
    this.#readWhole(hashes, lengths, count)
    if (count <= HEAD_WORDS + TAIL_WORDS) {
      this.#winnow(hashes, 0, count)
    } else {
      this.#winnow(hashes, 0, HEAD_WORDS)
      this.#winnow(hashes, count - TAIL_WORDS, count)
    }
    return sketch
  }

  /** Where word `index` of the text last read starts and ends. */
  wordAt(index: number): readonly [start: number, end: number] {
    return [this.#words.starts[index] ?? 0, this.#words.ends[index] ?? 0]
  }

  #readWhole(hashes: Int32Array, lengths: Uint8Array, count: number): void {
    const { topics } = this.sketch
    topics.fill(0)
    let whole = 0
    let t0 = 0xffffffff
    let t1 = 0xffffffff
    let t2 = 0xffffffff
    let t3 = 0xffffffff
    let unfits = -1
    for (let at = 0; at < count; at++) {
      let hash = hashes[at] ?? 0
      whole = Math.imul(whole, 31) + hash
      const letters = lengths[at] ?? 0
      // All ones for a word too short to be a topic, which then is no minimum: a branch would be guessed wrong too often.
      let unfit = (letters - TOPIC_LETTERS_MIN) >> 31
      if (letters === IDEOGRAPH_LETTERS && this.#isPair(at)) {
        hash = finish(Math.imul(hashes[at - 1] ?? 0, PRIME) ^ hash)
        unfit = 0
      }
      unfits &= unfit
      const a = (Math.imul(hash, 0x9e3779b1) | unfit) >>> 0
      const b = (Math.imul(hash ^ 0x7f4a7c15, 0x85ebca77) | unfit) >>> 0
      const c = (Math.imul(hash ^ 0x2545f491, 0xc2b2ae3d) | unfit) >>> 0
      const d = (Math.imul(hash ^ 0x165667b1, 0x27d4eb2f) | unfit) >>> 0
      if (a < t0) t0 = a
      if (b < t1) t1 = b
      if (c < t2) t2 = c
      if (d < t3) t3 = d
    }
    this.sketch.whole = count === 0 ? 0 : finish(whole) >>> 0 || 1
    if (unfits !== 0) return
    topics[0] = finish(t0) >>> 0
    topics[1] = finish(t1) >>> 0
    topics[2] = finish(t2) >>> 0
    topics[3] = finish(t3) >>> 0
  }

  /** Whether an ideograph stands right before this one. */
  #isPair(at: number): boolean {
    const { lengths, starts, ends } = this.#words
    return at > 0 && lengths[at - 1] === IDEOGRAPH_LETTERS && ends[at - 1] === starts[at]
  }

  /** Winnowing (Schleimer, Wilkerson, Aiken, SIGMOD 2003): the minimum of every WINDOW consecutive shingles. */
  #winnow(hashes: Int32Array, from: number, to: number): void {
    const last = to - from - SHINGLE_WORDS
    if (last < 0) return
    const runs = this.#readRuns(hashes, from, last)
    let chosen = -1
    let least = 0
    for (let end = 0; end <= last; end++) {
      // Of equal shingles the last one; what falls out of the window is looked for anew.
      if (least > end - WINDOW) {
        if ((runs[end] ?? 0) <= (runs[least] ?? 0)) least = end
      } else {
        least = end - WINDOW + 1
        for (let at = least + 1; at <= end; at++) if ((runs[at] ?? 0) <= (runs[least] ?? 0)) least = at
      }
      if (least === chosen || (end < WINDOW - 1 && end < last)) continue
      this.#keep(runs[least] ?? 0, from + least)
      chosen = least
    }
  }

  /** Hashes of SHINGLE_WORDS consecutive words each, the first words waiting in variables for their next shingle. */
  #readRuns(hashes: Int32Array, from: number, last: number): Uint32Array {
    const runs = this.#runs
    let a = hashes[from] ?? 0
    let b = hashes[from + 1] ?? 0
    let c = hashes[from + 2] ?? 0
    let d = hashes[from + 3] ?? 0
    let e = hashes[from + 4] ?? 0
    for (let at = 0; at <= last; at++) {
      const f = hashes[from + at + SHINGLE_WORDS - 1] ?? 0
      const start = Math.imul(Math.imul(a, PRIME) ^ b, PRIME) ^ c
      runs[at] = finish(Math.imul(Math.imul(Math.imul(start, PRIME) ^ d, PRIME) ^ e, PRIME) ^ f)
      a = b
      b = c
      c = d
      d = e
      e = f
    }
    return runs
  }

  #keep(hash: number, position: number): void {
    const { sketch } = this
    if (sketch.count >= SHINGLES_MAX) return
    const slot = hash & (KEPT_FILTER - 1)
    if (this.#kept[slot] === 1)
      for (let at = 0; at < sketch.count; at++) if (sketch.shingles[at] === hash) return
    this.#kept[slot] = 1
    sketch.shingles[sketch.count] = hash
    sketch.positions[sketch.count] = position
    sketch.count++
  }
}
