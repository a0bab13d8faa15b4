import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { failure, type Result, success } from '../../../kernel/result.ts'
import type { Role } from '../api/shapes/common.ts'
import type { UserStore } from './user-store.ts'

/** Whoever asks, and how it is known. */
export type Who = {
  readonly name: string
  readonly role: Role
  /** Null: all tenants. */
  readonly tenant: string | null
  readonly via: 'open' | 'token' | 'password' | 'oidc'
  readonly csrf: string
  readonly expires: number | undefined
  /** The session's token, to end it by. */
  readonly session: string | undefined
}

export type WhoFailure = 'sign-in-needed' | 'other-host' | 'cross-site'

export const SESSION_COOKIE = 'portcullis-session'
const CSRF_HEADER = 'x-portcullis-csrf'
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Tells who a request comes from: a bearer token, a session's cookie, or, where nothing is set up yet, this machine. */
export class Doorkeeper {
  readonly #users: UserStore
  readonly #token: string | undefined
  readonly #hasOidc: () => boolean
  readonly #now: () => number
  /** What stands in for a session's csrf value on a console without sign-in. */
  readonly #csrf = randomBytes(16).toString('base64url')

  constructor(users: UserStore, token: string | undefined, hasOidc: () => boolean, now: () => number) {
    this.#users = users
    this.#token = token
    this.#hasOidc = hasOidc
    this.#now = now
  }

  /** Without a token, a provider and users the console is open to this machine, and to nobody else. */
  get isOpen(): boolean {
    return this.#token === undefined && !this.#hasOidc() && this.#users.count() === 0
  }

  get hasToken(): boolean {
    return this.#token !== undefined
  }

  isToken(given: string): boolean {
    if (this.#token === undefined) return false
    const [left, right] = [Buffer.from(given), Buffer.from(this.#token)]
    return left.length === right.length && timingSafeEqual(left, right)
  }

  who(request: IncomingMessage): Result<Who, WhoFailure> {
    const { headers } = request
    const bearer = /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
    if (bearer !== undefined)
      return this.isToken(bearer.trim())
        ? success(owner('console-token', 'token', ''))
        : failure('sign-in-needed')
    if (!isOwnOrigin(request)) return failure('cross-site')
    const cookie = cookieOf(headers.cookie)
    const who = cookie === undefined ? undefined : this.#ofSession(cookie)
    if (who !== undefined) return isVouchedFor(request, who.csrf) ? success(who) : failure('cross-site')
    if (!this.isOpen) return failure('sign-in-needed')
    // A page elsewhere must not reach a loopback console through a visitor's browser, by whatever name it calls it.
    if (!isOwnHost(headers.host)) return failure('other-host')
    if (headers.origin !== undefined && !isVouchedFor(request, this.#csrf)) return failure('cross-site')
    return success(owner('local', 'open', this.#csrf))
  }

  #ofSession(token: string): Who | undefined {
    const session = this.#users.session(token, this.#now())
    if (session === undefined) return undefined
    const { csrf, expires } = session
    if (session.user === undefined)
      return this.#token === undefined
        ? undefined
        : { ...owner('console-token', 'token', csrf), expires, session: token }
    const user = this.#users.find(session.user)
    if (user === undefined || user.isDisabled) return undefined
    const { name, role, tenant, via } = user
    return { name, role, tenant, via, csrf, expires, session: token }
  }
}

function owner(name: string, via: Who['via'], csrf: string): Who {
  return { name, role: 'owner', tenant: null, via, csrf, expires: undefined, session: undefined }
}

/** A browser says where a request comes from; other programs need not. */
function isOwnOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') return false
  if (headers.origin === undefined) return true
  try {
    return new URL(headers.origin).host === headers.host
  } catch {
    return false
  }
}

/** A cookie comes along by itself; this header only comes from a page that could read its value. */
function isVouchedFor({ method, headers }: IncomingMessage, csrf: string): boolean {
  if (READING.has(method ?? 'GET')) return true
  const given = Buffer.from(String(headers[CSRF_HEADER] ?? ''))
  const wanted = Buffer.from(csrf)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

export function cookieOf(header: string | undefined, wanted: string = SESSION_COOKIE): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=')
    if (name === wanted && value) return value
  }
  return undefined
}

function isOwnHost(host: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host ?? '')
}
