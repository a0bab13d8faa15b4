import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

export const binary = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))

export type Start = {
  readonly cwd: string
  readonly stdin?: string
  /** The Node that starts the launcher; by default the one that runs this test. */
  readonly node?: string
  /** Over the environment of this test. */
  readonly env?: NodeJS.ProcessEnv
}

/** Runs the command as a user would: a process of its own, through the launcher. */
export async function portcullisProcess(start: Start, ...argv: readonly string[]): Promise<Ended> {
  const child = spawn(start.node ?? process.execPath, [binary, ...argv], {
    cwd: start.cwd,
    env: { ...process.env, NO_COLOR: '1', PORTCULLIS_SYSTEM_NODE: undefined, ...start.env },
  })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    texts.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    texts.err += chunk
  })
  // A command that ends before it has read everything closes the pipe; that is its right.
  child.stdin.on('error', () => {})
  child.stdin.end(start.stdin ?? '')
  const [code] = await once(child, 'close')
  return { code, ...texts }
}

/** The `node` that a user's shell would find: npm puts the project's own in front, and that one is passed over. */
export function systemNode(): string | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.split(sep).includes('node_modules'))
    .map((folder) => join(folder, name))
    .find(existsSync)
}
