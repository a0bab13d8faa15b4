import type { RpcMessage } from './rpc.ts'

/** One request of a client, as a server behind the gate is asked it. Nothing in it says who the client is. */
export type ServerRequest = {
  readonly verb: 'POST' | 'GET' | 'DELETE'
  /** Behind the server's own address, where a protocol has more than one. */
  readonly path?: string
  /** Headers of the protocol alone, lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string | undefined
  readonly message: RpcMessage | undefined
  /** Who may share a process with whom. */
  readonly owner: string
  readonly signal: AbortSignal
}

export type ServerEvent = {
  /** Nothing for a comment, or an event that only carries an id. */
  readonly data: string | undefined
  /** To be passed on as they came when nothing changed. */
  readonly raw: Buffer | undefined
  readonly fields: readonly string[]
}

export type ServerAnswer =
  | { readonly kind: 'empty'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | {
      readonly kind: 'message'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly text: string
    }
  | {
      /** `values`: the same in a JSON answer, one message after the other. */
      readonly kind: 'events' | 'values'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly events: AsyncIterable<ServerEvent>
    }

/** The server cannot be asked, or stopped answering. `isSlow`: it took too long. */
export class ServerGone extends Error {
  readonly isSlow: boolean
  /** When asking again may help. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { isSlow?: boolean; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'ServerGone'
    this.isSlow = options.isSlow ?? false
    this.retryAfterMs = options.retryAfterMs
  }
}

/** An MCP server behind the gate, whatever transport it speaks. */
export type McpUpstream = AsyncDisposable & {
  ask(request: ServerRequest): Promise<ServerAnswer>
  /** A session that its client will not come back to. */
  forget(session: string): void
}
