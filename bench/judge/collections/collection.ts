// What the readers of other people's collections share.
import { parse } from 'yaml'

export type Family =
  | 'shells'
  | 'fetched code'
  | 'destruction'
  | 'near misses'
  | 'credentials'
  | 'exfiltration'
  | 'persistence'
  | 'ordinary'

export type Entry = {
  readonly family: Family
  readonly name: string
  readonly command: string
  /** What decides about the half, if not the command. */
  readonly key?: string
}
export type Files = readonly (readonly [path: string, text: string])[]
/** How one collection is told apart and read. */
export type Collection = {
  readonly name: string
  /** A path that only this collection has. */
  readonly has: RegExp
  readonly files: RegExp
  readonly read: (files: Files) => readonly Entry[]
  /** Of this one the other half had been read before there were halves of the rest. */
  readonly isSwapped?: true
}

/** By tactic of MITRE ATT&CK. */
export const tacticFamilies: Readonly<Record<string, Family>> = {
  exfiltration: 'exfiltration',
  'credential-access': 'credentials',
  persistence: 'persistence',
  impact: 'destruction',
}

export type Yaml = { readonly [field: string]: unknown }
export const isObject = (value: unknown): value is Yaml => typeof value === 'object' && value !== null
export const objects = (value: unknown): readonly Yaml[] =>
  Array.isArray(value) ? value.filter(isObject) : []
export const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export function yaml(source: string): unknown {
  try {
    return parse(source, { logLevel: 'silent' })
  } catch {
    return undefined
  }
}

export function unescaped(literal: string): string {
  return literal.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign === 't' ? '\t' : sign))
}

/** Sheets write `<host>` where a word goes, which a shell would take for a redirection. */
export const placeholder = /<[\w. -]+>/g

export const address = '192.0.2.7'
/** Places for an address, a port and a shell, filled in. */
export const filledIn = (command: string): string =>
  command
    .replace(/<[\w. -]*(?:ip|host)[\w. -]*>/gi, address)
    .replace(/<[\w. -]*port[\w. -]*>/gi, '4444')
    .replace(/\[IPADDR\]|\$ip\b|\bATTACKER_IP\b/gi, address)
    .replace(/\[PORT\]|\$port\b/gi, '4444')
    .replaceAll('$shell', '/bin/sh')
