import { Readable } from 'node:stream'
import { type InputOptions, openInput } from './input.ts'

export const TS = Date.parse('2026-05-04T10:20:30.456Z')

/** Reads a text as the command line would read it from standard input. */
export async function readText(text: string, options: InputOptions = {}) {
  const input = await openInput('-', { stdin: Readable.from([Buffer.from(text)]), ...options })
  const exchanges = []
  const rejections: string[] = []
  for await (const piece of input.pieces()) {
    if (piece.kind === 'rejection') {
      rejections.push(`${piece.rejection.line} ${piece.rejection.reason}`)
      continue
    }
    for (const entry of input.read(piece)) {
      if (entry.kind === 'exchange') exchanges.push(entry.exchange)
      else {
        const { line, reason, field } = entry.rejection
        rejections.push([line, reason, field].filter(Boolean).join(' '))
      }
    }
  }
  return { format: input.adapter.name, exchanges, rejections }
}
