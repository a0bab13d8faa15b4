import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { parseDocument } from 'yaml'
import { GateError } from '../kernel/gate-error.ts'

/** Where the key that seals credentials comes from. The operator keeps it; the gate never writes it down. */
export type KeySource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'command'; readonly words: readonly string[] }

const COMMAND_MS = 10_000
const KEY_BYTES = 32
const OUTPUT_BYTES_MAX = 65_536

const text = v.pipe(v.string(), v.minLength(1))

/** One of three: a file, a value (which may be `env:NAME`), a program and its words. */
export const keySourceSchema = v.union(
  [
    v.strictObject({ file: text }),
    v.strictObject({ value: text }),
    v.strictObject({ command: v.pipe(v.array(text), v.minLength(1)) }),
  ],
  'file, value or command',
)

export function keySource(written: v.InferOutput<typeof keySourceSchema>, file: string): KeySource {
  if ('file' in written) return { kind: 'file', path: resolve(dirname(file), written.file) }
  if ('value' in written) return { kind: 'value', text: written.value }
  return { kind: 'command', words: written.command }
}

/** The key itself: 32 bytes, written in hexadecimal or base64. Throws `credentials-key` and never says what it read. */
export function readKey(source: KeySource): Buffer {
  const written = textOf(source).trim()
  const key = /^[0-9a-fA-F]{64}$/.test(written) ? Buffer.from(written, 'hex') : Buffer.from(written, 'base64')
  if (key.length !== KEY_BYTES)
    throw new GateError(
      'credentials-key',
      `The key of the credentials must be ${KEY_BYTES} bytes in base64 or hexadecimal; \`openssl rand -base64 32\` makes one.`,
    )
  return key
}

function textOf(source: KeySource): string {
  switch (source.kind) {
    case 'value':
      return source.text
    case 'file':
      try {
        return readFileSync(source.path, 'utf8')
      } catch (cause) {
        throw new GateError('credentials-key', `The key file ${source.path} cannot be read.`, { cause })
      }
    case 'command': {
      const [program = '', ...rest] = source.words
      const limits = { timeout: COMMAND_MS, maxBuffer: OUTPUT_BYTES_MAX, encoding: 'utf8' } as const
      try {
        return execFileSync(program, rest, { ...limits, stdio: ['ignore', 'pipe', 'ignore'] })
      } catch {
        // What the program printed may be half a key, so its error is not passed on.
        throw new GateError('credentials-key', `The program ${program} that prints the key failed.`)
      }
    }
  }
}

/** For commands that need nothing else of the configuration and must work without the gate's other secrets. */
export function loadKeySource(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): KeySource | undefined {
  let config: string
  try {
    config = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const written: unknown = parseDocument(config).toJS({ maxAliasCount: 100 })?.agents?.credentials
  if (written === undefined) return undefined
  const parsed = v.safeParse(keySourceSchema, written)
  if (!parsed.success)
    throw new GateError('credentials-key', `${file}: agents.credentials must be file, value or command`)
  const source = keySource(parsed.output, file)
  if (source.kind !== 'value' || !source.text.startsWith('env:')) return source
  const found = env[source.text.slice(4)]
  if (found === undefined)
    throw new GateError('credentials-key', `The environment variable ${source.text.slice(4)} is not set.`)
  return { kind: 'value', text: found }
}
