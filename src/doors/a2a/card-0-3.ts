import type { JsonObject } from '../../gate/act.ts'

// Cards of A2A 0.3: one address at the top, other names for security. Agents and clients that still speak it keep
// speaking it through the gate; their methods pass under the same rules as those of 1.0.

/** What a card of 0.3 says of its agent and may say to callers of the gate; not where it is, nor how to reach it. */
const kept = [
  'name',
  'description',
  'version',
  'protocolVersion',
  'provider',
  'documentationUrl',
  'iconUrl',
  'capabilities',
  'defaultInputModes',
  'defaultOutputModes',
  'skills',
  'supportsAuthenticatedExtendedCard',
] as const

export function isOldCard({ supportedInterfaces, url, protocolVersion }: JsonObject): boolean {
  const isOld = protocolVersion === undefined || /^0\./.test(String(protocolVersion))
  return supportedInterfaces === undefined && typeof url === 'string' && isOld
}

export function oldFields(card: JsonObject): JsonObject {
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = card[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

export function oldCard(card: JsonObject, url: string, isOpen: boolean): JsonObject {
  const security = isOpen
    ? {}
    : {
        securitySchemes: { portcullis: { type: 'http', scheme: 'bearer' } },
        security: [{ portcullis: [] }],
      }
  return { ...oldFields(card), url, preferredTransport: 'JSONRPC', ...security }
}
