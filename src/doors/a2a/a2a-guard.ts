import type { A2aAgentConfig } from '../../config/a2a.ts'
import type { JsonObject, JsonValue, SessionId } from '../../gate/act.ts'
import type { AgentCaller } from '../../gate/agent-caller.ts'
import type { Passage } from '../../gate/agent-road.ts'
import type { Finding } from '../../gate/finding.ts'
import type { TaskOwnerStore } from '../../store/embedded/task-owner-store.ts'
import type { Judge } from '../judge-act.ts'
import { type Stop, stopOf } from '../mcp/refusals.ts'
import { gateCodes, isObject, type RpcId, type RpcMessage } from '../mcp/rpc.ts'
import { textsOf } from '../texts.ts'
import type { BegunTasks } from './begun-tasks.ts'
import { DELEGATION, toolsPassedOn } from './delegated-tools.ts'
import type { Delegations } from './delegation.ts'
import { type SaidBefore, withHistoryOf } from './said-before.ts'
import { idsAskedFor, idsIn, statesIn } from './task-ids.ts'
import { inspectWebhooks } from './webhook.ts'

export type A2aGuardParts = {
  readonly agent: A2aAgentConfig
  readonly caller: AgentCaller
  readonly session: SessionId
  readonly judge: Judge
  readonly owners: TaskOwnerStore
  readonly delegations: Delegations
  readonly begun: BegunTasks
  readonly heard: SaidBefore
  readonly now: () => number
  readonly signal: AbortSignal
  /** The header that names extensions, as the caller wrote it. */
  readonly wanted: string
}

export type Request = RpcMessage & { kind: 'request' }

const sends = new Set(['SendMessage', 'SendStreamingMessage', 'message/send', 'message/stream'])
/** The domain of what the protocol itself names. */
const PROTOCOL = 'a2a-protocol.org'
const lists = new Set(['ListTasks', 'tasks/list'])
const keeps =
  /^(?:CancelTask|(?:Create|Delete)TaskPushNotificationConfig|tasks\/(?:cancel|pushNotificationConfig\/(?:set|delete)))$/
const mediaType = /^[a-z]{1,16}\/[\w.+*-]{1,64}$/
const TASK_NOT_FOUND = -32_001

/** One request of a caller to an agent, and everything the agent says in answer. */
export class A2aGuard {
  readonly #parts: A2aGuardParts
  readonly #request: Request
  #passage: Passage | undefined
  #delegates = false

  constructor(request: Request, parts: A2aGuardParts) {
    this.#parts = parts
    this.#request = request
  }

  /** Why the request must not go on, if so. */
  async ask(): Promise<Stop | undefined> {
    const { agent, caller, session, judge, delegations } = this.#parts
    const { method, params } = this.#request
    if (!this.#mayName(idsAskedFor(method, params))) return this.#notFound()
    const seen = [
      ...delegations.findings(caller.tenant, caller.agent, agent.account ?? agent.name, agent.depthMax),
    ]
    seen.push(...inspectWebhooks(params, agent))
    const to = `a2a:${agent.name}`
    const refused = sends.has(method) ? await this.#passOn(to) : undefined
    if (refused !== undefined) return refused
    const stop = await this.#letWanted(to)
    if (stop !== undefined) return stop
    const isOwn = seen.length === 0 && this.#isHousekeeping()
    const passage =
      sends.has(method) || isOwn
        ? await this.#pass(caller.agent, to, isOwn ? method : saidIn(params), seen)
        : await judge.passOrAsk(
            caller,
            { kind: 'call', id: judge.nextId(), session, tool: method, arguments: params },
            seen,
            agent.approvalWaitMs,
            this.#parts.signal,
          )
    if (passage.decision.action !== 'allow') return stopOf(passage, `The request to ${agent.name}`)
    this.#passage = passage
    this.#parts.heard.note(agent.name, caller.tenant, params)
    return undefined
  }

  /** What the caller gets of a result: as it came, changed, or the reason why nothing. */
  async answer(result: JsonValue): Promise<{ readonly result: JsonValue } | Stop> {
    const { agent, caller, owners, now, begun, session } = this.#parts
    const { method } = this.#request
    if (lists.has(method)) return await this.#returned(this.#ownTasks(result))
    const { tasks, contexts } = idsIn(result)
    const isNew = sends.has(method)
    for (const id of [...tasks, ...contexts.map(contextKey)]) {
      const isOwn = isNew
        ? owners.claim(agent.name, id, caller.tenant, now())
        : owners.ownerOf(agent.name, id) === caller.tenant
      if (!isOwn) return this.#notFound()
    }
    if (isNew) for (const id of tasks) begun.add(agent.name, id, caller.tenant, session)
    this.#noteStates(result, isNew)
    return await this.#returned(result)
  }

  /** An agent that answers with a task goes on with it afterwards, and what it asks others is part of that. */
  #noteStates(result: JsonValue, isNew: boolean): void {
    const { agent, caller, delegations } = this.#parts
    const leg = { tenant: caller.tenant, from: caller.agent, to: agent.account ?? agent.name }
    for (const { task, isWorking } of statesIn(result)) {
      const key = `${agent.name} ${task}`
      if (isWorking) delegations.works(key, isNew ? leg : undefined)
      else delegations.rests(key)
    }
  }

