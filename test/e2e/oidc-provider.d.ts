// What the tests use of it; the package brings no types.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    readonly Grant: new (
      of: Readonly<Record<string, unknown>>,
    ) => {
      addOIDCScope(scope: string): void
      save(): Promise<string>
    }
  }
}
