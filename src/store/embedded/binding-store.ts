// Which account an answer was made for, over restarts. It is told of every reasoning block and of every answer that a vendor
// keeps, so it is lines behind one another in two files, the older of which goes when the newer is full: a row of a database
// for each would cost the gate's thread a hundred times as much.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { GateError } from '../../kernel/gate-error.ts'

const FOLDER = 'bindings'
const NAME = /^(\d{8})\.txt$/
const LINE = /^([0-9a-frx][0-9a-f]{31}) (".*")$/
const OWNER_ONLY = { folder: 0o700, file: 0o600 } as const
/** What a crash may cost. */
const FLUSH_MS = 50
/** Where the disk takes nothing any more; some 10 MB. */
const WAITING_MAX = 100_000

export type Binding = readonly [digest: string, account: string]

export class BindingStore implements AsyncDisposable {
  readonly #folder: string
  readonly #linesMax: number
  readonly #failed: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #kept: readonly Binding[] = []
  #generation = 1
  #lines = 0
  #waiting: string[] = []
  #file: FileHandle | undefined
  #writing: Promise<void> | undefined

  private constructor(folder: string, linesMax: number, failed: (error: unknown) => void) {
    this.#folder = folder
    this.#linesMax = linesMax
    this.#failed = failed
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS)
    this.#timer.unref()
  }

  /** `bindingsMax` of them are kept at least, and twice as many lines at most. */
  static open(store: string, bindingsMax: number, failed: (error: unknown) => void): BindingStore {
    const folder = join(store, FOLDER)
    const opened = new BindingStore(folder, bindingsMax, failed)
    try {
      mkdirSync(folder, { recursive: true, mode: OWNER_ONLY.folder })
      opened.#read()
    } catch (cause) {
      throw new GateError('store-unusable', `${folder} cannot be read`, { cause })
    }
    return opened
  }

  /** What was known at the start, oldest first; given once. */
  take(): readonly Binding[] {
    const kept = this.#kept
    this.#kept = []
    return kept
  }

  add(digest: string, account: string): void {
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(`${digest} ${JSON.stringify(account)}\n`)
  }

  /** Resolves when all that was added is with the system. */
  async flush(): Promise<void> {
    await this.#writing
    if (this.#waiting.length === 0) return
    this.#writing = this.#write(this.#waiting.splice(0)).finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
    await this.#file?.close().catch(this.#failed)
  }

  async #write(lines: readonly string[]): Promise<void> {
    try {
      if (this.#lines >= this.#linesMax) await this.#turn()
      this.#file ??= await this.#openFile()
      await this.#file.appendFile(lines.join(''))
      this.#lines += lines.length
    } catch (error) {
      this.#failed(error)
      if (this.#waiting.length + lines.length <= WAITING_MAX) this.#waiting.unshift(...lines)
    }
  }

  async #openFile(): Promise<FileHandle> {
    const file = await open(this.#path(this.#generation), 'a', OWNER_ONLY.file)
    // Ends a line that a crash left without its end.
    await file.appendFile('\n')
    return file
  }

  async #turn(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    rmSync(this.#path(this.#generation - 1), { force: true })
    this.#generation++
    this.#lines = 0
  }

  #read(): void {
    const generations = readdirSync(this.#folder)
      .map((name) => Number(NAME.exec(name)?.[1] ?? 0))
      .filter((generation) => generation > 0)
      .sort((a, b) => a - b)
    const kept: Binding[] = []
    // One text an account, however many lines name it.
    const accounts = new Map<string, string>()
    for (const generation of generations) {
      this.#generation = generation
      this.#lines = 0
      for (const line of readFileSync(this.#path(generation), 'utf8').split('\n')) {
        const binding = bindingIn(line, accounts)
        if (binding === undefined) continue
        this.#lines++
        kept.push(binding)
      }
    }
    this.#kept = kept
  }

  #path(generation: number): string {
    return join(this.#folder, `${String(generation).padStart(8, '0')}.txt`)
  }
}

/** Nothing where a crash or somebody else has written: what cannot be read binds nobody. */
function bindingIn(line: string, accounts: Map<string, string>): Binding | undefined {
  const [, digest, quoted] = LINE.exec(line) ?? []
  if (digest === undefined || quoted === undefined) return undefined
  const known = accounts.get(quoted)
  if (known !== undefined) return [digest, known]
  try {
    const account = String(JSON.parse(quoted))
    accounts.set(quoted, account)
    return [digest, account]
  } catch {
    return undefined
  }
}
