/** Where an exchange may go: anywhere its model is served, or only to upstreams marked local. */
export type Pin = 'any' | 'local'

/** How a request is altered before it goes on. Whatever is altered is said in a header of the answer. */
export type Change =
  /** At most so many tokens of answer, one answer, no log-probabilities. */
  { readonly kind: 'cap'; readonly maxTokens: number } | { readonly kind: 'model'; readonly model: string }

export type ExchangeDecision =
  | { readonly action: 'allow'; readonly pin: Pin }
  | {
      readonly action: 'throttle'
      readonly rule: string
      readonly pin: Pin
      readonly delayMs: number
      readonly changes: readonly Change[]
    }
  | {
      readonly action: 'deny'
      readonly rule: string
      readonly status: 403 | 404 | 429
      readonly reason: string
      readonly retryAfterMs?: number
    }
