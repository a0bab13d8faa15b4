import { type ChildProcess, spawn } from 'node:child_process'
import type { McpReach } from '../../config/mcp.ts'

/** A server that does not end by itself when its input ends is told to, and then made to. */
const TERM_MS = 1_000
const KILL_MS = 3_000
const STDERR_CHARACTERS_MAX = 2_000
/** What a program needs to run at all; nothing else of the gate's environment, where its secrets may be. */
const inherited = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'SystemRoot', 'APPDATA', 'TEMP']
const NEWLINE = 0x0a

export type ChildEnd = { readonly how: string; readonly stderr: string }

export type ChildOptions = {
  readonly reach: McpReach & { kind: 'stdio' }
  readonly lineBytesMax: number
  readonly onLine: (line: Buffer) => void
  /** A line beyond the limit was skipped. */
  readonly onLongLine: () => void
  readonly onEnd: (end: ChildEnd) => void
  /** Where what the program says on standard error goes; kept to its last lines otherwise. */
  readonly stderr?: 'inherit'
}

/** One MCP server as a process: one message a line, both ways. */
export class StdioChild {
  readonly #process: ChildProcess
  readonly #options: ChildOptions
  #pieces: Buffer[] = []
  #bytes = 0
  #isSkipping = false
  #stderr = ''
  #isOver = false

  constructor(options: ChildOptions) {
    this.#options = options
    const { reach } = options
    const [program, ...rest] = reach.command
    const base = Object.fromEntries(inherited.map((name) => [name, process.env[name]]))
    this.#process = spawn(program, rest, {
      cwd: reach.cwd,
      env: { ...base, ...reach.env },
      stdio: ['pipe', 'pipe', options.stderr ?? 'pipe'],
      windowsHide: true,
    })
    const { stdin, stdout, stderr } = this.#process
    stdin?.on('error', () => {})
    stdout?.on('data', (chunk: Buffer) => this.#read(chunk))
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS_MAX)
    })
    this.#process.once('error', (error: NodeJS.ErrnoException) => this.#over(error.code ?? 'could not start'))
    this.#process.once('close', (code, signal) => this.#over(signal ?? `exit code ${code}`))
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Resolves when the server has taken it, or is gone. */
  async write(line: string): Promise<void> {
    const { stdin } = this.#process
    if (stdin === null || this.#isOver || stdin.destroyed) return
    // A message is one line; a line break between its tokens would make it two.
    const text = line.includes('\n') || line.includes('\r') ? line.replace(/[\r\n]+/g, ' ') : line
    if (stdin.write(`${text}\n`)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const go = (): void => resolve()
    stdin.once('drain', go).once('close', go)
    await promise
    stdin.off('drain', go).off('close', go)
  }

  async end(): Promise<void> {
    if (this.#isOver) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#process.once('close', () => resolve())
    this.#process.once('error', () => resolve())
    this.#process.stdin?.end()
    const term = setTimeout(() => this.#process.kill('SIGTERM'), TERM_MS)
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), KILL_MS)
    await promise
    clearTimeout(term)
    clearTimeout(kill)
  }

  #over(how: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#pieces = []
    this.#options.onEnd({ how, stderr: this.#stderr })
  }

  #read(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#take(chunk.subarray(start, end))
      start = end + 1
      const line = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
      if (this.#isSkipping) this.#options.onLongLine()
      else if (line !== undefined && line.length > 0) this.#options.onLine(line)
      this.#pieces = []
      this.#bytes = 0
      this.#isSkipping = false
    }
    this.#take(chunk.subarray(start))
  }

  #take(piece: Buffer): void {
    if (piece.length === 0 || this.#isSkipping) return
    this.#bytes += piece.length
    this.#pieces.push(piece)
    if (this.#bytes <= this.#options.lineBytesMax) return
    this.#isSkipping = true
    this.#pieces = []
  }
}
