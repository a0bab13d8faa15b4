// Sign-in by a real OpenID provider, as a browser does it: every redirect followed, every cookie kept.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLIENT, OpenIdProvider, openGateOf, TOKEN } from './openid-provider.ts'
import type { RunningGate } from './running-gate.ts'

/** Follows redirects as a browser would, with a box of cookies for each host. */
class Walker {
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly seen: URL[] = []

  cookie(host: string, name: string): string | undefined {
    return this.#cookies.get(host)?.get(name)
  }

  take(host: string, name: string, value: string): void {
    const box = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, box.set(name, value))
  }

  async go(url: string, form?: Readonly<Record<string, string>>): Promise<{ url: URL; answer: Response }> {
    let [next, body] = [new URL(url), form]
    for (let steps = 0; steps < 12; steps++) {
      this.seen.push(next)
      const box = this.#cookies.get(next.host) ?? new Map<string, string>()
      const answer = await fetch(next, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          cookie: [...box].map(([name, value]) => `${name}=${value}`).join('; '),
        },
        ...(body === undefined ? {} : { body: new URLSearchParams(body) }),
      })
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) box.delete(name)
        else box.set(name, value)
      }
      this.#cookies.set(next.host, box)
      const to = answer.headers.get('location')
      if (to === null) return { url: next, answer }
      await answer.arrayBuffer()
      ;[next, body] = [new URL(to, next), undefined]
    }
    throw new Error('it goes in circles')
  }

  /** To the provider, through its form, and back. Returns where that ends. */
  async signIn(gate: RunningGate, person: string, to = '/'): Promise<URL> {
    const { url, answer } = await this.go(`${gate.consoleUrl}/api/oidc/start?to=${encodeURIComponent(to)}`)
    if (url.origin === gate.consoleUrl) return url
    const action = /action="([^"]+)"/.exec(await answer.text())?.[1] ?? ''
    const back = await this.go(new URL(action, url).href, { prompt: 'login', login: person, password: 'any' })
    await back.answer.arrayBuffer()
    return back.url
  }
}

type Me = {
  readonly name: string
  readonly role: string
  readonly tenant: string | null
  readonly csrf: string
}

async function meOf(gate: RunningGate, walker: Walker): Promise<Me | number> {
  const cookie = `portcullis-session=${walker.cookie(new URL(gate.consoleUrl).host, 'portcullis-session') ?? ''}`
  const answer = await fetch(`${gate.consoleUrl}/api/me`, { headers: { cookie } })
  return answer.ok ? ((await answer.json()) as Me) : answer.status
}

