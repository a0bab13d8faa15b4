import type { JsonValue } from '../gate/act.ts'
import { failure, type Result, success } from '../kernel/result.ts'
import { isKey, keyText, QUOTE, stringEnd } from './json-strings.ts'

/** Deeper than this nothing honest nests; parsers behind the gate may be recursive. */
export const NESTING_MAX = 100

export type WireFailure = 'not-utf8' | 'not-json' | 'too-deep' | 'repeated-key'

export const wireReasons: Readonly<Record<WireFailure, string>> = {
  'not-utf8': 'the message is not valid UTF-8',
  'not-json': 'the message is not valid JSON',
  'too-deep': `the message nests deeper than ${NESTING_MAX} levels`,
  'repeated-key': 'the message repeats a key within one object',
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON of which gate and receiver are bound to read the same. The bytes go on unchanged while the gate judges what it
 * parsed, so what two parsers read differently (a repeated key, broken UTF-8) is no message at all.
 */
export function readWireJson(
  bytes: Uint8Array,
): Result<{ readonly text: string; readonly value: JsonValue }, WireFailure> {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    return failure('not-utf8')
  }
  const value = readJsonText(text)
  return value.ok ? success({ text, value: value.value }) : value
}

export function readJsonText(text: string): Result<JsonValue, Exclude<WireFailure, 'not-utf8'>> {
  const fault = faultIn(text)
  if (fault !== undefined) return failure(fault)
  try {
    return success(JSON.parse(text) as JsonValue)
  } catch {
    return failure('not-json')
  }
}

/** One walk that skips strings at native speed. What it does not catch in malformed text, the parser does. */
function faultIn(text: string): 'too-deep' | 'repeated-key' | undefined {
  /** The keys of every object that is open; an array has none. */
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = stringEnd(text, at)
      const keys = open.at(-1)
      if (keys !== undefined && isKey(text, end)) {
        const key = keyText(text.slice(at, end + 1))
        if (keys.has(key)) return 'repeated-key'
        keys.add(key)
      }
      at = end
    } else if (code === 0x7b || code === 0x5b) {
      open.push(code === 0x7b ? new Set() : undefined)
      if (open.length > NESTING_MAX) return 'too-deep'
    } else if (code === 0x7d || code === 0x5d) open.pop()
  }
  return undefined
}
