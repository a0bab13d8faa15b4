import * as v from 'valibot'
import type { StoredRoute } from '../../alerts/alert-store.ts'
import { compact } from '../../read/acts.ts'
import { sliced } from '../../read/pages.ts'
import type { ApiParts } from '../parts.ts'
import { notFound } from '../problems.ts'
import { list, type Route, route } from '../route.ts'
import { undo } from '../shapes/campaigns.ts'
import { type Done, done } from '../shapes/common.ts'
import { type AlertRoute, alertRoute, alertTest, saveAlertRoute } from '../shapes/settings.ts'

const empty = v.optional(v.strictObject({}), {})

export function alertRoutes(parts: ApiParts): readonly Route[] {
  const { alerts, alerter } = parts
  const needed = (id: string | undefined): StoredRoute => {
    const found = alerts.find(id ?? '')
    if (found === undefined) throw notFound('such alert route')
    return found
  }
  return [
    list({
      ...{ path: '/api/alert-routes', role: 'operator', tag: 'settings' },
      summary: 'Where alerts about campaigns go; secrets are never read back',
      filters: {},
      item: alertRoute,
      handle: async ({ query }) => sliced(alerts.list().map(routeOf), query),
    }),
    route({
      ...{ method: 'POST', path: '/api/alert-routes', role: 'owner', tag: 'settings' },
      summary: 'Add a route: webhook, Slack, e-mail or syslog',
      body: saveAlertRoute,
      answer: done,
      handle: async ({ who, body: { reason, secret, ...fields } }): Promise<Done> => {
        await parts.audit(who, 'alert-route.add', fields.name, reason)
        return { id: alerts.save(undefined, { ...fields, secret }) }
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/alert-routes/:id', role: 'owner', tag: 'settings' },
      summary: 'Change a route; without a secret the old one stays',
      body: saveAlertRoute,
      answer: done,
      handle: async ({ who, params, body: { reason, secret, ...fields } }): Promise<Done> => {
        const { id } = needed(params.id)
        await parts.audit(who, 'alert-route.change', fields.name, reason)
        return { id: alerts.save(id, { ...fields, secret }) }
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/alert-routes/:id/remove', role: 'owner', tag: 'settings' },
      summary: 'Remove a route',
      body: undo,
      answer: done,
      handle: async ({ who, params, body: { reason } }): Promise<Done> => {
        const { id, name } = needed(params.id)
        await parts.audit(who, 'alert-route.remove', name, reason)
        alerts.remove(id)
        return { id }
      },
    }),
    route({
      ...{ method: 'POST', path: '/api/alert-routes/:id/test', role: 'owner', tag: 'settings' },
      summary: 'Send a real message through it now, and say what came of it',
      body: empty,
      answer: alertTest,
      handle: async ({ who, params }) => {
        const found = needed(params.id)
        await parts.audit(who, 'alert-route.test', found.name, 'a test message')
        return await alerter.test(found)
      },
    }),
  ]
}

function routeOf({ secret, lastSent, lastFailure, ...rest }: StoredRoute): AlertRoute {
  return compact({ ...rest, hasSecret: secret !== undefined, lastSent, lastFailure })
}
