/** One model exchange as the watch sees it, whatever log or door it came from. Contract C1 names the fields. */
export type Exchange = {
  /** Unix milliseconds. */
  readonly ts: number
  readonly id: string
  readonly account: string
  readonly key: string
  /** The verified organisation, where there is one. */
  readonly org?: string
  readonly ip?: string
  readonly asn?: number
  readonly ua?: string
  readonly ja4?: string
  /** Unix milliseconds at which the account was made. */
  readonly created?: number
  readonly plan?: string
  /** An opaque payment fingerprint. */
  readonly payment?: string
  readonly model: string
  readonly system?: string
  /** The last user message. */
  readonly prompt?: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly maxTokens?: number
  readonly temperature?: number
  readonly n?: number
  /** HTTP status. */
  readonly status: number
  /** Signature or hash of a reasoning block that was sent back. */
  readonly reasoningSignature?: string
  /** Where the texts were not kept: their features, as `intake/textless.ts` writes them. */
  readonly sketch?: readonly number[]
  /** Where the texts were not kept: the runs of the prompt that several accounts share, the rest as `…`. */
  readonly masked?: string
}
