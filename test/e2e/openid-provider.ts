import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { RunningGate } from './running-gate.ts'

export const CLIENT = 'portcullis'
export const TOKEN = 'a-console-token-for-tests'
const CLIENT_SECRET = 'a-secret-of-the-client-for-tests'

export type Person = {
  readonly email: string
  readonly email_verified?: boolean
  readonly groups: readonly string[]
  readonly tenant?: string
}

type Session = {
  readonly oidc: {
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId: string }
  }
}

/**
 * A real OpenID provider under another name than the console's, so that to a browser it is another site. People sign in
 * with any password; what it says of them can be changed at any time.
 */
export class OpenIdProvider implements AsyncDisposable {
  readonly issuer: string
  readonly people = new Map<string, Person>()
  readonly #server: ReturnType<typeof createServer>

  private constructor(server: ReturnType<typeof createServer>, issuer: string) {
    this.#server = server
    this.issuer = issuer
  }

  static async open(): Promise<OpenIdProvider> {
    const server = createServer()
    server.listen(0, 'localhost')
    await once(server, 'listening')
    return new OpenIdProvider(server, `http://localhost:${(server.address() as AddressInfo).port}`)
  }

  /** The client can be told of only once the console's address is known. */
  async serve(console: string): Promise<void> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT,
          client_secret: CLIENT_SECRET,
          redirect_uris: [`${console}/api/oidc/callback`],
          post_logout_redirect_uris: [`${console}/signin`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups', 'tenant'] },
      cookies: { keys: ['a key of the cookies of this test'] },
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'one' }] },
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, ...this.people.get(id) }),
      }),
      // Whoever signs in agrees: the page that asks for it is the provider's, not ours to test.
      loadExistingGrant: async ({ oidc: { client, session } }: Session) => {
        const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
        grant.addOIDCScope('openid email profile')
        await grant.save()
        return grant
      },
      ttl: {
        AccessToken: 600,
        AuthorizationCode: 600,
        IdToken: 600,
        Interaction: 600,
        Session: 600,
        Grant: 600,
      },
    })
    const handle = provider.callback()
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void handle(request, response)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}

/** A gate and a provider that know each other's addresses; `more` are further lines of the section `oidc`. */
export async function openGateOf(provider: OpenIdProvider, more: string): Promise<RunningGate> {
  const gate = await RunningGate.open(`
consoleToken: ${TOKEN}
oidc:
  name: Example ID
  issuer: "${provider.issuer}"
  clientId: ${CLIENT}
  clientSecret: ${CLIENT_SECRET}
  url: "http://127.0.0.1:1"
${more}
upstreams: [{ name: far, protocol: openai, url: "http://127.0.0.1:9" }]
`)
  // Which port the console has is known only once it listens, and the provider must send people back there.
  const { oidc } = gate.config
  if (oidc !== undefined) Object.assign(oidc, { url: gate.consoleUrl })
  await provider.serve(gate.consoleUrl)
  return gate
}
