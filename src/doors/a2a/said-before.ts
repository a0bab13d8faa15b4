import { hash } from 'node:crypto'
import type { JsonObject, JsonValue } from '../../gate/act.ts'
import { isObject } from '../mcp/rpc.ts'
import { textsOf } from '../texts.ts'

const MESSAGES_MAX = 50_000
/** Of a message, what whoever keeps its history may write anew. */
const labels = new Set(['messageId', 'taskId', 'contextId', 'timestamp', 'kind', 'role'])

/**
 * Messages that were judged when they were said. An agent sends the history of a task along with each answer; what is in
 * there was said before only if the gate heard it, for the agent writes the history.
 */
export class SaidBefore {
  readonly #messages = new Set<string>()

  /** Remembers every message in a request or an answer that was let go. */
  note(agent: string, tenant: string, value: JsonValue): void {
    for (const message of messagesIn(value)) {
      this.#messages.add(digestOf(agent, tenant, message))
      const [oldest] = this.#messages
      if (this.#messages.size > MESSAGES_MAX && oldest !== undefined) this.#messages.delete(oldest)
    }
  }

  isHeard(agent: string, tenant: string, message: JsonObject): boolean {
    return this.#messages.has(digestOf(agent, tenant, message))
  }

  /** The answer with nothing in the place of each message of its history that was heard before. */
  unheard(agent: string, tenant: string, value: JsonValue): JsonValue {
    return withHistory(value, (message) =>
      isObject(message) && this.isHeard(agent, tenant, message) ? null : message,
    )
  }
}

/** What was left out, in its place again. */
export function withHistoryOf(cut: JsonValue, whole: JsonValue): JsonValue {
  const kept: JsonValue[] = []
  withHistory(whole, (message) => {
    kept.push(message)
    return message
  })
  let next = 0
  return withHistory(cut, (message) => {
    const original = kept[next++]
    return message === null ? (original ?? null) : message
  })
}

function withHistory(value: JsonValue, change: (message: JsonValue) => JsonValue): JsonValue {
  if (!isObject(value)) return value
  const { history, task, tasks } = value
  return {
    ...value,
    ...(Array.isArray(history) ? { history: (history as readonly JsonValue[]).map(change) } : {}),
    ...(isObject(task) ? { task: withHistory(task, change) } : {}),
    ...(Array.isArray(tasks)
      ? { tasks: (tasks as readonly JsonValue[]).map((each) => withHistory(each, change)) }
      : {}),
  }
}

function messagesIn(value: JsonValue | undefined): readonly JsonObject[] {
  if (!isObject(value)) return []
  const { history, task, tasks, message, status, statusUpdate } = value
  const lists = [history, tasks].flatMap((list) =>
    Array.isArray(list) ? (list as readonly JsonValue[]) : [],
  )
  return [
    ...(Array.isArray(value.parts) ? [value] : []),
    ...[...lists, task, message, status, statusUpdate].flatMap(messagesIn),
  ]
}

function digestOf(agent: string, tenant: string, message: JsonObject): string {
  const said = Object.fromEntries(Object.entries(message).filter(([name]) => !labels.has(name)))
  return hash('sha256', JSON.stringify([agent, tenant, textsOf(said).text]), 'base64url')
}
