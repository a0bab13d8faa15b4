import { domainToUnicode } from 'node:url'
import type { JsonObject, JsonValue } from '../../act.ts'
import type { Finding } from '../../finding.ts'
import { skeletonOf } from './names.ts'

const NAME = 'elicitation'

/** Names of fields whose value is a secret. `token` alone is also a unit of text, so it needs company. */
const secretField =
  /(?:^|[^a-z])(?:pass(?:word|wd|phrase|code|key)?s?|pwd|secrets?|pin ?(?:code|number)?|api ?keys?|(?:access|auth|bearer|refresh|session|id|api|security|secret) ?tokens?|private ?keys?|ssh ?keys?|secret ?keys?|signing ?keys?|encryption ?keys?|credentials?|cvv2?|cvc2?|card ?(?:number|no)|credit ?card|(?:seed|recovery|mnemonic|backup) ?(?:phrases?|words?|codes?|keys?)|otp|one ?time ?(?:password|code|pin)|(?:2fa|mfa|totp|verification|authenticator) ?codes?|ssn|social ?security(?: ?number)?|passwort|kennwort|contraseñas?|clave ?secreta|mot ?de ?passe|senhas?|пароль|密码|口令|パスワード|비밀번호)(?:$|[^a-z])/i
/** A message that asks for one, whatever the field is called. */
const secretMessage =
  /\b(?:enter|provide|type|paste|give|supply|input|confirm|share|submit|send|need|require)\b[^.?!\n]{0,50}\b(?:passwords?|passphrase|passcode|pin code|api[ -]?keys?|(?:access|auth|bearer|refresh|session|api) tokens?|private keys?|secret keys?|credentials|cvv|card number|seed phrase|recovery (?:phrase|code)|one[ -]?time (?:password|code)|(?:2fa|mfa|verification|authenticator) code|social security number)\b/i
const FIELDS_MAX = 500
/** Yes or no about a password is no password. */
const harmless = new Set(['boolean'])

/** A form must not ask for secrets: whatever is typed into it passes the client, the model's context and the logs. */
export function inspectElicitation(params: JsonObject): readonly Finding[] {
  return [...aboutForm(params), ...aboutAddress(params)]
}

/** Whatever mode is said: a client that knows no modes shows the form. */
function aboutForm(params: JsonObject): readonly Finding[] {
  const fields = fieldsOf(params.requestedSchema)
  const asked = fields.find(({ name, title, type }) => {
    if (harmless.has(type)) return false
    return secretField.test(spaced(name)) || secretField.test(title)
  })
  const message = typeof params.message === 'string' ? params.message.slice(0, 4_000) : ''
  const hasText = fields.some(({ type }) => type === 'string' || type === '')
  if (asked === undefined && !(hasText && secretMessage.test(message))) return []
  const what = asked === undefined ? 'in its message' : `in the field ${asked.name.slice(0, 60)}`
  return [
    { detector: NAME, fact: 'elicit.secret', severity: 'high', summary: `a form asks for a secret ${what}` },
  ]
}

/**
 * A user is sent to an address with the trust they have in their client. What opens a program, hides its host behind another name
 * or sends unencrypted is no address for that (MCP 2025-11-25, URL mode: HTTPS, no sensitive data, hosts shown whole).
 */
function aboutAddress({ mode, url }: JsonObject): readonly Finding[] {
  if (mode !== 'url' && url === undefined) return []
  const fault = faultOf(textOf(url ?? ''))
  if (fault === undefined) return []
  const summary = `the user is sent to ${fault}`
  return [{ detector: NAME, fact: 'elicit.address', severity: 'high', summary }]
}

function faultOf(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return 'an address that cannot be read'
  if (/[\p{Cc}\p{Cf}\s\\]/u.test(text)) return 'an address with signs that nobody sees'
  const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))
    return `an address by ${url.protocol.slice(0, 30)} instead of https`
  if (url.username !== '' || url.password !== '') return 'an address with a name before its host'
  const host = domainToUnicode(url.hostname)
  // An honest name in another alphabet has letters that no Latin ones are taken for.
  const isMixed = host
    .split('.')
    .some((label) => /[a-z]/.test(label) && /[^\p{Script=Latin}\p{Nd}_-]/u.test(label))
  return isMixed || (host !== url.hostname && /^[a-z0-9]+$/.test(skeletonOf(host)))
    ? 'a host whose name mixes alphabets'
    : undefined
}

type Field = { readonly name: string; readonly title: string; readonly type: string }

function fieldsOf(schema: JsonValue | undefined): readonly Field[] {
  if (!isObject(schema) || !isObject(schema.properties)) return []
  return Object.entries(schema.properties)
    .slice(0, FIELDS_MAX)
    .map(([name, field]) => ({
      name,
      title: isObject(field) ? `${textOf(field.title)} ${textOf(field.description)}`.slice(0, 500) : '',
      type: isObject(field) && !('enum' in field) && !('oneOf' in field) ? textOf(field.type) : 'boolean',
    }))
}

/** `userPassword` and `user_password` are two words. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_\-.]+/g, ' ')
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
