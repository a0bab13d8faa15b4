// What the gate thinks of an account, from mild to severe. Only a person or the slow loop gives a standing; the
// request path reads it. Whoever acts leaves a reason and a name, and every measure can end and be undone.

type Ground = {
  /** The countermeasure that gave it. */
  readonly measure: string
  readonly reason: string
  readonly author: string
  readonly campaign: string | undefined
  /** Unix milliseconds after which the account is clear again. */
  readonly expires: number | undefined
}

export type Standing =
  | { readonly kind: 'clear' }
  | ({ readonly kind: 'watched' } & Ground)
  | ({ readonly kind: 'slowed'; readonly delayMs: number } & Ground)
  | ({ readonly kind: 'limited'; readonly requestsPerMinute: number } & Ground)
  | ({ readonly kind: 'capped'; readonly maxTokens: number } & Ground)
  | ({ readonly kind: 'lesser'; readonly model: string } & Ground)
  | ({ readonly kind: 'verify' } & Ground)
  | ({ readonly kind: 'quarantined' } & Ground)

export type StandingKind = Standing['kind']

/** Mild to severe: where several measures touch one account, the most severe one stands. */
export const standingKinds = [
  'clear',
  'watched',
  'slowed',
  'limited',
  'capped',
  'lesser',
  'verify',
  'quarantined',
] as const satisfies readonly StandingKind[]

export const clear: Standing = { kind: 'clear' }

export function isMoreSevere(left: Standing, right: Standing): boolean {
  return standingKinds.indexOf(left.kind) > standingKinds.indexOf(right.kind)
}

/** The standing of an account at a moment. The allow-list always wins. */
export type StandingBook = {
  readonly standingOf: (account: string, now: number) => Standing
}