  async #returned(result: JsonValue): Promise<{ readonly result: JsonValue } | Stop> {
    const { agent, caller, session, judge, signal, heard } = this.#parts
    const texts = textsOf(heard.unheard(agent.name, caller.tenant, result))
    if (texts.text === '') return { result }
    // The caller's request is a message; what it gets for it is a result, as untrusted as any tool's.
    const act = {
      kind: 'result',
      id: judge.nextId(),
      session,
      call: this.#passage?.id ?? '',
      tool: `a2a:${agent.name}`,
      text: texts.text,
    } as const
    const passage = await judge.passOrAsk(caller, act, [], agent.approvalWaitMs, signal)
    if (passage.decision.action === 'allow') {
      heard.note(agent.name, caller.tenant, result)
      return { result }
    }
    if (passage.decision.action !== 'redact') return stopOf(passage, `What ${agent.name} answered`)
    return { result: withHistoryOf(texts.without(passage.decision.spans), result) }
  }

  end(outcome: 'done' | 'failed' | 'cancelled'): void {
    if (this.#passage !== undefined) void this.#parts.judge.end(this.#passage, outcome)
    this.#passage = undefined
  }

  get decision(): string {
    return this.#passage?.id ?? this.#parts.judge.nextId()
  }

  async #pass(from: string, to: string, value: JsonValue, seen: readonly Finding[]): Promise<Passage> {
    const { agent, caller, session, judge, signal } = this.#parts
    const act = { kind: 'message', id: judge.nextId(), session, from, to, text: textsOf(value).text } as const
    return await judge.passOrAsk(caller, act, seen, agent.approvalWaitMs, signal)
  }

  /** Names of extensions are the caller's words, the same each time. */
  async #letWanted(to: string): Promise<Stop | undefined> {
    const { wanted, heard, agent, caller, judge } = this.#parts
    const said = { parts: [{ text: wanted }] }
    if (wanted === '' || heard.isHeard(agent.name, caller.tenant, said)) return undefined
    const passage = await this.#pass(caller.agent, to, wanted, [])
    if (passage.decision.action !== 'allow') return stopOf(passage, `The request to ${agent.name}`)
    await judge.end(passage, 'done')
    heard.note(agent.name, caller.tenant, said)
    return undefined
  }

  /** Whether a request passes tools on: what the answer tells the client. */
  get extensions(): readonly string[] {
    return this.#delegates ? [DELEGATION] : []
  }

  /** What the message passes on goes before it: the receiver has the tools when it reads what they are for. */
  async #passOn(to: string): Promise<Stop | undefined> {
    const { agent, caller, session, judge } = this.#parts
    const tools = toolsPassedOn(this.#request.params)
    let rule = tools === undefined ? 'frame.params-malformed' : undefined
    for (const tool of tools ?? []) rule ??= await judge.delegate(caller, session, { to, tool })
    if (rule !== undefined) {
      const id = judge.nextId()
      await judge.refused({ id, door: `a2a/${agent.name}`, rule, status: 200, caller })
      const text = `The gate does not let these tools be passed on to ${agent.name} (rule ${rule}, decision ${id}). Nothing was sent.`
      return { code: gateCodes.denied, text, data: { decision: id, rule, action: 'deny' } }
    }
    this.#delegates = tools !== undefined && tools.length > 0
    return undefined
  }

  /** To call off what this session began, or to be told of it where the operator allows, is part of asking for it. */
  #isHousekeeping(): boolean {
    const { agent, caller, session, begun } = this.#parts
    const { method, params } = this.#request
    const { tasks } = idsAskedFor(method, params)
    return (
      keeps.test(method) &&
      tasks.length > 0 &&
      tasks.every((id) => begun.isOf(agent.name, id, caller.tenant, session))
    )
  }

  /** A task of another tenant is as good as none: nothing must say that it exists. */
  #mayName({ tasks, contexts }: ReturnType<typeof idsAskedFor>): boolean {
    const { agent, caller, owners, now } = this.#parts
    if (!tasks.every((id) => owners.ownerOf(agent.name, id) === caller.tenant)) return false
    return contexts.every((id) => owners.claim(agent.name, contextKey(id), caller.tenant, now()))
  }

  #notFound(): Stop {
    const { judge, agent, caller } = this.#parts
    const id = judge.nextId()
    judge.noteRefused({ id, door: `a2a/${agent.name}`, rule: 'task.unknown', status: 200, caller })
    return { code: TASK_NOT_FOUND, text: 'Task not found', data: { decision: id } }
  }

  #ownTasks(result: JsonValue): JsonValue {
    if (!isObject(result) || !Array.isArray(result.tasks)) return result
    const { agent, caller, owners } = this.#parts
    const own = (result.tasks as readonly JsonValue[]).filter(
      (task) =>
        isObject(task) &&
        typeof task.id === 'string' &&
        owners.ownerOf(agent.name, task.id) === caller.tenant,
    )
    // Counts of all tasks say how busy others are.
    const count = { ...('totalSize' in result ? { totalSize: own.length } : {}) }
    return { ...result, ...count, tasks: own }
  }
}

