import type { McpServerConfig } from '../../config/mcp.ts'
import type { JsonObject, JsonValue, ToolDescription } from '../../gate/act.ts'
import type { Finding } from '../../gate/finding.ts'
import { inspectOffer } from '../../gate/inspect/offer/offer.ts'
import { isObject } from './rpc.ts'
import type { ToolOffers } from './tool-offers.ts'

/** One thing a server offers, and what to do once it is decided whether it may be seen. */
export type Reviewed = {
  readonly key: string
  readonly text: string
  readonly findings: readonly Finding[]
  readonly accept: (author: string) => void
  readonly hold: () => void
  readonly tool: JsonObject | undefined
}

/** Where a listing has its items. */
const lists: Readonly<Record<string, string>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
}
export const isList = (method: string): boolean => Object.hasOwn(lists, method)
const ITEMS_MAX = 10_000
const nothing = (): void => {}

/** Everything in a listing, or in how a server introduces itself, that a model may read as an instruction. */
export function offersWithin(
  method: string,
  result: JsonObject,
  server: McpServerConfig,
  offers: ToolOffers,
): readonly Reviewed[] {
  const list = lists[method]
  if (list === undefined) return introduction(result, server)
  const items = result[list]
  if (!Array.isArray(items)) return []
  if (method !== 'tools/list')
    return (items as readonly JsonValue[]).slice(0, ITEMS_MAX).map((item, index) => ({
      key: String(index),
      text: JSON.stringify(item),
      findings: inspectOffer(`item ${index} of ${list} of ${server.name}`, item),
      accept: nothing,
      hold: nothing,
      tool: undefined,
    }))
  return offers.review(server.name, items as readonly JsonValue[], server.newTools).map((offer) => ({
    key: offer.offered.name,
    text: offer.definition,
    findings: offer.findings,
    accept: (author) => {
      if (!offer.isPinned) offers.pin(offer, author)
    },
    hold: () => offers.hold(offer),
    tool: offer.tool,
  }))
}

/** Versions, and places in a listing: no words. */
const plain = /^[\w+/=.:-]{0,1024}$/
const isPlain = (value: JsonValue): boolean => typeof value === 'string' && plain.test(value)

/** What stands in an answer around the offers, and reaches whoever reads all of it. */
export function besideOffers(method: string, result: JsonObject): JsonObject {
  const list = lists[method]
  const { _meta = {}, ...fields } = result
  const read = Object.entries(fields).filter(([name, value]) => {
    if (name === list) return !Array.isArray(value)
    if (name === 'instructions') return typeof value !== 'string'
    if (name === 'serverInfo') return !isObject(value)
    if (name === 'supportedVersions') return !(Array.isArray(value) && value.every(isPlain))
    return !((name === 'nextCursor' || name === 'protocolVersion') && isPlain(value))
  })
  const notes = Object.entries(isObject(_meta) ? _meta : { notes: _meta })
  const others = notes.filter(([name, value]) => name !== META_INFO || !isObject(value))
  return { ...Object.fromEntries(read), notes: Object.fromEntries(others) }
}

const META_INFO = 'io.modelcontextprotocol/serverInfo'

function introduction(result: JsonObject, server: McpServerConfig): readonly Reviewed[] {
  const { instructions, serverInfo = null, _meta } = result
  const info = [serverInfo, (isObject(_meta) ? _meta[META_INFO] : null) ?? null]
  const said = (key: string, value: JsonValue): Reviewed => ({
    key,
    text: typeof value === 'string' ? value : JSON.stringify(value),
    findings: inspectOffer(`server ${server.name}`, value),
    accept: nothing,
    hold: nothing,
    tool: undefined,
  })
  return [
    ...(typeof instructions === 'string' ? [said('instructions', instructions)] : []),
    ...(info.some(isObject) ? [said('serverInfo', info)] : []),
  ]
}

/** A server that may not say what it is called is called what the operator calls it. */
function withoutIntroduction(result: JsonObject, refused: ReadonlySet<string>, name: string): JsonObject {
  const { instructions, serverInfo, _meta, ...rest } = result
  const own = { name, version: '0' }
  const isNamed = !refused.has('serverInfo')
  return {
    ...rest,
    ...(instructions === undefined || refused.has('instructions') ? {} : { instructions }),
    ...(serverInfo === undefined ? {} : { serverInfo: isNamed ? serverInfo : own }),
    ...(_meta === undefined
      ? {}
      : { _meta: isNamed || !isObject(_meta) ? _meta : { ..._meta, [META_INFO]: own } }),
  }
}

/** The result without what was refused; the very same object when nothing was. */
export function withoutRefused(
  method: string,
  result: JsonObject,
  refused: ReadonlySet<string>,
  reviewed: readonly Reviewed[],
  server: string,
): { readonly kept: readonly ToolDescription[]; readonly result: JsonObject } {
  const list = lists[method]
  const keptItems = reviewed.filter(({ key }) => !refused.has(key))
  const kept = keptItems.flatMap(({ tool }) => (tool === undefined ? [] : [described(tool)]))
  if (list === undefined) {
    if (refused.size === 0) return { kept, result }
    return { kept, result: withoutIntroduction(result, refused, server) }
  }
  const items = result[list]
  if (!Array.isArray(items)) return { kept, result }
  if (method === 'tools/list') {
    if (keptItems.length === items.length) return { kept, result }
    return { kept, result: { ...result, [list]: keptItems.flatMap(({ tool }) => tool ?? []) } }
  }
  if (refused.size === 0 && items.length <= ITEMS_MAX) return { kept, result }
  const rest = (items as readonly JsonValue[])
    .slice(0, ITEMS_MAX)
    .filter((_, index) => !refused.has(String(index)))
  return { kept, result: { ...result, [list]: rest } }
}

function described(tool: JsonObject): ToolDescription {
  return {
    name: String(tool.name),
    description: typeof tool.description === 'string' ? tool.description : '',
    inputSchema: isObject(tool.inputSchema) ? tool.inputSchema : {},
    annotations: isObject(tool.annotations) ? tool.annotations : {},
  }
}
