import type { JsonObject } from '../../gate/act.ts'
import { claudeCode } from './claude-code.ts'
import type { HookDialect, ReadEvent, Ruling } from './hook-event.ts'

/**
 * Codex speaks Claude Code's hooks with differences that matter (read in its hook engine's output parser): it rejects
 * `ask`, and a rejected answer lets the tool run. So what a person must approve is denied, with the way to approve it.
 * Of PostToolUse it refuses `suppressOutput`; of a permission request `updatedInput` and `interrupt`.
 */
export const codex: HookDialect = { agent: 'codex', canAsk: false, read: claudeCode.read, say }

function say(read: ReadEvent, ruling: Ruling): JsonObject {
  const isAsked = ruling.action === 'ask' && read.event.kind === 'tool-asked'
  return claudeCode.say(read, isAsked ? { action: 'deny', reason: ruling.reason } : ruling)
}
