// The few texts by which templates are shown, kept beside sketches that hold none. They are asked for again in the same
// order when the same logs are hunted through their sketches.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import * as v from 'valibot'
import { GateError } from '../../kernel/gate-error.ts'

const FILE = 'excerpts.json.zst'
const EXCERPTS_MAX = 100_000

const excerptsSchema = v.record(v.string(), v.string())

export class Excerpts {
  readonly #path: string
  readonly #texts: Map<string, string>
  #hasGrown = false

  private constructor(path: string, texts: Map<string, string>) {
    this.#path = path
    this.#texts = texts
  }

  static open(directory: string): Excerpts {
    const path = join(directory, FILE)
    if (!existsSync(path)) return new Excerpts(path, new Map())
    try {
      const texts = v.parse(excerptsSchema, JSON.parse(zstdDecompressSync(readFileSync(path)).toString()))
      return new Excerpts(path, new Map(Object.entries(texts)))
    } catch (cause) {
      throw new GateError('sketches-unusable', `${path} is damaged; delete it to show templates without it`, {
        cause,
      })
    }
  }

  of(key: string): string {
    return this.#texts.get(key) ?? ''
  }

  keep(key: string, text: string): string {
    if (this.#texts.size < EXCERPTS_MAX && !this.#texts.has(key)) {
      this.#texts.set(key, text)
      this.#hasGrown = true
    }
    return text
  }

  save(): void {
    if (!this.#hasGrown) return
    const params = { [constants.ZSTD_c_checksumFlag]: 1 }
    const bytes = zstdCompressSync(JSON.stringify(Object.fromEntries(this.#texts)), { params })
    writeFileSync(`${this.#path}.part`, bytes, { mode: 0o600 })
    renameSync(`${this.#path}.part`, this.#path)
  }
}
