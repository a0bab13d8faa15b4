import type { ActId } from './act.ts'

export type Endpoint =
  | 'chat.completions'
  | 'responses'
  | 'embeddings'
  | 'messages'
  | 'count_tokens'
  | 'models'
  | KeptEndpoint

/** What is done with an answer that the vendor keeps under an id. */
export type KeptEndpoint = 'responses.read' | 'responses.items' | 'responses.cancel' | 'responses.delete'

export function isKept(endpoint: Endpoint): endpoint is KeptEndpoint {
  return endpoint.startsWith('responses.')
}

/** One question to a model and the answer to it. The text is the client's: it is measured here, never obeyed. */
export type ExchangeAct = {
  readonly kind: 'exchange'
  readonly id: ActId
  /** Unix milliseconds. */
  readonly ts: number
  readonly protocol: 'openai' | 'anthropic'
  readonly endpoint: Endpoint
  readonly model: string
  /** The id of the kept answer that is asked for, where one is. */
  readonly response?: string | undefined
  readonly isStream: boolean
  readonly system: string | undefined
  /** The last user message. */
  readonly prompt: string | undefined
  /** What the slow loop and the ledger keep of the two texts above, where there is a slow loop. */
  readonly sketch: string | undefined
  readonly maxTokens: number | undefined
  readonly temperature: number | undefined
  readonly n: number | undefined
  /** The request holds a secret, where the gate looks for secrets. */
  readonly hasSecret: boolean
  /** Reasoning blocks that the client sent back: digests of their signatures, the last one last. */
  readonly reasoningBlocks: readonly string[]
  /** What the gate's own seals say of them. */
  readonly reasoning: 'unsealed' | 'own' | 'moved' | 'foreign'
}
