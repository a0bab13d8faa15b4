import { Gcra } from '../../../gate/enforce/gcra.ts'
import { failure, type Result, success } from '../../../kernel/result.ts'
import { hashPassword, isPassword } from './passwords.ts'
import type { StoredUser, UserStore } from './user-store.ts'
import type { Doorkeeper } from './who.ts'

export type SignInFailure =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'too-many'; readonly waitMs: number }

/** Failures a minute, from one address and for one name. */
const FAILURES_PER_MINUTE = 6
/** Guesses checked at once: each takes 128 MiB. */
const CHECKS_MAX = 2
const SUBJECTS_MAX = 100_000

/** Checks who wants to come in. Failures cost time, by address and by name; a name that is not there costs the same. */
export class SignIn {
  readonly #users: UserStore
  readonly #doorkeeper: Doorkeeper
  readonly #now: () => number
  readonly #failures = new Gcra(SUBJECTS_MAX)
  #checking = 0
  #decoy: Promise<string> | undefined

  constructor(users: UserStore, doorkeeper: Doorkeeper, now: () => number) {
    this.#users = users
    this.#doorkeeper = doorkeeper
    this.#now = now
  }

  /** The user, or `token` for whoever has the console token. */
  async check(
    name: string | undefined,
    secret: string,
    address: string,
  ): Promise<Result<StoredUser | 'token', SignInFailure>> {
    const subjects = [`address ${address}`, `name ${name ?? ''}`]
    const waitMs = Math.max(
      ...subjects.map((subject) => this.#failures.waitMs(subject, FAILURES_PER_MINUTE, 1, this.#now())),
    )
    if (waitMs > 0) return failure({ kind: 'too-many', waitMs })
    if (this.#checking >= CHECKS_MAX) return failure({ kind: 'too-many', waitMs: 1_000 })
    this.#checking++
    try {
      const found = name === undefined ? this.#ofToken(secret) : await this.#ofPassword(name, secret)
      if (found !== undefined) return success(found)
    } finally {
      this.#checking--
    }
    for (const subject of subjects) this.#failures.take(subject, FAILURES_PER_MINUTE, 1, this.#now())
    return failure({ kind: 'wrong' })
  }

  #ofToken(secret: string): 'token' | undefined {
    return this.#doorkeeper.isToken(secret) ? 'token' : undefined
  }

  async #ofPassword(name: string, secret: string): Promise<StoredUser | undefined> {
    const user = this.#users.named(name)
    this.#decoy ??= hashPassword('nobody')
    const isRight = await isPassword(secret, user?.password ?? (await this.#decoy))
    return isRight && user?.password !== undefined && !user.isDisabled ? user : undefined
  }
}
