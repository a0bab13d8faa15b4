import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'
import * as v from 'valibot'
import type { OidcConfig } from '../../../config/oidc-section.ts'
import { Gcra } from '../../../gate/enforce/gcra.ts'
import type { Role } from '../api/shapes/common.ts'
import { userName } from '../api/shapes/settings.ts'
import { type Claims, callbackOf, OidcFailure, OidcProvider } from './oidc-provider.ts'
import type { StoredUser, UserStore } from './user-store.ts'

/** What comes back to the callback, as the provider's redirect has it: nothing of it is to be believed. */
export type Callback = {
  readonly code?: string | undefined
  readonly state?: string | undefined
  readonly iss?: string | undefined
  readonly error?: string | undefined
}

/** Where to go after signing in, and whether the provider is to ask who it is even of somebody it knows. */
export type Wish = { readonly to: string | undefined; readonly isAgain: boolean }

type Begun = { readonly url: string; readonly cookie: string }

export type SignedIn = { readonly user: StoredUser; readonly to: string }

export const SIGN_IN_SECONDS = 600
const RANDOM_BYTES = 32
const DISCOVERY_MS = 600_000
const FAILURES_PER_MINUTE = 10
const ADDRESSES_MAX = 100_000
/** Sign-ins that wait for the provider at once. */
const WAITING_MAX = 16
/** A screen of ours: no other host, no script. */
const OWN_PATH = /^\/(?![/\\])[\w\-./~%?=&:@+,]{0,500}$/
const ranked = ['owner', 'operator', 'analyst', 'viewer'] as const satisfies readonly Role[]

const pending = v.object({ state: v.string(), nonce: v.string(), verifier: v.string(), to: v.string() })
const listed = v.union([
  v.array(v.string()),
  v.pipe(
    v.string(),
    v.transform((text) => [text]),
  ),
])

/**
 * Sign-in by an OpenID provider: the authorization code flow with PKCE, state and nonce. What has to be remembered in
 * between travels in a cookie that only this process can read, so that nobody fills a memory by starting sign-ins.
 */
export class Oidc {
  readonly #config: () => OidcConfig | undefined
  readonly #users: UserStore
  readonly #now: () => number
  readonly #key = randomBytes(RANDOM_BYTES)
  readonly #failures = new Gcra(ADDRESSES_MAX)
  #known:
    | { readonly config: OidcConfig; readonly provider: Promise<OidcProvider>; readonly until: number }
    | undefined
  #waiting = 0

  constructor(config: () => OidcConfig | undefined, users: UserStore, now: () => number) {
    this.#config = config
    this.#users = users
    this.#now = now
  }

  get config(): OidcConfig | undefined {
    return this.#config()
  }

  get name(): string {
    const { config } = this
    return config?.name ?? (config === undefined ? '' : new URL(config.issuer).host)
  }

