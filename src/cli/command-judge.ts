import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { readConfig } from '../config/read-config.ts'
import { DecisionIds } from '../doors/decision-ids.ts'
import { localRoad } from '../doors/hook/local-road.ts'
import { type ActId, parseActId, parseSessionId, type SessionId } from '../gate/act.ts'
import { loadAgentPolicy } from '../gate/agent-policy-file.ts'
import { AgentRoad, type Passage } from '../gate/agent-road.ts'
import { recentAgentActs } from '../gate/recent-acts.ts'
import { Recorder } from '../gate/record/recorder.ts'
import { GateError } from '../kernel/gate-error.ts'
import { failure } from '../kernel/result.ts'
import { ApprovalStore } from '../store/embedded/approval-store.ts'
import { Ledger } from '../store/embedded/ledger/ledger.ts'
import { openState } from '../store/embedded/state.ts'
import type { Console } from './command.ts'
import { ledgerDirectory } from './gateway.ts'

export type CommandVerdict = {
  readonly action: 'allow' | 'ask' | 'deny'
  readonly reason: string
}

/** Whoever says whether a command may run, and writes down how it ended. */
export type Judge = AsyncDisposable & {
  readonly ask: (command: string, cwd: string) => Promise<CommandVerdict>
  /** A person said yes to what was asked. */
  readonly approve: () => Promise<boolean>
  readonly ended: (outcome: 'done' | 'failed' | 'blocked' | 'cancelled') => Promise<void>
}

const GATE_MS = 10_000
const SESSION_CHARACTERS_MAX = 200
const ID_BYTES = 8
/** The ledger of one command needs no power-proof writes at every step. */
const SYNC_MS = 100

type PassingRoad = Pick<AgentRoad, 'pass' | 'end'> & Partial<Pick<AgentRoad, 'approve'>>

/** Judges in this process and forgets it. */
export function judgeHere(policy: string, console: Console): Judge {
  return onRoad(localRoad(loadAgentPolicy(policy, console.env).policy), console, async () => {})
}

/** Judges in this process and records in the ledger of a data folder that no running gate holds. */
export async function judgeIn(store: string, policy: string, console: Console): Promise<Judge> {
  const config = readConfig(
    `store: ${JSON.stringify(store)}\nupstreams: [{ name: none, protocol: openai, url: "http://127.0.0.1:9" }]\nagents: { mode: enforce }`,
    store,
    {},
  )
  if (!config.ok) throw new GateError('store-unusable', `${store} cannot be used.`)
  await using stack = new AsyncDisposableStack()
  const state = openState(store)
  stack.defer(() => state.close())
  const { ledger: rules, agents } = config.value
  const ledger = stack.use(
    await Ledger.open({ directory: ledgerDirectory(config.value), ...rules, syncMs: SYNC_MS }),
  )
  const loaded = loadAgentPolicy(policy, console.env)
  const road = AgentRoad.open({
    config: agents,
    policy: loaded,
    recorder: new Recorder(ledger, rules),
    approvals: new ApprovalStore(state),
    identify: () => failure('key-missing'),
    standingOf: () => ({ kind: 'clear' }),
    addressOf: () => 'local',
    now: console.now,
  })
  const { windowMs } = loaded.policy.budgets
  road.restoreVolume(recentAgentActs(ledgerDirectory(config.value), console.now() - windowMs))
  const held = stack.move()
  return onRoad(road, console, async () => await held.disposeAsync())
}

function onRoad(road: PassingRoad, console: Console, close: () => Promise<void>): Judge {
  const ids = new DecisionIds()
  const caller = { tenant: 'default', agent: 'shell', person: userName(), key: undefined }
  let passage: Passage | undefined
  let again: () => Promise<Passage> = () => Promise.reject(new Error('nothing was asked'))
  return {
    ask: async (command, cwd) => {
      again = () =>
        road.pass(caller, { kind: 'command', id: actId(ids, console), session: sessionOf(cwd), command, cwd })
      passage = await again()
      return verdictOf(passage)
    },
    approve: async () => {
      const ticket = passage?.ticket
      if (ticket === undefined || road.approve === undefined) return true
      const answered = await road.approve(ticket.id, { author: caller.person, reason: 'at the terminal' })
      if (!answered.ok) return false
      passage = await again()
      return passage.decision.action === 'allow'
    },
    ended: async (outcome) => {
      if (passage !== undefined) await road.end(passage, outcome)
    },
    [Symbol.asyncDispose]: close,
  }
}

/** A running gate judges and records, by its own policy and mode. Where it does not answer, nothing runs. */
export function judgeAt(gate: string, console: Console): Judge {
  const id = randomBytes(ID_BYTES).toString('hex')
  let about = { command: '', cwd: '' }
  const tell = async (name: string, more: object): Promise<unknown> => {
    const key = console.env.PORTCULLIS_HOOK_KEY
    const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) }
    const body = JSON.stringify({
      session_id: sessionOf(about.cwd),
      hook_event_name: name,
      id,
      ...about,
      ...more,
    })
    const signal = AbortSignal.any([console.signal, AbortSignal.timeout(GATE_MS)])
    const response = await fetch(`${gate.replace(/\/+$/, '')}/hook/shell`, {
      method: 'POST',
      headers,
      body,
      signal,
    })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    return await response.json()
  }
  return {
    ask: async (command, cwd) => {
      about = { command, cwd }
      try {
        return readVerdict(await tell('command', {}))
      } catch (error) {
        const why = error instanceof Error ? error.message : 'it failed'
        return { action: 'deny', reason: `The gate at ${gate} cannot be asked: ${why}.` }
      }
    },
    approve: async () => true,
    ended: async (outcome) => {
      // The command has run by now: a gate that has gone meanwhile changes nothing about that.
      await tell('ended', { code: outcome === 'done' ? 0 : 1 }).catch(() => undefined)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function readVerdict(answer: unknown): CommandVerdict {
  if (typeof answer === 'object' && answer !== null && 'action' in answer) {
    const reason = 'reason' in answer && typeof answer.reason === 'string' ? answer.reason : ''
    if (answer.action === 'allow' || answer.action === 'ask' || answer.action === 'deny')
      return { action: answer.action, reason }
  }
  throw new Error('its answer is none')
}

function verdictOf({ id, decision, ticket }: Passage): CommandVerdict {
  if (decision.action === 'allow') return { action: 'allow', reason: '' }
  const reason = decision.action === 'redact' ? 'parts of this should not go out' : decision.reason
  const approve = ticket === undefined ? '' : `, ticket ${ticket.id}`
  return {
    action: decision.action === 'deny' ? 'deny' : 'ask',
    reason: `Portcullis: ${reason} (rule ${decision.rule}, decision ${id}${approve})`,
  }
}

/** Stable for a folder, so that an approval given elsewhere finds the same command again. */
function sessionOf(cwd: string): SessionId {
  const session = parseSessionId(`run ${cwd}`.slice(-SESSION_CHARACTERS_MAX))
  if (!session.ok) throw new Error(session.error)
  return session.value
}

function actId(ids: DecisionIds, { now }: Console): ActId {
  const id = parseActId(ids.next(now()))
  if (!id.ok) throw new Error(id.error)
  return id.value
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
