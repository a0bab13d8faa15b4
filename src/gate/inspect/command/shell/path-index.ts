import type { Invocation } from './model.ts'
import { readPaths, writePaths } from './touched.ts'

/** Who reads from and writes to each path that the text names. Most texts are never asked, so it is made on demand. */
export class PathIndex {
  readonly #invocations: readonly Invocation[]
  #readers: Map<string, Invocation[]> | undefined
  #writers: Map<string, Invocation[]> | undefined
  #done = 0

  constructor(invocations: readonly Invocation[]) {
    this.#invocations = invocations
  }

  readersOf(path: string): readonly Invocation[] {
    this.#catchUp()
    return this.#readers?.get(path) ?? none
  }

  writersOf(path: string): readonly Invocation[] {
    this.#catchUp()
    return this.#writers?.get(path) ?? none
  }

  #catchUp(): void {
    for (; this.#done < this.#invocations.length; this.#done++) {
      const invocation = this.#invocations[this.#done]
      if (invocation === undefined) continue
      for (const path of readPaths(invocation)) add((this.#readers ??= new Map()), path, invocation)
      for (const path of writePaths(invocation)) add((this.#writers ??= new Map()), path, invocation)
    }
  }
}

const none: readonly Invocation[] = []

function add(map: Map<string, Invocation[]>, path: string, invocation: Invocation): void {
  const known = map.get(path)
  if (known === undefined) map.set(path, [invocation])
  else known.push(invocation)
}
