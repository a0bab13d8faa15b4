import type { ErrorCode } from './error-codes.ts'

/**
 * The world is broken (disk full, file unreadable, upstream gone) or the input is unusable as a whole.
 * Callers match `code`, never the text. The message tells a person what happened and what to do next;
 * it never carries a secret or a prompt.
 */
export class GateError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GateError'
    this.code = code
  }
}
