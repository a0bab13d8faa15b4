import * as v from 'valibot'
import { askText } from './ask-text.ts'
import type { HttpPool } from './http-pool.ts'

/** How often a server is asked which models it has, and how long its word counts. */
const ASK_MS = 10_000
const FRESH_MS = 30_000
const ANSWER_BYTES_MAX = 4 * 1024 * 1024

/** As Ollama lists its models; no other server that is asked like this tells digests. */
const tagsSchema = v.object({ models: v.array(v.object({ name: v.string(), digest: v.string() })) })

/** Whether a server's models are the ones that were pinned: a model under the same name may be another. */
export class ModelDigests {
  readonly #wanted: ReadonlyMap<string, string>
  readonly #pool: HttpPool
  readonly #path: string
  readonly #timer: NodeJS.Timeout | undefined
  #found: ReadonlyMap<string, string> = new Map()
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(wanted: Readonly<Record<string, string>>, pool: HttpPool, basePath: string) {
    this.#wanted = new Map(Object.entries(wanted))
    this.#pool = pool
    this.#path = `${basePath}/api/tags`
    if (this.#wanted.size === 0) return
    this.#timer = setInterval(() => void this.#ask(), ASK_MS)
    this.#timer.unref()
    void this.#ask()
  }

  /** A pinned model of which the server has not said lately that it is the one is none. */
  allow(model: string): boolean {
    const wanted = this.#wanted.get(model)
    if (wanted === undefined) return true
    return performance.now() - this.#askedAt < FRESH_MS && this.#found.get(model) === wanted
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #ask(): Promise<void> {
    const at = performance.now()
    try {
      const request = { method: 'GET', path: this.#path, headers: [], body: null } as const
      const text = await askText(this.#pool, request, { ms: ASK_MS, bytesMax: ANSWER_BYTES_MAX })
      if (text === undefined) return
      const { models } = v.parse(tagsSchema, JSON.parse(text))
      this.#found = new Map(
        models.flatMap(({ name, digest }) => {
          const plain = digest.replace(/^sha256:/, '').toLowerCase()
          return [
            [name, plain],
            [name.replace(/:latest$/, ''), plain],
          ]
        }),
      )
      this.#askedAt = at
    } catch {
      // What it said before goes out of date by itself.
    }
  }
}
