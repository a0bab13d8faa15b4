import type { SessionId } from './act.ts'
import type { Caller } from './caller.ts'

/** Which agent acts, for whom, with which key. */
export type AgentCaller = {
  readonly tenant: string
  readonly agent: string
  /** On whose behalf, where something trustworthy says so; never what the agent says of itself. */
  readonly person: string | undefined
  /** A name for the key that is safe to write down; never the key. */
  readonly key: string | undefined
}

/** A label of a key that says whose agent it is: `person:ann`. */
const PERSON_LABEL = 'person:'

/** The holder of a key, seen as an agent: its account is the agent's name. */
export function agentCallerOf({ tenant, account, key, labels }: Caller): AgentCaller {
  const person = labels.find((label) => label.startsWith(PERSON_LABEL))?.slice(PERSON_LABEL.length)
  return { tenant, agent: account, person, key }
}

type Named = Pick<AgentCaller, 'tenant' | 'agent'>

/** Whose budgets, habits and sessions these are. */
export function agentKey({ tenant, agent }: Named): string {
  return `${tenant}\0${agent}`
}

/** One agent's session is no other's, whatever name a client gives it. */
export function scoped(caller: Named, session: SessionId): SessionId {
  return `${agentKey(caller)}\0${session}` as SessionId
}
