import type { RevokedAgents } from '../gate/decide/system/system-gate.ts'
import type { StoredKey } from '../store/embedded/key-store.ts'

type Holder = Pick<StoredKey, 'tenant' | 'account'>

/**
 * Agents whose last key was revoked. Whoever has another key that still opens the gate, stored or in the configuration,
 * only changed keys; a key that ran out was not taken away.
 */
export function revokedAgents(
  stored: readonly (Holder & Pick<StoredKey, 'expires' | 'revoked'>)[],
  configured: readonly Holder[],
  now: number,
): RevokedAgents {
  const nameOf = ({ tenant, account }: Holder): string => `${tenant}\0${account}`
  const isOpen = ({ expires, revoked }: Pick<StoredKey, 'expires' | 'revoked'>): boolean =>
    revoked === undefined && (expires === undefined || expires > now)
  const open = new Set([...configured, ...stored.filter(isOpen)].map(nameOf))
  const gone = new Map<string, Set<string>>()
  for (const key of stored) {
    if (key.revoked === undefined || open.has(nameOf(key))) continue
    const known = gone.get(key.tenant)
    if (known === undefined) gone.set(key.tenant, new Set([key.account]))
    else known.add(key.account)
  }
  return gone
}
