import type { ServerResponse } from 'node:http'
import * as v from 'valibot'
import type { OidcConfig } from '../../../../config/oidc-section.ts'
import { type Callback, SIGN_IN_SECONDS } from '../../people/oidc.ts'
import { OidcFailure } from '../../people/oidc-provider.ts'
import { cookieOf, SESSION_COOKIE, type Who } from '../../people/who.ts'
import type { ApiParts } from '../parts.ts'
import { ApiProblem } from '../problems.ts'
import { type Call, type Route, route, Sent } from '../route.ts'
import { nobody, sessionCookie } from './session-routes.ts'

const STATE_COOKIE = 'portcullis-oidc'
const parameter = v.optional(v.pipe(v.string(), v.maxLength(4_096)))

/** Pages for a browser on its way to the provider and back: they answer with a redirect, whatever happens. */
export function oidcRoutes(parts: ApiParts): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path: '/api/oidc/start', role: 'anyone', scope: 'tenant', tag: 'session' },
      summary: 'Sign in by the OpenID provider: sends the browser there',
      query: v.object({ to: parameter, again: v.optional(v.picklist(['true', 'false']), 'false') }),
      handle: async ({ query: { to, again }, response, address }) => {
        const config = configured(parts)
        try {
          const { url, cookie } = await parts.oidc.start(config, { to, isAgain: again === 'true' }, address)
          const life = `Max-Age=${SIGN_IN_SECONDS}`
          return redirect(response, url, [stateCookie(config, cookie, life)])
        } catch (error) {
          return await refuse(parts, response, address, error)
        }
      },
    }),
    route({
      ...{ method: 'GET', path: '/api/oidc/callback', role: 'anyone', scope: 'tenant', tag: 'session' },
      summary: 'Where the OpenID provider sends the browser back to; opens a session',
      // A provider may send more than is needed.
      query: v.object({ code: parameter, state: parameter, iss: parameter, error: parameter }),
      handle: async (call) => {
        const config = configured(parts)
        try {
          return await letIn(parts, config, call)
        } catch (error) {
          return await refuse(parts, call.response, call.address, error)
        }
      },
    }),
  ]
}

function configured({ oidc: { config } }: ApiParts): OidcConfig {
  if (config === undefined)
    throw new ApiProblem('not-available', 'No OpenID provider is set up: oidc in portcullis.yaml.')
  return config
}

async function letIn(parts: ApiParts, config: OidcConfig, call: Call<Callback>): Promise<Sent> {
  const { request, response, address, query } = call
  const { users, now } = parts
  const state = cookieOf(request.headers.cookie, STATE_COOKIE)
  const { user, to } = await parts.oidc.finish(config, query, state, address)
  const who: Who = { ...nobody, name: user.name, role: user.role, tenant: user.tenant, via: 'oidc' }
  await parts.audit(who, 'sign-in', address, `signed in by ${config.issuer}`)
  // A session that the browser had before, whoever's it was, ends here: nobody is let into one that others know of.
  const before = cookieOf(request.headers.cookie, SESSION_COOKIE)
  if (before !== undefined) users.closeSession(before)
  const { token } = users.openSession(user.id, now())
  return redirect(response, to, [
    stateCookie(config, '', 'Max-Age=0'),
    sessionCookie(token, config.url.startsWith('https:')),
  ])
}

async function refuse(
  parts: ApiParts,
  response: ServerResponse,
  address: string,
  error: unknown,
): Promise<Sent> {
  if (!(error instanceof OidcFailure)) throw error
  // Beyond the limit of tries nothing more is written: the ledger is not for whoever knocks to fill.
  if (error.code !== 'busy')
    await parts.audit(
      { ...nobody, name: 'oidc', via: 'oidc' },
      'sign-in.failed',
      address,
      `${error.code}: ${error.message}`,
    )
  return redirect(response, `/signin?problem=${error.code}`, [])
}

function redirect(response: ServerResponse, to: string, cookies: readonly string[]): Sent {
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies])
  response.writeHead(303, { location: to, 'content-length': 0 })
  response.end()
  return Sent.streaming
}

/** Lax, for the provider's redirect comes from another site; it holds nothing that anybody but the gate can read. */
function stateCookie({ url }: OidcConfig, value: string, life: string): string {
  const secure = url.startsWith('https:') ? '; Secure' : ''
  return `${STATE_COOKIE}=${value}; Path=/api/oidc; HttpOnly; SameSite=Lax; ${life}${secure}`
}