describe('with roles by group', () => {
  let provider: OpenIdProvider
  let gate: RunningGate
  const host = (): string => new URL(gate.consoleUrl).host
  beforeAll(async () => {
    provider = await OpenIdProvider.open()
    gate = await openGateOf(
      provider,
      '  claims: { tenant: tenant }\n  roles: { owner: [leads], operator: [soc], viewer: [all] }',
    )
  })
  afterAll(async () => {
    await gate?.[Symbol.asyncDispose]()
    await provider?.[Symbol.asyncDispose]()
  })

  test('the highest role of a person’s groups is theirs, and a tenant of the claim confines them', async () => {
    provider.people.set('sub-mira', { email: 'mira@example.org', groups: ['all', 'leads'] })
    provider.people.set('sub-ben', { email: 'ben@example.org', groups: ['soc', 'all'], tenant: 'acme' })
    provider.people.set('sub-eva', { email: 'eva@example.org', groups: ['all'], tenant: '*' })
    const mira = new Walker()
    expect((await mira.signIn(gate, 'sub-mira', '/campaigns?state=open')).href).toBe(
      `${gate.consoleUrl}/campaigns?state=open`,
    )
    expect(await meOf(gate, mira)).toMatchObject({ name: 'mira@example.org', role: 'owner', tenant: null })
    const ben = new Walker()
    await ben.signIn(gate, 'sub-ben')
    expect(await meOf(gate, ben)).toMatchObject({ role: 'operator', tenant: 'acme', via: 'oidc' })
    const eva = new Walker()
    await eva.signIn(gate, 'sub-eva')
    expect(await meOf(gate, eva)).toMatchObject({ role: 'viewer', tenant: null })
    await expect
      .poll(() => gate.entries().filter(({ action }) => action === 'sign-in'))
      .toMatchObject([
        { author: 'mira@example.org', role: 'owner', via: 'oidc' },
        { author: 'ben@example.org' },
        { author: 'eva@example.org' },
      ])
  })

  test('PKCE, state and nonce go along, and each sign-in has its own', async () => {
    const asked: URLSearchParams[] = []
    for (let times = 0; times < 2; times++) {
      const walker = new Walker()
      await walker.signIn(gate, 'sub-eva')
      const [at] = walker.seen.filter(({ searchParams }) => searchParams.has('code_challenge'))
      asked.push(at?.searchParams ?? new URLSearchParams())
    }
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(asked[0]?.get(name)).toMatch(/^[\w-]{43}$/)
      expect(asked[0]?.get(name)).not.toBe(asked[1]?.get(name))
    }
    expect(asked[0]?.get('code_challenge_method')).toBe('S256')
  })

  test('whoever has no group with a role, or no tenant where one is needed, stays out', async () => {
    provider.people.set('sub-none', { email: 'none@example.org', groups: ['kitchen'], tenant: 'acme' })
    provider.people.set('sub-lost', { email: 'lost@example.org', groups: ['soc'] })
    for (const person of ['sub-none', 'sub-lost']) {
      const walker = new Walker()
      expect((await walker.signIn(gate, person)).search).toBe('?problem=no-role')
      expect(await meOf(gate, walker)).toBe(401)
    }
    await expect
      .poll(() => gate.entries().filter(({ action }) => action === 'sign-in.failed'))
      .toMatchObject([{ reason: expect.stringContaining('no-role') }, {}])
  })

  test('a role that was taken away ends the sessions of before at the next sign-in', async () => {
    provider.people.set('sub-kim', { email: 'kim@example.org', groups: ['soc'], tenant: '*' })
    const [first, second] = [new Walker(), new Walker()]
    await first.signIn(gate, 'sub-kim')
    expect(await meOf(gate, first)).toMatchObject({ role: 'operator' })
    provider.people.set('sub-kim', { email: 'kim@example.org', groups: ['all'], tenant: '*' })
    await second.signIn(gate, 'sub-kim')
    expect(await meOf(gate, second)).toMatchObject({ role: 'viewer' })
    expect(await meOf(gate, first)).toBe(401)
  })

  test('signing in rotates the session: what the browser had before opens nothing', async () => {
    const walker = new Walker()
    await walker.signIn(gate, 'sub-eva')
    const before = new Walker()
    before.take(host(), 'portcullis-session', walker.cookie(host(), 'portcullis-session') ?? '')
    expect(await meOf(gate, before)).toMatchObject({ name: 'eva@example.org' })
    await walker.signIn(gate, 'sub-eva')
    expect(await meOf(gate, walker)).toMatchObject({ name: 'eva@example.org' })
    expect(await meOf(gate, before)).toBe(401)
  })

  test('an answer without the cookie of its sign-in, of another one, or used twice lets nobody in', async () => {
    const victim = new Walker()
    await victim.signIn(gate, 'sub-eva')
    const callback = victim.seen.find(({ pathname }) => pathname === '/api/oidc/callback')?.href ?? ''
    expect(callback).toContain('code=')
    const stranger = new Walker()
    expect((await stranger.go(callback)).url.search).toBe('?problem=expired')
    const other = new Walker()
    const begun = await fetch(`${gate.consoleUrl}/api/oidc/start`, { redirect: 'manual' })
    const cookie = /portcullis-oidc=([^;]+)/.exec(begun.headers.get('set-cookie') ?? '')?.[1] ?? ''
    expect(begun.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/)
    other.take(host(), 'portcullis-oidc', cookie)
    expect((await other.go(callback)).url.search).toBe('?problem=expired')
    // With its own state but the code of another: the verifier does not fit.
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const mixed = new URL(callback)
    mixed.searchParams.set('state', state)
    expect((await other.go(mixed.href)).url.search).toBe('?problem=refused')
    for (const walker of [stranger, other]) expect(await meOf(gate, walker)).toBe(401)
  })

  test('whoever is disabled here stays out, whatever the provider says', async () => {
    const bearer = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const listed = (await (await fetch(`${gate.consoleUrl}/api/users`, { headers: bearer })).json()) as {
      items: { id: string; name: string; via: string }[]
    }
    const ben = listed.items.find(({ name }) => name === 'ben@example.org')
    expect(ben?.via).toBe('oidc')
    await fetch(`${gate.consoleUrl}/api/users/${ben?.id}`, {
      method: 'POST',
      headers: bearer,
      body: JSON.stringify({ isDisabled: true, reason: 'left' }),
    })
    expect((await new Walker().signIn(gate, 'sub-ben')).search).toBe('?problem=disabled')
  })

  test('a name is not taken over: another subject with the same address, or an unverified one, stays out', async () => {
    provider.people.set('sub-mira-2', { email: 'mira@example.org', groups: ['all'], tenant: '*' })
    expect((await new Walker().signIn(gate, 'sub-mira-2')).search).toBe('?problem=name-taken')
    provider.people.set('sub-new', {
      ...{ email: 'new@example.org', email_verified: false, groups: ['all'], tenant: '*' },
    })
    expect((await new Walker().signIn(gate, 'sub-new')).search).toBe('?problem=invalid')
  })

  test('nobody is sent elsewhere after signing in', async () => {
    for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', '/api/session'])
      expect((await new Walker().signIn(gate, 'sub-eva', to)).href).toBe(`${gate.consoleUrl}/`)
  })

  test('signing out names the provider’s own way out', async () => {
    const walker = new Walker()
    await walker.signIn(gate, 'sub-eva')
    const me = await meOf(gate, walker)
    const answer = await fetch(`${gate.consoleUrl}/api/session`, {
      method: 'DELETE',
      headers: {
        cookie: `portcullis-session=${walker.cookie(host(), 'portcullis-session')}`,
        'x-portcullis-csrf': typeof me === 'number' ? '' : me.csrf,
      },
    })
    const { next } = (await answer.json()) as { next: string }
    expect(next).toMatch(`${provider.issuer}/session/end?client_id=${CLIENT}&post_logout_redirect_uri=`)
    expect(await meOf(gate, walker)).toBe(401)
  })
})

