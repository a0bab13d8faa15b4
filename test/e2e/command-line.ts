import { PassThrough, Readable } from 'node:stream'
import { commands } from '../../src/cli/commands.ts'
import { run } from '../../src/cli/run.ts'

export type Ran = { readonly code: number; readonly out: string; readonly err: string }

/** Runs one command line in this process. */
export async function portcullis(cwd: string, ...argv: string[]): Promise<Ran> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const out = collect(stdout)
  const err = collect(stderr)
  const code = await run(commands, argv, {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env: {},
    cwd,
    signal: new AbortController().signal,
    now: Date.now,
  })
  stdout.end()
  stderr.end()
  return { code, out: await out, err: await err }
}

async function collect(stream: PassThrough): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
