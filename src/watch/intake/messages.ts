// Conversations as the model protocols write them: an array of {role, content}, the content a text or an array
// of parts. OpenAI parts are {type:'text'|'input_text', text}, Anthropic parts {type:'text', text}, OpenTelemetry
// messages have `parts` of {type:'text', content}. Everything here is written by a client, so every shape is
// possible and nothing throws.

const SYSTEM_ROLES: ReadonlySet<unknown> = new Set(['system', 'developer'])
const USER_ROLES: ReadonlySet<unknown> = new Set(['user', 'human'])

/** The system messages, in order, one below the other. */
export function systemText(messages: readonly unknown[]): string | undefined {
  const texts: string[] = []
  for (const message of messages) {
    if (!isMessage(message) || !SYSTEM_ROLES.has(message.role)) continue
    const text = contentText(message.content ?? message.parts)
    if (text !== undefined) texts.push(text)
  }
  return texts.length === 0 ? undefined : texts.join('\n')
}

/** What the user said last: the last user message that has text (a message may be an image or a tool result). */
export function lastUserText(messages: readonly unknown[]): string | undefined {
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at]
    if (!isMessage(message) || !USER_ROLES.has(message.role)) continue
    const text = contentText(message.content ?? message.parts)
    if (text !== undefined) return text
  }
  return undefined
}

/** The text of a content: the string, or its text parts one below the other. */
export function contentText(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts: string[] = []
  for (const part of content) {
    if (typeof part === 'string') texts.push(part)
    else if (isMessage(part)) {
      const text = part.text ?? part.content
      if (typeof text === 'string' && isTextType(part.type)) texts.push(text)
    }
  }
  return texts.length === 0 ? undefined : texts.join('\n')
}

function isTextType(type: unknown): boolean {
  return type === undefined || type === 'text' || type === 'input_text'
}

function isMessage(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
