import { hash } from 'node:crypto'

// A vendor's signed reasoning block carries no word of whom it was made for, so a block made in one account can be
// handed to another, which asks the model to write it out. Every block that passes is remembered with its account;
// the same block coming back from another account is a replay. (CISA AA26-251A and the vendors' reports of 2026
// describe the technique; the bytes of answers stay as they are.)

/** Some 60 MB at most; older blocks are forgotten first. */
export const BLOCKS_MAX = 500_000
/** Shorter than this is a placeholder of a stream's first event, or the number of an item, and not one account's alone. */
const SIGNATURE_CHARACTERS_MIN = 16
const DIGEST_CHARACTERS = 32

export type ReasoningOrigin = 'own' | 'unknown' | 'foreign'

export class ReasoningBindings {
  readonly #owners = new Map<string, string>()
  readonly #pepper: string
  readonly #blocksMax: number
  readonly #bound: (digest: string, account: string) => void

  /** `bound` is told of every block that gets its account here. */
  constructor(
    pepper: string,
    {
      blocksMax = BLOCKS_MAX,
      bound = () => {},
    }: {
      readonly blocksMax?: number
      readonly bound?: (digest: string, account: string) => void
    } = {},
  ) {
    this.#pepper = pepper
    this.#blocksMax = blocksMax
    this.#bound = bound
  }

  /** What stands for a block wherever it is written down. */
  digest(signature: string): string | undefined {
    return signature.length < SIGNATURE_CHARACTERS_MIN ? undefined : this.#digestOf(signature)
  }

  #digestOf(text: string): string {
    return hash('sha256', `${this.#pepper}\0${text}`, 'hex').slice(0, DIGEST_CHARACTERS)
  }

  /** A block that an answer to `account` carries. The first account it was seen in keeps it. */
  bind(digest: string, account: string): void {
    if (this.#owners.has(digest)) return
    this.learn(digest, account)
    this.#bound(digest, account)
  }

  /** All that is known, for another process that has to know it. */
  entries(): Iterable<readonly [digest: string, account: string]> {
    return this.#owners
  }

  /** A block that was seen first in another process. */
  learn(digest: string, account: string): void {
    if (this.#owners.has(digest)) return
    this.#owners.set(digest, account)
    if (this.#owners.size <= this.#blocksMax) return
    const oldest = this.#owners.keys().next()
    if (!oldest.done) this.#owners.delete(oldest.value)
  }

  /** Whether an answer's id is known, and another account's. Ids that no answer had are the client's own affair. */
  isForeign(id: string, account: string): boolean {
    const digest = this.#digestOf(id)
    const isLong = id.length >= SIGNATURE_CHARACTERS_MIN
    const owner = (isLong ? this.#owners.get(digest) : undefined) ?? this.#owners.get(responseOf(digest))
    return owner !== undefined && owner !== account
  }

  /** A kept answer that was made for `account`, by its own id, which may be short: its server knows no two of them. */
  bindResponse(id: string, account: string): void {
    if (id !== '') this.bind(responseOf(this.#digestOf(id)), account)
  }

  /** Whether an answer with this id was made for this account, as far as is known. */
  isOwn(id: string, account: string): boolean {
    return this.#owners.get(responseOf(this.#digestOf(id))) === account
  }

  /** Where a block that `account` sends back comes from. Unknown ones become its own: it was here first. */
  originOf(digest: string, account: string): ReasoningOrigin {
    const claim = claimOf(digest)
    const owner = this.#owners.get(digest) ?? this.#owners.get(claim)
    if (owner === account) return 'own'
    if (owner !== undefined) return 'foreign'
    this.bind(claim, account)
    return 'unknown'
  }
}

/** Apart from ids that stand somewhere in an answer: a vendor repeats what it was sent, and that may be another's id. */
function responseOf(digest: string): string {
  return `r${digest.slice(1)}`
}

/**
 * What a client says it has is kept apart from what an answer was seen to carry: it could say the id of another's answer, and
 * have that for its own.
 */
function claimOf(digest: string): string {
  return `x${digest.slice(1)}`
}
