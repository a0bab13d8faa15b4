import type { Outcome } from '../../gate/entry.ts'
import type { Endpoint } from '../../gate/exchange-act.ts'
import type { ModelResponse } from '../http/model-message.ts'
import type { ModelDoor, Refusal, Usage } from '../model-door.ts'
import type { AnswerEdit } from './answer-editor.ts'
import type { SentHeaders } from './sent-headers.ts'
import type { Tap } from './tap.ts'
import type { Upstream } from './upstream.ts'

export type RelayRequest = {
  readonly response: ModelResponse
  readonly door: ModelDoor
  readonly endpoint: Endpoint
  readonly id: string
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: SentHeaders
  readonly body: Buffer | null
  /** First choice first; never empty. */
  readonly candidates: readonly Upstream[]
  /** Further headers of the answer. */
  readonly notes: readonly string[]
  /** Nothing when the decision is on record already, else resolves when it is. */
  readonly whenRecorded: () => Promise<void> | undefined
  /** Called once, before the end of the answer is let go; that end waits for the promise. */
  readonly whenFinished: (result: RelayResult) => Promise<void>
  /** Says a refusal to a client that has not had its first byte yet. */
  readonly refuse: (refusal: Omit<Refusal, 'id'>) => void
  /** What a good answer is altered by on its way; usually nothing. */
  readonly edits: readonly AnswerEdit[]
  /** Told of every signed reasoning block and kept answer, where the endpoint has any. */
  readonly onSignature: ((signature: string) => void) | undefined
  readonly now: () => number
}

export type RelayResult = {
  readonly outcome: Outcome
  readonly status: number
  readonly upstream: string | undefined
  readonly attempts: number
  readonly firstMs: number | undefined
  readonly bytes: number
  readonly usage: Usage
  /** Where the answer came from, and its first and last bytes if they can be read. */
  readonly server?: URL | undefined
  readonly answer?: Tap | undefined
}
