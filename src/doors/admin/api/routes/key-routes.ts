import { digestKey, keyName } from '../../../../gate/identify/key-ring.ts'
import { newKey, type StoredKey } from '../../../../store/embedded/key-store.ts'
import { openSecret } from '../../../../store/embedded/secret.ts'
import { compact } from '../../read/acts.ts'
import { sliced } from '../../read/pages.ts'
import { type ApiParts, settle } from '../parts.ts'
import { ApiProblem, notFound } from '../problems.ts'
import { text } from '../queries.ts'
import { list, type Route, route } from '../route.ts'
import { type Done, done } from '../shapes/common.ts'
import {
  createKey,
  type Key,
  key,
  type MadeKey,
  madeKey,
  revokeKey,
  rotateKey,
  tenant,
} from '../shapes/settings.ts'

export function keyRoutes(parts: ApiParts): readonly Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts)]
}

function readingRoutes(parts: ApiParts): readonly Route[] {
  const { keys, reader, now } = parts
  const stored = (): readonly Key[] => keys.list().map((each) => keyOf(each, now()))
  const configured = (): readonly Key[] =>
    parts.config().keys.map((each) =>
      compact({
        id: keyName(digestKey(openSecret(parts.config().store), each.key)),
        account: each.account,
        tenant: each.tenant,
        plan: each.plan,
        labels: [...each.labels],
        models: [...each.models],
        created: 0,
        state: 'valid' as const,
        from: 'config' as const,
      }),
    )
  return [
    list({
      ...{ path: '/api/keys', role: 'viewer', tag: 'settings' },
      summary: 'Keys of callers; never the key itself',
      filters: { q: text },
      item: key,
      handle: async ({ query: { q, ...page } }) => {
        const wanted = q?.trim() ?? ''
        const all = [...stored(), ...configured()].reverse()
        return sliced(
          all.filter(({ id, account, tenant: of }) =>
            [id, account, of].some((field) => field.includes(wanted)),
          ),
          page,
        )
      },
    }),
    list({
      ...{ path: '/api/tenants', role: 'viewer', tag: 'settings' },
      summary: 'Tenants, by their keys, users and what they did',
      filters: {},
      item: tenant,
      handle: async ({ query }) => {
        const active = await reader.ask('tenants')
        const all = [...stored(), ...configured()]
        const users = parts.users.list()
        const named = [...active.map((each) => each.tenant), ...all.map((each) => each.tenant)]
        const names = new Set(
          [...named, ...users.flatMap((user) => user.tenant ?? [])].filter((name) => name !== ''),
        )
        const rows = [...names].sort().map((name) => ({
          tenant: name,
          accounts: active.find((each) => each.tenant === name)?.accounts ?? 0,
          acts: active.find((each) => each.tenant === name)?.acts ?? 0,
          keys: all.filter((each) => each.tenant === name && each.state === 'valid').length,
          users: users.filter((user) => user.tenant === name).length,
        }))
        return sliced(rows, query)
      },
    }),
  ]
}

function changingRoutes(parts: ApiParts): readonly Route[] {
  const { keys, now } = parts
  const add = (owner: Omit<StoredKey, 'id' | 'digest'>): MadeKey => {
    const made = newKey()
    const digest = digestKey(openSecret(parts.config().store), made)
    const entry = { ...owner, id: keyName(digest), digest }
    keys.add(entry)
    return { ...keyOf(entry, now()), key: made }
  }
  const needed = (id: string | undefined): StoredKey => {
    const found = keys.find(id ?? '')
    if (found === undefined) throw notFound('such stored key')
    return found
  }
  return [
    route({
      ...{ method: 'POST', path: '/api/keys', role: 'operator', tag: 'settings' },
      summary: 'Make a key; the answer is the only time it is shown',
      body: createKey,
      answer: madeKey,
      handle: async ({ who, body: { reason, forMs, ...owner } }) => {
        await parts.audit(who, 'key.create', owner.account, reason)
        const created = now()
        const expires = forMs === undefined ? undefined : created + forMs
        const made = add({ ...owner, plan: owner.plan, created, expires, revoked: undefined })
        await settle(parts)
        return made
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/keys/:id/revoke', role: 'operator', tag: 'settings' },
      summary: 'End a key now',
      body: revokeKey,
      answer: done,
      handle: async ({ who, params, body: { reason } }): Promise<Done> => {
        const found = needed(params.id)
        if (found.revoked !== undefined) throw new ApiProblem('state-conflict', 'It was revoked before.')
        await parts.audit(who, 'key.revoke', found.id, reason)
        keys.revoke(found.id, now())
        await settle(parts)
        return { id: found.id }
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/keys/:id/rotate', role: 'operator', tag: 'settings' },
      summary: 'Make a successor; the old key lives on for a while',
      body: rotateKey,
      answer: madeKey,
      handle: async ({ who, params, body: { overlapMs, reason } }) => {
        const { id, digest: _, ...owner } = needed(params.id)
        if (owner.revoked !== undefined)
          throw new ApiProblem('state-conflict', 'It was revoked; make a new one.')
        await parts.audit(who, 'key.rotate', id, reason)
        const made = add({ ...owner, created: now(), expires: undefined })
        keys.expire(id, now() + overlapMs)
        await settle(parts)
        return made
      },
    }),
  ]
}

export function keyState(
  { revoked, expires }: Pick<StoredKey, 'revoked' | 'expires'>,
  now: number,
): Key['state'] {
  if (revoked !== undefined) return 'revoked'
  return expires !== undefined && expires <= now ? 'expired' : 'valid'
}

function keyOf(stored: StoredKey, now: number): Key {
  const { id, account, tenant: of, plan, labels, models, created, expires } = stored
  const state = keyState(stored, now)
  return compact({
    ...{ id, account, tenant: of, plan, labels: [...labels], models: [...models], created, expires, state },
    from: 'store' as const,
  })
}
