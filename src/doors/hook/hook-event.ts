import type { JsonObject, JsonValue } from '../../gate/act.ts'

/** What a coding agent's hook tells, whatever the agent calls it. All of it is the agent's word. */
export type HookEvent =
  /** A tool is about to be used. */
  | { readonly kind: 'tool-asked'; readonly use: ToolUse }
  /** The agent is about to ask its user whether a tool may be used. */
  | { readonly kind: 'tool-permission'; readonly use: ToolUse }
  | {
      readonly kind: 'tool-ended'
      readonly use: ToolUse
      readonly response: JsonValue
      readonly outcome: 'done' | 'failed'
    }
  /** The agent's own rules kept the tool from being used. */
  | { readonly kind: 'tool-blocked'; readonly use: ToolUse }
  /** `isPersons`: a person typed it. Wake-ups, schedules and other agents have no authority. */
  | { readonly kind: 'prompt'; readonly text: string; readonly isPersons: boolean }
  /** Text that reached the agent from outside other than as a tool's result: instruction files, MCP prompts. */
  | { readonly kind: 'arrived'; readonly source: string; readonly text: string }
  /** Something that leaves other than through a tool: the answer to a server's question. */
  | { readonly kind: 'sent'; readonly tool: string; readonly fields: JsonObject }
  /** A file of settings or instructions changed beneath the agent. */
  | { readonly kind: 'changed'; readonly path: string; readonly text: string | undefined }
  /** One agent speaks to another. */
  | { readonly kind: 'told'; readonly from: string; readonly to: string; readonly text: string }
  /** Nothing to judge. */
  | { readonly kind: 'notice' }
  /** What the contract does not name, and nothing about it says what it is. */
  | { readonly kind: 'unknown' }

export type ToolUse = {
  readonly tool: string
  readonly input: JsonObject
  /** Joins a use to its end, where the agent gives it. */
  readonly id: string | undefined
  readonly cwd: string
  /** Who speaks, when it is not the main agent. */
  readonly agent: string | undefined
  /** The file an edit is about as it stands, where the shim could read it. */
  readonly file: FileText | undefined
  /** Where its paths lead to, for those that are links or lie behind one, where the shim could tell. */
  readonly targets: JsonObject
}

export type FileText = { readonly path: string; readonly text: string }

/** What the gate says to an event. `pass` says nothing at all, so that the agent's own permission rules stay in force. */
export type Ruling =
  | { readonly action: 'pass' }
  | { readonly action: 'ask'; readonly reason: string }
  | { readonly action: 'deny'; readonly reason: string }
  /** A tool's answer goes on in this form. */
  | { readonly action: 'replace'; readonly response: JsonValue; readonly reason: string }

export type ReadEvent = {
  readonly session: string
  readonly name: string
  /** Whether the contract names it. */
  readonly isKnown: boolean
  readonly event: HookEvent
}

/** One coding agent's hook protocol: its events in, its decisions out. Decides nothing. */
export type HookDialect = {
  readonly agent: HookAgent | 'shell'
  readonly read: (fields: JsonObject) => ReadEvent
  readonly say: (read: ReadEvent, ruling: Ruling) => JsonObject
  /** Whether the agent can ask its user in the gate's stead. Where it cannot, `ask` refuses until it is approved. */
  readonly canAsk: boolean
}

export const hookAgents = ['claude-code', 'codex', 'gemini-cli', 'cursor'] as const
export type HookAgent = (typeof hookAgents)[number]
