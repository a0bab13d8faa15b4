import { purposeOf } from './record.ts'
import type { Sketcher } from './sketch.ts'

/** What stands for an exchange's texts where they are not kept, in the order that `encodeRecord` reads. */
export function textSketch(
  sketcher: Sketcher,
  system: string | undefined,
  prompt: string | undefined,
): Uint32Array {
  // The sketcher's one sketch is overwritten by the next text.
  const told = system ? sketcher.read(system) : undefined
  const systemWhole = told?.whole ?? 0
  const toldTechniques = told?.techniques ?? 0
  const { whole, words, objective, techniques, topics, shingles, count } = sketcher.read(prompt ?? '')
  const sketch = new Uint32Array(4 + topics.length + count)
  sketch[0] = systemWhole
  sketch[1] = whole
  sketch[2] = words
  sketch[3] = purposeOf(objective, techniques | toldTechniques)
  sketch.set(topics, 4)
  sketch.set(shingles.subarray(0, count), 4 + topics.length)
  return sketch
}
