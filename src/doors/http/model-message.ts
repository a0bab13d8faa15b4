import type { IncomingHttpHeaders } from 'node:http'
import type { HeadMemo } from './head-memo.ts'

// What the model doors need of a request and its answer. Node's messages are such, and those of `client-connection.ts`.

export type ModelRequest = {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly socket: { readonly remoteAddress?: string | undefined }
  /** Of the head, where the same may come again. */
  readonly memo?: HeadMemo | undefined
  /** The body, where all of it is there. */
  readonly whole?: Buffer | undefined
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  pause(): unknown
}

export type ModelResponse = {
  /** Whether all of the request has come. */
  readonly req: { readonly complete: boolean }
  readonly headersSent: boolean
  readonly destroyed: boolean
  readonly writableEnded: boolean
  readonly writableNeedDrain: boolean
  sendDate: boolean
  writeHead(status: number, headers: string[]): unknown
  flushHeaders(): void
  write(chunk: Buffer | string): boolean
  end(chunk?: Buffer | string): unknown
  destroy(): unknown
  once(event: 'close' | 'drain', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}
