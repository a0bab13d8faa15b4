import type { Standing } from './standing.ts'

/** Who stands behind an act, as far as the gate knows and has reason to believe. */
export type Caller = {
  readonly tenant: string
  readonly account: string
  /** A name for the key that is safe to write down; never the key. */
  readonly key: string
  readonly plan: string | undefined
  readonly labels: readonly string[]
  /** Globs over the models this key may ask for. */
  readonly models: readonly string[]
  /** What the key may be used for; everything where nothing is said. */
  readonly scopes?: readonly string[] | undefined
  /** The client's address through trusted hops only. */
  readonly address: string
  readonly userAgent: string | undefined
  /** What a trusted fronting proxy vouches for. */
  readonly org: string | undefined
  readonly ja4: string | undefined
  readonly payment: string | undefined
  readonly asn: number | undefined
  readonly created: number | undefined
  /** When the request reached the fronting proxy. */
  readonly time: number | undefined
  readonly standing: Standing
}

export type IdentityFailure =
  | 'key-missing'
  | 'key-unknown'
  | 'key-expired'
  | 'token-invalid'
  | 'token-expired'
  /** The issuer of a token could not be asked for its keys. */
  | 'token-unchecked'
  | 'too-many-refusals'
