// Readers for JSON that somebody else wrote: a field of the wrong type is as good as absent.

import { Buffer } from 'node:buffer'

export type JsonRecord = Readonly<Record<string, unknown>>

export function asRecord(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonRecord)
    : undefined
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const TEXT_CHARACTERS_MAX = 256 * 1024

/** Text that is a string or a list of parts with a `text` each, as both protocols allow. */
export function joinedText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.slice(0, TEXT_CHARACTERS_MAX)
  if (!Array.isArray(value)) return undefined
  let joined: string | undefined
  for (const part of value) {
    const text = textOf(asRecord(part)?.text)
    if (text === undefined) continue
    joined = joined === undefined ? text : `${joined}\n${text}`
    if (joined.length > TEXT_CHARACTERS_MAX) break
  }
  return joined?.slice(0, TEXT_CHARACTERS_MAX)
}

const USAGE_BYTES_MAX = 4_096
const USAGE_KEY = Buffer.from('"usage"')

/**
 * The last `usage` object in a piece of JSON or of an event stream. A quote inside a JSON string is escaped, so the
 * key cannot be text of the model's; an object of a tool's input could hold one, and then stands before the real one.
 */
export function lastUsage(bytes: Buffer): JsonRecord | undefined {
  let at = bytes.lastIndexOf(USAGE_KEY)
  while (at >= 0) {
    const usage = usageAt(bytes, at)
    if (usage !== undefined) return usage
    at = at === 0 ? -1 : bytes.lastIndexOf(USAGE_KEY, at - 1)
  }
  return undefined
}

export function firstUsage(bytes: Buffer): JsonRecord | undefined {
  for (let at = bytes.indexOf(USAGE_KEY); at >= 0; at = bytes.indexOf(USAGE_KEY, at + 1)) {
    const usage = usageAt(bytes, at)
    if (usage !== undefined) return usage
  }
  return undefined
}

function usageAt(bytes: Buffer, at: number): JsonRecord | undefined {
  const open = bytes.indexOf(0x7b, at)
  // `"usage":null` comes with every event of a stream that reports usage at its end.
  if (open < 0 || open > at + USAGE_KEY.length + 4) return undefined
  const end = closingBrace(bytes, open)
  if (end === undefined) return undefined
  try {
    return asRecord(JSON.parse(bytes.toString('utf8', open, end + 1)))
  } catch {
    return undefined
  }
}

function closingBrace(bytes: Buffer, open: number): number | undefined {
  let depth = 0
  const limit = Math.min(bytes.length, open + USAGE_BYTES_MAX)
  for (let at = open; at < limit; at++) {
    if (bytes[at] === 0x7b) depth++
    else if (bytes[at] === 0x7d && --depth === 0) return at
  }
  return undefined
}
