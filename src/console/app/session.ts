import { effect, signal } from '@preact/signals'
import type { Role } from '../../doors/admin/api/shapes/common.ts'
import type { Me, SignedOut } from '../../doors/admin/api/shapes/overview.ts'
import { ApiFailure, get, isSignedOut, remove, useCsrf } from './api/client.ts'
import { startLive, stopLive } from './api/live.ts'
import { follow, path } from './route.ts'

const ranks: Readonly<Record<Role, number>> = { viewer: 0, analyst: 1, operator: 2, owner: 3 }

/** Who is here; undefined until it is known, and after signing out. */
export const me = signal<Me | undefined>(undefined)
export const sessionFailure = signal<ApiFailure | undefined>(undefined)

/** Whether the person's role lets them; the gate decides again for itself. */
export function may(role: Role): boolean {
  return me.value !== undefined && ranks[me.value.role] >= ranks[role]
}

export async function loadSession(): Promise<void> {
  try {
    const known = await get<Me>('me')
    useCsrf(known.csrf)
    isSignedOut.value = false
    sessionFailure.value = undefined
    me.value = known
    startLive()
    if (path.peek() === '/signin') follow('/', 'replace')
  } catch (error) {
    if (error instanceof ApiFailure && error.status !== 401) sessionFailure.value = error
  }
}

export async function signOut(): Promise<void> {
  const { next } = await remove<SignedOut>('session')
  isSignedOut.value = true
  if (next !== undefined) location.assign(next)
}

effect(() => {
  if (!isSignedOut.value) return
  me.value = undefined
  useCsrf(undefined)
  stopLive()
})
