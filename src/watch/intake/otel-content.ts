import { isRecord } from './exchange-log.ts'
import { type Fields, text, unpacked } from './fields.ts'
import { contentText } from './messages.ts'

export type SpanEvent = { readonly name: string; readonly attributes: Fields }

/**
 * What was asked, in any of the four ways instrumentations have written it:
 * attributes `gen_ai.input.messages` and `gen_ai.system_instructions` (1.37 on, structured or as JSON text);
 * events `gen_ai.system.message` and `gen_ai.user.message` (1.28 to 1.36); the event `gen_ai.content.prompt`
 * with the attribute `gen_ai.prompt` (1.27); indexed attributes `gen_ai.prompt.0.role` (OpenLLMetry).
 */
export function conversationOf(attributes: Fields, events: readonly SpanEvent[]): Fields {
  const system = contentText(unpacked(attributes['gen_ai.system_instructions']))
  const messages = unpacked(attributes['gen_ai.input.messages'])
  if (Array.isArray(messages)) return { system, messages }
  const asEvents = events.flatMap(messageOf)
  if (asEvents.length > 0) return { system, messages: asEvents }
  const indexed = indexedMessages(attributes)
  if (indexed.length > 0) return { system, messages: indexed }
  const prompt = text(attributes['gen_ai.prompt'])
  return prompt === undefined ? { system } : { system, ...asPrompt(prompt) }
}

function messageOf({ name, attributes }: SpanEvent): readonly Fields[] {
  const role = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(name)?.[1]
  if (role !== undefined) {
    const written = attributes.content ?? attributes['gen_ai.event.content']
    const content = unpacked(written)
    const inner = isRecord(content) && 'content' in content ? content.content : partsOf(written)
    return [{ role: text(attributes.role) ?? role, content: inner }]
  }
  if (name !== 'gen_ai.content.prompt') return []
  const prompt = text(attributes['gen_ai.prompt'])
  if (prompt === undefined) return []
  const { messages, prompt: plain } = asPrompt(prompt)
  return messages ?? [{ role: 'user', content: plain }]
}

function asPrompt(prompt: string): { readonly messages?: readonly Fields[]; readonly prompt?: string } {
  const inner = unpacked(prompt)
  return Array.isArray(inner) && inner.length > 0 && inner.every(isRecord) ? { messages: inner } : { prompt }
}

/** Parts, where the text spells a list of them; a prompt that merely starts with a bracket stays a text. */
function partsOf(content: unknown): unknown {
  const inner = unpacked(content)
  return Array.isArray(inner) && inner.length > 0 && inner.every(isRecord) ? inner : content
}

const MESSAGES_MAX = 1000

function indexedMessages(attributes: Fields): readonly Fields[] {
  const messages: Fields[] = []
  for (let at = 0; at < MESSAGES_MAX; at++) {
    const content = attributes[`gen_ai.prompt.${at}.content`]
    const role = attributes[`gen_ai.prompt.${at}.role`]
    if (content === undefined && role === undefined) break
    messages.push({ role: role ?? 'user', content: partsOf(content) })
  }
  return messages
}
