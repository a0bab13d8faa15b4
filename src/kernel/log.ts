import type { Writable } from 'node:stream'

export type LogLevel = 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** One JSON object a line. Callers name fields one by one; a prompt or a secret is never among them. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void

export function openLog(stream: Writable, now: () => number): Log {
  return (level, event, fields) => {
    stream.write(`${JSON.stringify({ ts: new Date(now()).toISOString(), level, event, ...fields })}\n`)
  }
}
