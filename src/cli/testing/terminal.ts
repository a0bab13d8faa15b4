import { Readable, Writable } from 'node:stream'
import { commands } from '../commands.ts'
import { run } from '../run.ts'

export type Played = { readonly code: number; readonly out: string; readonly err: string }

/** Runs one command line against captured streams, as if typed in `cwd`. */
export async function portcullis(
  argv: readonly string[],
  {
    cwd,
    signal = new AbortController().signal,
    columns,
    env = {},
    stdin = Readable.from([]),
  }: {
    readonly cwd: string
    readonly signal?: AbortSignal
    readonly columns?: number
    readonly env?: Readonly<Record<string, string>>
    readonly stdin?: Readable
  },
): Promise<Played> {
  const said = { out: '', err: '' }
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += String(chunk)
        done()
      },
    })
  const code = await run(commands, argv, {
    stdin,
    stdout: into('out'),
    stderr: into('err'),
    env: columns === undefined ? env : { ...env, COLUMNS: String(columns) },
    cwd,
    signal,
    now: Date.now,
  })
  return { code, ...said }
}
