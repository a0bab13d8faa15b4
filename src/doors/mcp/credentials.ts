import type { McpServerConfig } from '../../config/mcp.ts'
import type { AgentCaller } from '../../gate/agent-caller.ts'
import type { AgentRoad } from '../../gate/agent-road.ts'
import { readJsonText } from '../wire-json.ts'
import { isObject, type RpcMessage, readMessage } from './rpc.ts'

type Broker = AgentRoad['broker']

/** The text of a request as the server gets it, or why a credential in it may not go there. */
export type Carried = { readonly text: string } | { readonly reason: string }

type Egress = {
  readonly broker: Broker
  readonly server: McpServerConfig
  readonly tool: string
  readonly caller: AgentCaller
}

/** Placeholders of credentials become credentials on the way to the server; `requestState` is never touched. */
export function withCredentials(
  text: string,
  { method, params }: RpcMessage & { kind: 'request' },
  { broker, server, tool, caller }: Egress,
): Carried {
  if (!text.includes('pc-credential-')) return { text }
  const destination = server.reach.kind === 'http' ? server.reach.url.hostname : server.name
  const egress = { tool, destination, agent: caller.agent }
  const { requestState, ...rest } = params
  const given = method === 'tools/call' ? (isObject(params.arguments) ? params.arguments : {}) : rest
  const filled = broker.inject(given, egress)
  if (!filled.ok)
    return {
      reason: `the credential ${filled.error.name} may not be used here (rule credential.${filled.error.reason})`,
    }
  if (filled.value.used.length === 0) return { text }
  const inner =
    method === 'tools/call'
      ? { ...params, arguments: filled.value.carried }
      : { ...params, ...filled.value.carried }
  return { text: JSON.stringify({ ...JSON.parse(text), params: inner }) }
}

/** What a server sent without any credential in it; nothing when there is none. */
export function withoutCredentials(
  text: string,
  broker: Broker,
): { readonly text: string; readonly message: RpcMessage } | undefined {
  if (broker.secrets.length === 0) return undefined
  const value = readJsonText(text)
  if (!value.ok) return undefined
  const clean = JSON.stringify(broker.scrubJson(value.value))
  if (clean === JSON.stringify(value.value)) return undefined
  const read = readJsonText(clean)
  const message = read.ok ? readMessage(read.value) : undefined
  return message?.ok ? { text: clean, message: message.value } : undefined
}
