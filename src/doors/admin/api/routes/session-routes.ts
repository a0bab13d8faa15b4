import { cookieOf, SESSION_COOKIE, type Who } from '../../people/who.ts'
import type { ApiParts } from '../parts.ts'
import { ApiProblem } from '../problems.ts'
import { type Call, type Route, route } from '../route.ts'
import { type Me, me, type SignedOut, type SignInWays, signedOut, signInWays } from '../shapes/overview.ts'
import { signIn } from '../shapes/settings.ts'

export function sessionRoutes(parts: ApiParts): readonly Route[] {
  const { users, doorkeeper } = parts
  return [
    route({
      ...{ method: 'GET', path: '/api/signin', role: 'anyone', scope: 'tenant', tag: 'session' },
      summary: 'How one can sign in',
      answer: signInWays,
      handle: async (): Promise<SignInWays> => {
        if (doorkeeper.isOpen) return { ways: ['open'] }
        const ways: SignInWays['ways'] = []
        if (users.list().some(({ via }) => via === 'password')) ways.push('password')
        if (doorkeeper.hasToken) ways.push('token')
        const { oidc } = parts
        return oidc.config === undefined ? { ways } : { ways: ['oidc', ...ways], oidcName: oidc.name }
      },
    }),
    route({
      ...{ method: 'GET', path: '/api/me', role: 'viewer', scope: 'tenant', tag: 'session' },
      summary: 'Who is signed in, with which role, and the value that writes need in x-portcullis-csrf',
      answer: me,
      handle: async ({ who }) => meOf(parts, who),
    }),
    signInRoute(parts),
    route({
      ...{ method: 'DELETE', path: '/api/session', role: 'viewer', scope: 'tenant', tag: 'session' },
      summary: 'Sign out; where the provider is to know of it, the answer says where to send the browser',
      answer: signedOut,
      handle: async ({ who, request, response }): Promise<SignedOut> => {
        if (who.session !== undefined) users.closeSession(who.session)
        setCookie({ request, response }, undefined)
        const next = who.via === 'oidc' ? await parts.oidc.signOutUrl() : undefined
        return next === undefined ? {} : { next }
      },
    }),
  ]
}

function signInRoute(parts: ApiParts): Route {
  const { users, now } = parts
  return route({
    ...{ method: 'POST', path: '/api/session', role: 'anyone', scope: 'tenant', tag: 'session' },
    summary: 'Sign in with a name and password, or with the console token; sets a cookie',
    body: signIn,
    answer: me,
    handle: async ({ body: { name, secret }, address, request, response }) => {
      const found = await parts.signIn.check(name, secret, address)
      const asker = { ...nobody, name: name ?? 'console-token' }
      if (!found.ok) {
        if (found.error.kind === 'too-many')
          throw new ApiProblem('too-many-tries', 'Wait before you try again.', {
            retryAfterSeconds: Math.ceil(found.error.waitMs / 1_000),
          })
        await parts.audit(asker, 'sign-in.failed', address, 'wrong name or secret')
        throw new ApiProblem('sign-in-wrong', 'The name or the secret is wrong.')
      }
      const user = found.value === 'token' ? undefined : found.value
      const before = cookieOf(request.headers.cookie)
      if (before !== undefined) users.closeSession(before)
      const { token, csrf } = users.openSession(user?.id, now())
      await parts.audit({ ...asker, role: user?.role ?? 'owner' }, 'sign-in', address, 'signed in')
      setCookie({ request, response }, token)
      return meOf(parts, {
        name: user?.name ?? 'console-token',
        role: user?.role ?? 'owner',
        tenant: user?.tenant ?? null,
        via: user === undefined ? 'token' : 'password',
        csrf,
        expires: users.session(token, now())?.expires,
        session: token,
      })
    },
  })
}

function meOf(parts: ApiParts, who: Who): Me {
  return {
    name: who.name,
    role: who.role,
    tenant: who.tenant,
    mode: parts.config().mode,
    via: who.via,
    csrf: who.csrf,
    version: parts.version,
    ...(who.expires === undefined ? {} : { expires: who.expires }),
  }
}

export const nobody: Who = {
  ...{
    name: '',
    role: 'viewer',
    tenant: null,
    via: 'password',
    csrf: '',
    expires: undefined,
    session: undefined,
  },
}

function setCookie(
  { request, response }: Pick<Call, 'request' | 'response'>,
  token: string | undefined,
): void {
  response.setHeader('set-cookie', sessionCookie(token, request.headers['x-forwarded-proto'] === 'https'))
}

/** Not sent from other sites, not readable by scripts. Behind a proxy that says so, only over TLS. */
export function sessionCookie(token: string | undefined, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : ''
  const life = token === undefined ? '; Max-Age=0' : ''
  return `${SESSION_COOKIE}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict${secure}${life}`
}