function contextKey(id: string): string {
  return `context ${id}`
}

/** What a request to send carries: the message, and what stands beside it. */
function saidIn({ message = null, metadata, configuration }: JsonObject): JsonValue {
  const {
    pushNotificationConfig: _,
    taskPushNotificationConfig: __,
    ...rest
  } = isObject(configuration) ? configuration : {}
  const modes = Array.isArray(rest.acceptedOutputModes) ? rest.acceptedOutputModes : []
  const odd = (modes as readonly JsonValue[]).filter(
    (mode) => typeof mode !== 'string' || !mediaType.test(mode),
  )
  const beside = { ...rest, acceptedOutputModes: odd, ...(metadata === undefined ? {} : { metadata }) }
  return textsOf(beside).text === '' ? message : { message, beside }
}

/** A refusal in the form of A2A: JSON-RPC, with details as google.rpc.ErrorInfo. */
export function a2aError(id: RpcId | undefined, { code, text, data }: Stop): string {
  const metadata: JsonObject = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, String(value)]),
  )
  const reason =
    code === TASK_NOT_FOUND
      ? 'TASK_NOT_FOUND'
      : code === gateCodes.approval
        ? 'NEEDS_APPROVAL'
        : 'GATE_REFUSED'
  const domain = reason === 'TASK_NOT_FOUND' ? PROTOCOL : 'portcullis'
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain, metadata }
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: { code, message: text, data: [info] } })
}
