import type { IncomingHttpHeaders } from 'node:http'
import type { Protocol } from '../config/config.ts'
import type { Endpoint } from '../gate/exchange-act.ts'
import type { Result } from '../kernel/result.ts'
import type { JsonEdit, LaterJsonEdit } from './json-edit.ts'
import type { JsonRecord } from './json-fields.ts'
import type { Summarise } from './upstream/summariser.ts'

/** What a door reads from a request's body. All of it is the client's word. */
export type ExchangeFields = {
  readonly model: string
  readonly isStream: boolean
  readonly system: string | undefined
  readonly prompt: string | undefined
  readonly maxTokens: number | undefined
  readonly temperature: number | undefined
  readonly n: number | undefined
  /** The first words of the user's in this conversation. */
  readonly opening: string | undefined
  /** Nothing says that the answer has to be data. */
  readonly isProse: boolean
  /** Signatures of reasoning blocks that were sent back, as they came, the last ones last. */
  readonly reasoningSignatures: readonly string[]
  /** What the vendor keeps and the request goes on from: earlier answers, by their ids. */
  readonly references: readonly string[]
}

export type Usage = { readonly inputTokens: number | undefined; readonly outputTokens: number | undefined }

/** A refusal or failure as the gate means it; each protocol says it in its own shape. */
export type Refusal = {
  readonly status: number
  /** The stable name of the rule or failure. */
  readonly rule: string
  readonly reason: string
  /** The decision's id, by which the operator finds it in the ledger. */
  readonly id: string
  readonly retryAfterMs?: number | undefined
}

/** A model protocol: translates a request into fields and a refusal back into the protocol. Decides nothing. */
export type ModelDoor = {
  readonly protocol: Protocol
  readonly endpointOf: (method: string, path: string) => Endpoint | undefined
  readonly credential: (headers: IncomingHttpHeaders) => string | undefined
  readonly readFields: (endpoint: Endpoint, body: unknown) => Result<ExchangeFields, string>
  readonly refusalBody: (refusal: Refusal) => string
  /** What a stream that already began ends with when it cannot go on. */
  readonly refusalEvent: (refusal: Refusal) => string
  /** Whether a piece of a stream holds its last event. */
  readonly isLastEvent: (endpoint: Endpoint, chunk: Buffer) => boolean
  readonly readUsage: (head: Buffer, tail: Buffer) => Usage
  /** Under which keys an answer has what is only for the account it was made for: signatures, ids of what is kept. */
  readonly boundKeys: readonly Buffer[]
  /** One of these is in every piece of an answer that holds a reasoning block's signature. */
  readonly reasoningKeys: readonly Buffer[]
  readonly signaturesIn: (json: unknown) => readonly string[]
  /** Takes the words of the model's reasoning out of an answer. */
  readonly veil: JsonEdit
  /** Puts a summary in place of the words of the model's reasoning. Made anew for each answer. */
  readonly summarise: (summary: Summarise) => LaterJsonEdit
  /** A request without the words the gate put into reasoning blocks. */
  readonly withoutSummaries: (request: JsonRecord, isOurs: (signature: string) => boolean) => JsonRecord
  /** Closes an answer with a sentence. Made anew for each answer. */
  readonly mark: (sentence: string) => JsonEdit
  /** Header names of the client's key, which never goes on; and how the upstream's key is put in. */
  readonly keyHeaders: readonly string[]
  readonly putKey: (key: string) => readonly [name: string, value: string]
}

const MODELS = '/v1/models'

/** Both protocols list their models at the same place. */
export function listEndpoint(method: string, path: string): Endpoint | undefined {
  if (method !== 'GET' || !path.startsWith(MODELS)) return undefined
  return path.length === MODELS.length || isModelPath(path.slice(MODELS.length)) ? 'models' : undefined
}

/** The model that a request to `/v1/models` names; none where it asks for the list, whatever its query. */
export function modelAsked(url: string): string {
  const id = url.slice(MODELS.length + 1).replace(/\?.*/s, '')
  try {
    return decodeURIComponent(url.startsWith(`${MODELS}/`) ? id : '')
  } catch {
    return id
  }
}

/**
 * Whether this names a model and nothing else. The client chooses it and the upstream's key goes with it, so a path that
 * some server on the way could read as one outside `/v1/models` is none: dots between slashes, however they are written.
 */
function isModelPath(path: string): boolean {
  if (/%(?:25|[01]|7f)/i.test(path)) return false
  const [before, ...segments] = path
    .replace(/%2e/gi, '.')
    .replace(/%(?:2f|5c)|\\/gi, '/')
    .split('/')
  return before === '' && segments.every((segment) => segment !== '' && !/^\.{1,2}(?:;|$)/.test(segment))
}
