import { hash } from 'node:crypto'
import type { StaticKey } from '../../config/config.ts'
import { failure, type Result, success } from '../../kernel/result.ts'

export type KeyOwner = {
  /** Safe to write down: it cannot be turned back into the key without the deployment's own secret. */
  readonly id: string
  readonly tenant: string
  readonly account: string
  readonly plan: string | undefined
  readonly labels: readonly string[]
  readonly models: readonly string[]
  /** What the key may be used for; everything where nothing is said. */
  readonly scopes?: readonly string[] | undefined
  /** Unix milliseconds. */
  readonly expires: number | undefined
}

/** A stored key as the gate needs it: its digest in place of the key itself. */
export type StoredOwner = KeyOwner & { readonly digest: string }

const CHARACTERS_MIN = 24
const DIFFERENT_MIN = 12

/** Kept by whoever may bring the same key again; it holds for that key alone. */
export type KeyMemo = { digest: string | undefined }

/** All keys the gate knows, by digest. The keys themselves are not kept, so a memory dump does not hold them. */
export class KeyRing {
  readonly #pepper: string
  #static: ReadonlyMap<string, KeyOwner> = new Map()
  #stored: ReadonlyMap<string, KeyOwner> = new Map()
  #guessable: ReadonlySet<string> = new Set()

  constructor(pepper: string, staticKeys: readonly StaticKey[]) {
    this.#pepper = pepper
    this.useStatic(staticKeys)
  }

  useStatic(staticKeys: readonly StaticKey[]): void {
    this.#guessable = new Set(
      staticKeys
        .filter(({ key }) => isGuessableKey(key))
        .map(({ key }) => keyName(digestKey(this.#pepper, key))),
    )
    this.#static = new Map(
      staticKeys.map(({ key, ...owner }) => {
        const digest = digestKey(this.#pepper, key)
        return [digest, { ...owner, id: keyName(digest), expires: undefined }]
      }),
    )
  }

  useStored(owners: readonly StoredOwner[]): void {
    this.#stored = new Map(owners.map(({ digest, ...owner }) => [digest, owner]))
  }

  /** Whether the key of this name can be found by trying many. One that the gate made, or an issuer signed, cannot. */
  isGuessable(name: string): boolean {
    return this.#guessable.has(name)
  }

  find(key: string, now: number, memo?: KeyMemo): Result<KeyOwner, 'key-unknown' | 'key-expired'> {
    const digest = memo?.digest ?? digestKey(this.#pepper, key)
    if (memo !== undefined) memo.digest = digest
    const owner = this.#static.get(digest) ?? this.#stored.get(digest)
    if (owner === undefined) return failure('key-unknown')
    return owner.expires !== undefined && owner.expires <= now ? failure('key-expired') : success(owner)
  }
}

/** Whether somebody who tries many could come upon a key that a person wrote. */
export function isGuessableKey(key: string): boolean {
  return key.length < CHARACTERS_MIN || new Set(key).size < DIFFERENT_MIN
}

/** The pepper is this deployment's secret: a stolen digest cannot be tried against guesses without it. */
export function digestKey(pepper: string, key: string): string {
  return hash('sha256', `${pepper}\0${key}`, 'base64url')
}

export function keyName(digest: string): string {
  return `k_${digest.slice(0, 12)}`
}
