import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PUBLIC_FILE } from '../../../../store/embedded/ledger/signing.ts'
import { hashPassword } from '../../people/passwords.ts'
import type { StoredUser } from '../../people/user-store.ts'
import { compact } from '../../read/acts.ts'
import { sliced } from '../../read/pages.ts'
import { type ApiParts, settle } from '../parts.ts'
import { ApiProblem, notFound } from '../problems.ts'
import { list, type Route, route } from '../route.ts'
import { type Done, done } from '../shapes/common.ts'
import {
  addUser,
  changeSettings,
  changeUser,
  type Settings,
  settings,
  type User,
  user,
} from '../shapes/settings.ts'

export function userRoutes(parts: ApiParts): readonly Route[] {
  const { users, now } = parts
  return [
    list({
      ...{ path: '/api/users', role: 'owner', tag: 'settings' },
      summary: 'Who may use the console, and with which role',
      filters: {},
      item: user,
      handle: async ({ query }) => sliced(users.list().map(userOf), query),
    }),
    route({
      ...{ method: 'POST', path: '/api/users', role: 'owner', tag: 'settings' },
      summary: 'Add a user; the first one must be an owner, for it ends the console without sign-in',
      body: addUser,
      answer: done,
      handle: async ({ who, body: { name, role, tenant, password, reason } }): Promise<Done> => {
        if (parts.doorkeeper.isOpen && (role !== 'owner' || password === undefined))
          throw new ApiProblem(
            'fields-wrong',
            'The first user must be an owner with a password: nobody else could sign in.',
          )
        if (role === 'owner' && tenant !== null)
          throw new ApiProblem('fields-wrong', 'An owner is of all tenants.')
        await parts.audit(who, 'user.add', name, `${role}: ${reason}`)
        const hash = password === undefined ? undefined : await hashPassword(password)
        const via = password === undefined ? 'oidc' : 'password'
        const id = users.add({ name, role, tenant, via, password: hash, created: now() })
        if (id === undefined) throw new ApiProblem('state-conflict', 'There is a user of that name.')
        return { id }
      },
    }),
    ...changeUserRoutes(parts),
  ]
}

function changeUserRoutes(parts: ApiParts): readonly Route[] {
  const { users } = parts
  return [
    route({
      ...{ method: 'POST', path: '/api/users/:id', role: 'owner', tag: 'settings' },
      summary: 'Change role, tenant or password, or disable; ends their sessions',
      body: changeUser,
      answer: done,
      handle: async ({ who, params, body: { reason, password, ...change } }): Promise<Done> => {
        const found = users.find(params.id ?? '')
        if (found === undefined) throw notFound('such user')
        const hash = password === undefined ? found.password : await hashPassword(password)
        const changed: StoredUser = {
          ...found,
          role: change.role ?? found.role,
          tenant: change.tenant === undefined ? found.tenant : change.tenant,
          isDisabled: change.isDisabled ?? found.isDisabled,
          password: hash,
        }
        if (isOwner(found) && !isOwner(changed) && users.list().filter(isOwner).length === 1)
          throw new ApiProblem('state-conflict', 'This is the last owner; make another one first.')
        await parts.audit(
          who,
          'user.change',
          found.name,
          `${changed.role}${changed.isDisabled ? ', disabled' : ''}: ${reason}`,
        )
        users.change(changed)
        return { id: found.id }
      },
    }),
    ...settingRoutes(parts),
  ]
}

function settingRoutes(parts: ApiParts): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path: '/api/settings', role: 'viewer', tag: 'settings' },
      summary: 'How this deployment is set up; most of it is changed in portcullis.yaml',
      answer: settings,
      handle: async () => settingsOf(parts),
    }),
    route({
      ...{ method: 'POST', path: '/api/settings', role: 'owner', tag: 'settings' },
      summary: 'Change what is decided in the console: the two-person rule',
      body: changeSettings,
      answer: settings,
      handle: async ({ who, body: { twoPersonRule, reason } }) => {
        const before = parts.settings.read()
        await parts.audit(
          who,
          'settings.change',
          'twoPersonRule',
          `${twoPersonRule ?? before.twoPersonRule}: ${reason}`,
        )
        parts.settings.write({ ...before, ...(twoPersonRule === undefined ? {} : { twoPersonRule }) })
        await settle(parts)
        return settingsOf(parts)
      },
    }),
  ]
}

function settingsOf(parts: ApiParts): Settings {
  const config = parts.config()
  const { enabled, standing, scoreMin, days } = config.watch
  return compact({
    mode: config.mode,
    version: parts.version,
    store: config.store,
    configFile: config.file,
    listen: `${config.listen.host}:${config.listen.port}`,
    console: config.console === undefined ? '' : `${config.console.host}:${config.console.port}`,
    upstreams: config.upstreams.map(({ name, protocol, url, models, local }) => ({
      ...{ name, protocol, url: `${url.origin}${url.pathname}`, models: [...models], isLocal: local },
    })),
    watch: { isEnabled: enabled, standing, scoreMin, days },
    twoPersonRule: parts.settings.read().twoPersonRule,
    oidc: config.oidc && { issuer: config.oidc.issuer, clientId: config.oidc.clientId },
    publicKey: readFileSync(join(config.store, 'ledger', PUBLIC_FILE), 'utf8'),
  })
}

function isOwner({ role, isDisabled }: StoredUser): boolean {
  return role === 'owner' && !isDisabled
}

function userOf({ password: _, lastSeen, ...rest }: StoredUser): User {
  return compact({ ...rest, lastSeen })
}
