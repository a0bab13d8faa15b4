import { Readable, Writable } from 'node:stream'
import type { Console } from '../command.ts'

/** A console that keeps what is written to it. */
export function testConsole(
  cwd: string,
): Console & { readonly out: () => string; readonly err: () => string } {
  const said = { out: '', err: '' }
  const sink = (to: 'out' | 'err') =>
    new Writable({
      write: (chunk, _encoding, done) => {
        said[to] += String(chunk)
        done()
      },
    })
  return {
    stdin: Readable.from([]),
    stdout: sink('out'),
    stderr: sink('err'),
    env: {},
    cwd,
    signal: new AbortController().signal,
    now: () => 1_800_000_000_000,
    out: () => said.out,
    err: () => said.err,
  }
}
