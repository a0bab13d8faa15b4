import type { JsonObject, JsonValue } from '../../gate/act.ts'
import { canonicalJson } from '../../gate/canonical.ts'

// The form of an agent card that is signed (A2A 1.0, section 8.4.1): only fields of the protocol, defaults left out
// unless a field is required or has presence, and then RFC 8785.

/** `!` required, `?` has presence; `[]` a list, `{}` a map, then the message it holds; `*` any JSON. */
const shapes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AgentCard: {
    name: '!',
    description: '!',
    supportedInterfaces: '![]AgentInterface',
    provider: 'AgentProvider',
    version: '!',
    documentationUrl: '?',
    capabilities: '!AgentCapabilities',
    securitySchemes: '{}SecurityScheme',
    securityRequirements: '[]SecurityRequirement',
    defaultInputModes: '![]',
    defaultOutputModes: '![]',
    skills: '![]AgentSkill',
    iconUrl: '?',
  },
  AgentInterface: { url: '!', protocolBinding: '!', tenant: '', protocolVersion: '!' },
  AgentProvider: { url: '!', organization: '!' },
  AgentCapabilities: {
    streaming: '?',
    pushNotifications: '?',
    extensions: '[]AgentExtension',
    extendedAgentCard: '?',
  },
  AgentExtension: { uri: '', description: '', required: '', params: '*' },
  AgentSkill: {
    id: '!',
    name: '!',
    description: '!',
    tags: '![]',
    examples: '[]',
    inputModes: '[]',
    outputModes: '[]',
    securityRequirements: '[]SecurityRequirement',
  },
  SecurityRequirement: { schemes: '{}StringList' },
  StringList: { list: '[]' },
  SecurityScheme: {
    apiKeySecurityScheme: 'ApiKey',
    httpAuthSecurityScheme: 'HttpAuth',
    oauth2SecurityScheme: 'OAuth2',
    openIdConnectSecurityScheme: 'OpenIdConnect',
    mtlsSecurityScheme: 'MutualTls',
  },
  ApiKey: { description: '', location: '!', name: '!' },
  HttpAuth: { description: '', scheme: '!', bearerFormat: '' },
  OAuth2: { description: '', flows: '!OAuthFlows', oauth2MetadataUrl: '' },
  OpenIdConnect: { description: '', openIdConnectUrl: '!' },
  MutualTls: { description: '' },
  OAuthFlows: {
    authorizationCode: 'Flow',
    clientCredentials: 'Flow',
    implicit: 'Flow',
    password: 'Flow',
    deviceCode: 'Flow',
  },
  Flow: {
    authorizationUrl: '!',
    deviceAuthorizationUrl: '!',
    tokenUrl: '!',
    refreshUrl: '',
    scopes: '!{}',
    pkceRequired: '',
  },
}

/** The card as far as a signature covers it. What is not in here was not signed and must not be passed on as if. */
export function signedForm(card: JsonObject): JsonObject {
  return messageForm(card, 'AgentCard')
}

export function signingInput(card: JsonObject): string {
  return canonicalJson(signedForm(card))
}

/**
 * The form the official libraries sign: everything empty is left out, required or not (@a2a-js/sdk 1.3.0). It says the
 * same, for a reader takes what is missing as empty.
 */
export function emptyFreeInput(card: JsonObject): string {
  return canonicalJson(withoutEmpty(signedForm(card)) ?? {})
}

function withoutEmpty(value: JsonValue): JsonValue | undefined {
  if (value === '' || value === null) return undefined
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map(withoutEmpty).filter((item) => item !== undefined)
    return items.length === 0 ? undefined : items
  }
  if (!isObject(value)) return value
  const fields = Object.entries(value).flatMap(([key, item]): [string, JsonValue][] => {
    const kept = withoutEmpty(item)
    return kept === undefined ? [] : [[key, kept]]
  })
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}

function messageForm(message: JsonObject, shape: string): JsonObject {
  const fields: Record<string, JsonValue> = {}
  for (const [name, spec] of Object.entries(shapes[shape] ?? {})) {
    const value = message[name]
    if (value === undefined || value === null) continue
    const type = spec.replace(/^[!?]/, '')
    const form = fieldForm(value, type)
    // A message that is set is there even when it is empty; only values without presence are left out.
    const isMessage = /^[A-Z]/.test(type)
    if (spec.startsWith('!') || spec.startsWith('?') || isMessage || !isDefault(form)) fields[name] = form
  }
  return fields
}

function fieldForm(value: JsonValue, type: string): JsonValue {
  if (type === '*' || type === '') return value
  if (type.startsWith('[]'))
    return Array.isArray(value) ? value.map((item) => itemForm(item, type.slice(2))) : value
  if (type.startsWith('{}'))
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, itemForm(item, type.slice(2))]))
      : value
  return itemForm(value, type)
}

function itemForm(value: JsonValue, shape: string): JsonValue {
  return shape !== '' && isObject(value) ? messageForm(value, shape) : value
}

function isDefault(value: JsonValue): boolean {
  if (value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
