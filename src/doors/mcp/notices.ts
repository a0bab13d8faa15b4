import type { JsonObject, JudgedAct, SessionId } from '../../gate/act.ts'
import type { AgentCaller } from '../../gate/agent-caller.ts'
import type { Passage } from '../../gate/agent-road.ts'
import type { Judge } from '../judge-act.ts'
import { textsOf } from '../texts.ts'
import { SAID_CHARACTERS_MIN, without } from './beside.ts'
import type { Step } from './guard.ts'
import { withThese } from './questions.ts'
import { stopOf } from './refusals.ts'
import { errorMessage, type RpcMessage } from './rpc.ts'
import type { McpTasks } from './tasks.ts'

type Parts = {
  readonly judge: Judge
  readonly caller: AgentCaller
  readonly session: SessionId
  readonly tasks: McpTasks
}
type Notice = RpcMessage & { readonly kind: 'notification' }

/**
 * What a server tells unasked: log lines, progress, states of tasks. A client may show all of it to its model, so it is judged as
 * what a tool returned. Nobody waits for it, so nobody is asked.
 */
export function noticeOf(text: string, { method, params }: Notice, parts: Parts): Step | Promise<Step> {
  // To the server all clients of the gate are one, and it tells each of them what becomes of tasks.
  if (method.startsWith('notifications/tasks') && parts.tasks.isForeign(params.taskId))
    return { kind: 'drop' }
  const told = without(params, () => false)
  const texts = textsOf(told)
  if (texts.text.length < SAID_CHARACTERS_MIN) return { kind: 'forward', text }
  const { judge, caller, session } = parts
  const id = judge.nextId()
  const act = { kind: 'result', id, session, call: '', tool: method, text: texts.text } as const
  return judge.pass(caller, act, []).then(({ decision }): Step => {
    if (decision.action === 'allow') return { kind: 'forward', text }
    if (decision.action !== 'redact') return { kind: 'drop' }
    const changed = withThese(texts.without(decision.spans), others(params, told))
    return { kind: 'forward', text: JSON.stringify({ jsonrpc: '2.0', method, params: changed }) }
  })
}

/** An error without an id says that something could not be read; who asked shows it to a model like any other. */
export async function unaddressed(
  text: string,
  error: JsonObject,
  { judge, session }: Parts,
  pass: (act: JudgedAct) => Promise<Passage>,
): Promise<Step> {
  const texts = textsOf(error)
  if (texts.text.length < SAID_CHARACTERS_MIN) return { kind: 'forward', text }
  const id = judge.nextId()
  const passage = await pass({ kind: 'result', id, session, call: '', tool: 'error', text: texts.text })
  const { decision } = passage
  if (decision.action === 'allow') return { kind: 'forward', text }
  if (decision.action === 'redact') {
    const cut = { jsonrpc: '2.0', id: null, error: texts.without(decision.spans) }
    return { kind: 'forward', text: JSON.stringify(cut) }
  }
  const stop = stopOf(passage, 'What the server said')
  return { kind: 'forward', text: errorMessage(undefined, stop.code, stop.text, stop.data) }
}

function others(params: JsonObject, told: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !Object.hasOwn(told, name)))
}
