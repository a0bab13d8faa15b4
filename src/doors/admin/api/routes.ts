import { openapiOf } from './openapi.ts'
import type { ApiParts } from './parts.ts'
import { type Route, route } from './route.ts'
import { actRoutes } from './routes/act-routes.ts'
import { agentRoutes } from './routes/agent-routes.ts'
import { alertRoutes } from './routes/alert-routes.ts'
import { campaignRoutes } from './routes/campaign-routes.ts'
import { keyRoutes } from './routes/key-routes.ts'
import { ledgerRoutes } from './routes/ledger-routes.ts'
import { measureRoutes } from './routes/measure-routes.ts'
import { oidcRoutes } from './routes/oidc-routes.ts'
import { overviewRoutes } from './routes/overview-routes.ts'
import { policyRoutes } from './routes/policy-routes.ts'
import { sessionRoutes } from './routes/session-routes.ts'
import { userRoutes } from './routes/user-routes.ts'

/** Every route there is. Fixed parts stand before `:id`, because the first that fits is taken. */
export function allRoutes(parts: ApiParts): readonly Route[] {
  const routes: Route[] = [
    ...sessionRoutes(parts),
    ...oidcRoutes(parts),
    ...overviewRoutes(parts),
    ...campaignRoutes(parts),
    ...actRoutes(parts),
    ...agentRoutes(parts),
    ...policyRoutes(parts),
    ...measureRoutes(parts),
    ...ledgerRoutes(parts),
    ...keyRoutes(parts),
    ...userRoutes(parts),
    ...alertRoutes(parts),
  ]
  const document = route({
    ...{ method: 'GET', path: '/api/openapi.json', role: 'anyone', scope: 'tenant', tag: 'session' },
    summary: 'This document',
    handle: async () => openapiOf(routes, parts.version),
  })
  routes.push(document)
  return routes
}
