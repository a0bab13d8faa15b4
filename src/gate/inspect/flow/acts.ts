// What a call does by its arguments, where its name alone says less: opens to all, gives rights, lowers a guard, hands out.
import type { JsonObject, ToolDescription } from '../../act.ts'
import { type Effect, effectOf, nameWords } from './effects.ts'
import { statementsIn } from './statements.ts'
import type { Value } from './values.ts'

const VALUE_CHARACTERS_MAX = 200

/** The gravest first: of several things that one call does, this one counts. */
const rank: readonly Effect[] = [
  'pay',
  'delete',
  'identity',
  'share',
  'message',
  'publish',
  'change',
  'create',
]

/** `isGiven` when the arguments say so, and not the tool's name. */
export type Doing = { readonly effect: Effect; readonly isGiven: boolean }

export function doingOf(
  tool: string,
  args: JsonObject,
  values: readonly Value[],
  description: ToolDescription | undefined,
): Doing {
  const named = (effect: Effect): Doing => ({ effect, isGiven: false })
  const given = (effect: Effect): Doing => ({ effect, isGiven: true })
  const effect = effectOf(tool, description)
  if (values.length === 0 && Object.keys(args).length === 0)
    return named(lowersGuard(tool) ? 'share' : effect)
  const statements = statementsIn(tool, values)
  const stated = rank.find((each) => statements.some((one) => one.effect === each))
  if (stated !== undefined) return given(stated)
  if (statements.length > 0 && !handing(tool, values)) return given('look')
  if (grave.has(effect) && effect !== 'identity') return named(effect)
  if (values.some(givesRights) || values.some(lifts) || opensToAll(args)) return given('share')
  if (lowersGuard(tool, values)) return named('share')
  return handsOut.has(effect) && handing(tool, values) ? given('message') : named(effect)
}

const grave: ReadonlySet<Effect> = new Set(['pay', 'delete', 'identity', 'share'])

const lowering =
  /^(?:disable|disarm|deactivate|bypass|suppress|unlock|whitelist|allowlist|exempt|pause|stop|kill|mute|open|unprotect)$/
const guards =
  /^(?:alarms?|edr|antivirus|firewalls?|mfa|2fa|cameras?|locks?|doors?|gates?|garage|logging|logs?|audit|auditing|protections?|guards?|defender|siren|detectors?|waf|encryption|security|safety|policy|policies)$/

const walls = /firewall|security_?group|ingress|allow_?list|white_?list|network_?acl/i

/** To disarm an alarm, to unlock a door, to let an address through a firewall. */
function lowersGuard(tool: string, values: readonly Value[] = []): boolean {
  if (walls.test(tool) && /^(?:add|create|allow|open|authorize|update|set)/i.test(tool))
    return !values.some(({ text }) => /^(?:deny|denied|block|drop|reject)$/i.test(text))
  const words = nameWords(tool)
  return (
    words.some((word) => lowering.test(word)) && words.some((word) => guards.test(word) || word === 'unlock')
  )
}

const rightsField =
  /(?:^|[_-])(?:groups?|role|roles|permission|permissions|rights?|scopes?|clusterrole|privileges?|access_?level)$/i
const mighty =
  /(?:^|[^a-z])(?:admins?|administrators?|owners?|root|superuser|super_?admin|full|maintain|maintainer|sudo|all)(?:$|[^a-z])|\*|admin$/i

function givesRights({ field, text }: Value): boolean {
  return text.length <= VALUE_CHARACTERS_MAX && rightsField.test(field) && mighty.test(text)
}

const guardField =
  /(?:^|[_-])(?:mfa|2fa|two_?factor|auth(?:_request|entication)?|require_?(?:auth|login|approval|mfa)|tls_?verify|ssl_?verify|verify_?(?:tls|ssl)|firewall|encryption|audit|alarm|antivirus|logging)$/i
const lifted = /^(?:off|none|disabled?|false|bypass(?:ed)?|exempt|no)$/i
const originField =
  /^(?:access_?control_?)?allow_?origins?$|^cors(?:_?origins?)?$|^allowed_?(?:hosts|ips|cidrs?|sources?)$/i

/** `mfa: none`, `auth_request: off`, `allow_origin: *`. */
function lifts({ field, text }: Value): boolean {
  const trimmed = text.trim()
  if (guardField.test(field)) return lifted.test(trimmed)
  return originField.test(field) && /^(?:\*|0\.0\.0\.0\/0|::\/0|any|all)$/i.test(trimmed)
}

const openField = /^(?:is_?)?(?:public|anyone|everyone|world|anonymous)(?:_?(?:access|read|link))?$/i
const closedField = /^(?:is_?)?(?:private|restricted|protected)$/i
const audience = /^(?:visibility|acl|sharing|audience|access|privacy|share_?with|general_?access)$/i
const everybody =
  /^(?:public|anyone|everyone|everybody|world|public-read(?:-write)?|all_?users|anyone_?with_?(?:the_?)?link|internet)$/i

function opensToAll(args: JsonObject): boolean {
  return Object.entries(args).some(([name, value]) => {
    if (openField.test(name)) return value === true || value === 'true'
    if (closedField.test(name)) return value === false || value === 'false'
    return audience.test(name) && typeof value === 'string' && everybody.test(value)
  })
}

/** Effects that keep a thing here unless the call says where else it goes. */
const handsOut: ReadonlySet<Effect> = new Set(['download', 'create', 'change', 'execute', 'unknown', 'look'])
const outField =
  /(?:^|[_-])(?:destination|dest|target|webhook|callback|endpoint|export_?to|upload_?to|upload_?url|mirror|sink|remote_?url|forward_?to|notify_?url)$/i
const outPlace = /^(?:(?:https?|ftps?|sftp|s3|gs|wss?|webdav):\/\/\S+|mailto:\S+|[^\s@]+@[^\s@]+\.[^\s@]+)$/i
const sends = /^(?:upload|export|sync|backup|replicate|mirror|push|post|put|submit)$/

function handing(tool: string, values: readonly Value[]): boolean {
  const isSending = nameWords(tool).some((word) => sends.test(word))
  return values.some(
    ({ field, text }) =>
      text.length <= VALUE_CHARACTERS_MAX &&
      outPlace.test(text.trim()) &&
      (outField.test(field) || isSending),
  )
}
