import { hash } from 'node:crypto'

/** The oldest is forgotten first, and is then read as any text of a client's. */
const STATES_MAX = 100_000

/**
 * Which request states (2026-07-28) a server gave to which tenant. To the server all clients of the gate are one, so it cannot
 * bind a state to who was given it; and what it never gave is something a client made up.
 */
export class RequestStates {
  readonly #given = new Set<string>()

  give(server: string, tenant: string, state: string): void {
    for (const key of [keyOf(server, tenant, state), keyOf(server, state)]) {
      this.#given.delete(key)
      this.#given.add(key)
    }
    for (const oldest of this.#given) {
      if (this.#given.size <= STATES_MAX) break
      this.#given.delete(oldest)
    }
  }

  ownerOf(server: string, tenant: string, state: string): 'this' | 'another' | 'nobody' {
    if (this.#given.has(keyOf(server, tenant, state))) return 'this'
    return this.#given.has(keyOf(server, state)) ? 'another' : 'nobody'
  }
}

function keyOf(...parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url')
}
