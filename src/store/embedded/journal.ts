// A small journal: one JSON value a line, appended and on disk before the call returns. For what people decide.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { GateError } from '../../kernel/gate-error.ts'
import type { Result } from '../../kernel/result.ts'

/** Only who runs the gate may read what was decided. */
const MODE = 0o600

export function appendToJournal(path: string, value: unknown): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(path, 'a', MODE)
    try {
      // The line break in front ends a line that a crash left without one.
      writeSync(file, `\n${JSON.stringify(value)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw new GateError('store-unwritable', `${path} cannot be written`, { cause })
  }
}

/** All values in their order; none where there is no journal. A line that a crash broke off was never acknowledged. */
export function readJournal<Value>(
  path: string,
  parse: (value: unknown) => Result<Value, string>,
): readonly Value[] {
  return textOf(path)
    .split('\n')
    .flatMap((line, at) => {
      const json = jsonOf(line)
      if (json === undefined) return []
      const parsed = parse(json)
      if (!parsed.ok) throw new GateError('store-unusable', `${path}, line ${at + 1}: ${parsed.error}`)
      return [parsed.value]
    })
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw new GateError('store-unusable', `${path} cannot be read`, { cause })
  }
}

function jsonOf(line: string): unknown {
  if (line === '') return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