describe('without roles by group', () => {
  test('knocking without end is slowed down, and does not fill the ledger', async () => {
    await using provider = await OpenIdProvider.open()
    await using gate = await openGateOf(provider, '')
    const problems: string[] = []
    for (let tries = 0; tries < 30; tries++)
      problems.push((await new Walker().go(`${gate.consoleUrl}/api/oidc/callback?code=x&state=y`)).url.search)
    expect(problems[0]).toBe('?problem=expired')
    expect(problems.at(-1)).toBe('?problem=busy')
    const failures = problems.filter((problem) => problem === '?problem=expired').length
    await expect
      .poll(() => gate.entries().filter(({ action }) => action === 'sign-in.failed').length)
      .toBe(failures)
  })

  test('only whom an owner named gets in, with the role given there, and is bound to that subject', async () => {
    await using provider = await OpenIdProvider.open()
    await using gate = await openGateOf(provider, '')
    provider.people.set('sub-ann', { email: 'ann@example.org', groups: ['leads'] })
    provider.people.set('sub-eve', { email: 'ann@example.org', groups: ['leads'] })
    expect((await new Walker().signIn(gate, 'sub-ann')).search).toBe('?problem=no-role')
    await fetch(`${gate.consoleUrl}/api/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ann@example.org', role: 'analyst', reason: 'joins the team' }),
    })
    const ann = new Walker()
    await ann.signIn(gate, 'sub-ann')
    expect(await meOf(gate, ann)).toMatchObject({ name: 'ann@example.org', role: 'analyst' })
    expect((await new Walker().signIn(gate, 'sub-eve')).search).toBe('?problem=name-taken')
  })

  test('a provider that does not answer is said to be so, and what else there is still works', async () => {
    const provider = await OpenIdProvider.open()
    await using gate = await openGateOf(provider, '')
    await provider[Symbol.asyncDispose]()
    expect((await new Walker().signIn(gate, 'sub-ann')).search).toBe('?problem=unreachable')
    const ways = (await (await fetch(`${gate.consoleUrl}/api/signin`)).json()) as { ways: string[] }
    expect(ways).toEqual({ ways: ['oidc', 'token'], oidcName: 'Example ID' })
  })
})
