import type { JsonObject, JsonValue } from '../../gate/act.ts'
import type { TaskOwnerStore } from '../../store/embedded/task-owner-store.ts'
import { isObject } from './rpc.ts'

/** By which a message says what task it is part of. */
const RELATED = 'io.modelcontextprotocol/related-task'

/**
 * Whose a server's tasks are. To the server all clients of the gate are one, so it cannot tell: the gate remembers which
 * tenant was given a task, and to others there is no such task.
 */
export class McpTasks {
  readonly #server: string
  readonly #tenant: string
  readonly #owners: TaskOwnerStore
  readonly #now: () => number

  constructor(server: string, tenant: string, owners: TaskOwnerStore, now: () => number) {
    this.#server = `mcp:${server}`
    this.#tenant = tenant
    this.#owners = owners
    this.#now = now
  }

  /** Whether a request names no task but the tenant's; of what it is said to belong to, none that is another's. */
  mayName(method: string, { taskId, taskIds, notifications, _meta }: JsonObject): boolean {
    const related = isObject(_meta) ? _meta[RELATED] : undefined
    if (isObject(related) && this.isForeign(related.taskId)) return false
    if (method.startsWith('tasks/')) return method === 'tasks/list' || this.#isOwn(taskId)
    if (method !== 'subscriptions/listen') return true
    const heard = [taskIds, isObject(notifications) ? notifications.taskIds : undefined]
    return heard.every((ids = []) => Array.isArray(ids) && ids.every((id: JsonValue) => this.#isOwn(id)))
  }

  /** A task that the server gave to another tenant; one that nobody was given may be the client's own. */
  isForeign(id: JsonValue | undefined): boolean {
    if (typeof id !== 'string') return false
    const owner = this.#owners.ownerOf(this.#server, id)
    return owner !== undefined && owner !== this.#tenant
  }

  /** Takes the task an answer tells of as the tenant's. False when it is another's already. */
  claim(method: string, result: JsonValue): boolean {
    if (!isObject(result) || method.startsWith('tasks/')) return true
    const ids = [result.taskId, isObject(result.task) ? result.task.taskId : undefined]
    return ids.every(
      (id) => typeof id !== 'string' || this.#owners.claim(this.#server, id, this.#tenant, this.#now()),
    )
  }

  /** The list without the tasks of others; the very same when there are none. */
  own(result: JsonValue): JsonValue {
    if (!isObject(result) || !Array.isArray(result.tasks)) return result
    const tasks = (result.tasks as readonly JsonValue[]).filter(
      (task) => isObject(task) && this.#isOwn(task.taskId),
    )
    return tasks.length === result.tasks.length ? result : { ...result, tasks }
  }

  #isOwn(id: JsonValue | undefined): boolean {
    return typeof id === 'string' && this.#owners.ownerOf(this.#server, id) === this.#tenant
  }
}