  /** Where to send the browser, and what to give it along. */
  async start(config: OidcConfig, { to, isAgain }: Wish, address: string): Promise<Begun> {
    const { endpoints } = await this.#limited(address, () => this.#provider(config))
    const [state, nonce, verifier] = [random(), random(), random()]
    const url = new URL(endpoints.authorization_endpoint)
    const parameters = {
      ...{ response_type: 'code', client_id: config.clientId, redirect_uri: callbackOf(config.url) },
      ...{ scope: config.scopes.join(' '), state, nonce, code_challenge_method: 'S256' },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    }
    // Whoever was let out of the door would else be brought to it again by the provider, as the same person.
    if (isAgain) url.searchParams.set('prompt', 'login')
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    const cookie = await new EncryptJWT({ state, nonce, verifier, to: ownPath(to) })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setExpirationTime(Math.floor(this.#now() / 1_000) + SIGN_IN_SECONDS)
      .encrypt(this.#key)
    return { url: url.href, cookie }
  }

  /** Who has come back from the provider. Throws an `OidcFailure` with what the page and the ledger may say. */
  finish(
    config: OidcConfig,
    callback: Callback,
    cookie: string | undefined,
    address: string,
  ): Promise<SignedIn> {
    return this.#limited(address, async () => {
      const { state, nonce, verifier, to } = await this.#opened(cookie)
      if (!isSame(callback.state ?? '', state))
        throw new OidcFailure('expired', 'the answer belongs to another sign-in')
      const provider = await this.#provider(config)
      checkIssuer(callback, config, provider)
      if (callback.error !== undefined)
        throw new OidcFailure('refused', `the provider says ${callback.error.slice(0, 100)}`)
      if (callback.code === undefined) throw new OidcFailure('refused', 'the provider sent no code')
      const claims = await provider.claims(callback.code, verifier, nonce)
      return { user: this.#admit(config, claims), to }
    })
  }

  /** Where to send the browser to sign out at the provider too. */
  async signOutUrl(): Promise<string | undefined> {
    const { config } = this
    if (config === undefined || config.signOut === 'console') return undefined
    const provider = await this.#provider(config).catch(() => undefined)
    const where = provider?.endpoints.end_session_endpoint
    if (where === undefined) return undefined
    const url = new URL(where)
    url.searchParams.set('client_id', config.clientId)
    url.searchParams.set('post_logout_redirect_uri', `${config.url}/signin`)
    return url.href
  }

  /** Failures cost time by address, and only so many wait at once: whoever knocks is nobody yet. */
  async #limited<Value>(address: string, work: () => Promise<Value>): Promise<Value> {
    const waitMs = this.#failures.waitMs(address, FAILURES_PER_MINUTE, 1, this.#now())
    if (this.#waiting >= WAITING_MAX || waitMs > 0) throw new OidcFailure('busy', 'too many tries')
    this.#waiting++
    try {
      return await work()
    } catch (error) {
      this.#failures.take(address, FAILURES_PER_MINUTE, 1, this.#now())
      throw error
    } finally {
      this.#waiting--
    }
  }

  #provider(config: OidcConfig): Promise<OidcProvider> {
    if (this.#known?.config !== config || this.#known.until < this.#now()) {
      const provider = OidcProvider.open(config, this.#now)
      const known = { config, provider, until: this.#now() + DISCOVERY_MS }
      this.#known = known
      // A provider that did not answer is asked again by the next who comes.
      provider.catch(() => {
        if (this.#known === known) this.#known = undefined
      })
    }
    return this.#known.provider
  }

  async #opened(cookie: string | undefined): Promise<v.InferOutput<typeof pending>> {
    try {
      const { payload } = await jwtDecrypt(cookie ?? '', this.#key, {
        currentDate: new Date(this.#now()),
        ...{ keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
      })
      return v.parse(pending, payload)
    } catch {
      throw new OidcFailure('expired', 'no sign-in was begun in this browser in the last ten minutes')
    }
  }

  /** A person is who the provider calls by this subject: names and addresses can be given to others later. */
  #admit(config: OidcConfig, claims: Claims): StoredUser {
    const users = this.#users
    const known = users.ofSubject(config.issuer, claims.sub)
    const name = known?.name ?? nameOf(config, claims)
    const named = known ?? users.named(name)
    if (named !== undefined && known === undefined && (named.via !== 'oidc' || users.hasSubject(named.id)))
      throw new OidcFailure('name-taken', `${name} is somebody else here`)
    if (named?.isDisabled) throw new OidcFailure('disabled', `${name} is disabled`)
    const standing = config.roles === undefined ? named : standingOf(config, claims)
    if (standing === undefined)
      throw new OidcFailure('no-role', `nothing that the provider says of ${name} stands for a role`)
    const { role, tenant } = standing
    if (named === undefined)
      users.add({ ...{ name, role, tenant }, via: 'oidc', password: undefined, created: this.#now() })
    else if (named.role !== role || named.tenant !== tenant) users.change({ ...named, role, tenant })
    const user = users.named(name)
    if (user === undefined) throw new OidcFailure('name-taken', `${name} could not be added`)
    users.bindSubject(user.id, config.issuer, claims.sub)
    return user
  }
}

/** An answer of another provider must not be taken to this one's token endpoint (RFC 9207). */
function checkIssuer({ iss }: Callback, { issuer }: OidcConfig, { endpoints }: OidcProvider): void {
  const isNeeded = endpoints.authorization_response_iss_parameter_supported
  if (iss === undefined ? isNeeded : iss !== issuer)
    throw new OidcFailure('invalid', 'the answer is not of this provider')
}

function nameOf({ claims: { name: claim } }: OidcConfig, claims: Claims): string {
  const read = v.safeParse(userName, claims[claim])
  if (!read.success) throw new OidcFailure('invalid', `the claim ${claim} is no name of a user`)
  if (claim === 'email' && claims.email_verified === false)
    throw new OidcFailure('invalid', 'the provider has not verified the e-mail address')
  return read.output
}

function standingOf(
  { claims: names, roles }: OidcConfig,
  claims: Claims,
): Pick<StoredUser, 'role' | 'tenant'> | undefined {
  const read = v.safeParse(listed, claims[names.roles])
  const given = new Set(read.success ? read.output : [])
  const role = ranked.find((one) => roles?.[one]?.some((value) => given.has(value)))
  if (role === undefined) return undefined
  // An owner is of all tenants. For others a claim that is configured and missing must not open all of them.
  if (names.tenant === undefined || role === 'owner') return { role, tenant: null }
  const tenant = claims[names.tenant]
  if (typeof tenant !== 'string' || tenant === '' || tenant.length > 256) return undefined
  return { role, tenant: tenant === '*' ? null : tenant }
}

function ownPath(to: string | undefined): string {
  return to !== undefined && OWN_PATH.test(to) && !to.startsWith('/api/') && to !== '/signin' ? to : '/'
}

function random(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url')
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)]
  return left.length === right.length && timingSafeEqual(left, right)
}
