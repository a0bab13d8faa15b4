import type { JsonObject, JsonValue } from '../../gate/act.ts'
import { isObject } from '../mcp/rpc.ts'

/** Ids a request or an answer names. Contexts are named by clients too; tasks by the agent alone. */
export type NamedIds = { readonly tasks: readonly string[]; readonly contexts: readonly string[] }

/** Of all methods of 1.0 and 0.3, these alone have an `id` that is not a task's; of a method nobody knows it is one. */
const byConfigId = /^(?:Create|Get|List|Delete)TaskPushNotificationConfigs?$/

const resource = /(?:^|\/)tasks\/([^/]+)/
const DEPTH_MAX = 4

export function idsAskedFor(method: string, params: JsonObject): NamedIds {
  const message = isObject(params.message) ? params.message : {}
  return {
    tasks: texts([byConfigId.test(method) ? undefined : params.id, ...namedWithin(params, 0)]),
    contexts: texts([params.contextId, message.contextId]),
  }
}

/** Wherever a version puts them: as an id, as ids referred to, or in a resource's name as drafts of 1.0 had it. */
function namedWithin(value: JsonObject, depth: number): readonly (JsonValue | undefined)[] {
  return Object.entries(value).flatMap(([name, inner]): readonly (JsonValue | undefined)[] => {
    if (name === 'taskId') return [inner]
    if (name === 'referenceTaskIds') return Array.isArray(inner) ? inner : []
    if (name === 'name' || name === 'parent')
      return [resource.exec(typeof inner === 'string' ? inner : '')?.[1]]
    if (name === 'metadata' || name === 'parts' || !isObject(inner) || depth === DEPTH_MAX) return []
    return namedWithin(inner, depth + 1)
  })
}

/** Tasks, updates and messages in an answer: one of each at most, whichever way they are wrapped. */
export function idsIn(result: JsonValue): NamedIds {
  if (!isObject(result)) return { tasks: [], contexts: [] }
  const inner = [result.task, result.message, result.statusUpdate, result.artifactUpdate].filter(isObject)
  const tasks: (JsonValue | undefined)[] = []
  const contexts: (JsonValue | undefined)[] = []
  for (const each of [result, ...inner]) {
    // Only a task has a status of its own and an id.
    if (isObject(each.status) && each.taskId === undefined) tasks.push(each.id)
    tasks.push(each.taskId)
    contexts.push(each.contextId)
  }
  return { tasks: texts(tasks), contexts: texts(contexts) }
}

const working = /^(?:TASK_STATE_)?(?:SUBMITTED|WORKING)$/i

/** What an answer says of tasks: whether the agent goes on with each. */
export function statesIn(
  result: JsonValue,
): readonly { readonly task: string; readonly isWorking: boolean }[] {
  if (!isObject(result)) return []
  return [result, result.task, result.statusUpdate]
    .filter(isObject)
    .flatMap(({ id, taskId = id, status }) => {
      const state = isObject(status) ? status.state : undefined
      if (typeof taskId !== 'string' || typeof state !== 'string') return []
      return [{ task: taskId, isWorking: working.test(state) }]
    })
}

function texts(values: readonly (JsonValue | undefined)[]): readonly string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}
