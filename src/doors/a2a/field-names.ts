import type { JsonObject, JsonValue } from '../../gate/act.ts'
import { foldedKey, isObject } from '../mcp/rpc.ts'

// Readers of Protocol Buffers take a field by either of two names, `taskId` and `task_id`, and libraries of 0.3 do the
// same; Go's encoding/json takes it in any case. A rule that knows one name would not see what the agent reads under the
// other, so every request is written with one name for each field before anything looks at it.

/** What is in these belongs to the agents and is nobody's field. */
const foreign = new Set(['metadata', 'data'])
const snake = /_([a-z0-9])/g
/** Fields of requests, of all versions. */
const fields: ReadonlyMap<string, string> = new Map(
  `id name parent tenant message configuration metadata messageId taskId contextId referenceTaskIds role parts extensions text raw
  url data file uri bytes filename mediaType mimeType kind acceptedOutputModes historyLength blocking returnImmediately config
  configId taskPushNotificationConfig pushNotificationConfig pushNotificationConfigId token authentication scheme schemes
  credentials status pageSize pageToken includeArtifacts statusTimestampAfter`
    .split(/\s+/)
    .map((name) => [foldedKey(name), name]),
)

/** The value with the names of the protocol; the very value when it had them; nothing when a field is there twice. */
export function withOneName(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return listWithOneName(value)
  return isObject(value) ? objectWithOneName(value) : value
}

function listWithOneName(list: readonly JsonValue[]): JsonValue | undefined {
  const items = list.map(withOneName)
  if (items.some((item) => item === undefined)) return undefined
  return items.every((item, index) => item === list[index]) ? list : (items as readonly JsonValue[])
}

function objectWithOneName(object: JsonObject): JsonObject | undefined {
  const named = new Map<string, JsonValue>()
  let isSame = true
  for (const [key, value] of Object.entries(object)) {
    const camel = key.replace(snake, (_, letter: string) => letter.toUpperCase())
    const name = fields.get(foldedKey(camel)) ?? camel
    const inner = foreign.has(name) ? value : withOneName(value)
    if (inner === undefined || named.has(name)) return undefined
    if (name !== key || inner !== value) isSame = false
    named.set(name, inner)
  }
  return isSame ? object : Object.fromEntries(named)
}
