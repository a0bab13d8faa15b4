import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { readyMadePolicies } from '../config/agents.ts'
import { DecisionIds } from '../doors/decision-ids.ts'
import { dialects } from '../doors/hook/hook-door.ts'
import { type HookAgent, hookAgents } from '../doors/hook/hook-event.ts'
import { HookJudge } from '../doors/hook/hook-judge.ts'
import { localRoad } from '../doors/hook/local-road.ts'
import { parseActId } from '../gate/act.ts'
import { loadAgentPolicy } from '../gate/agent-policy-file.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { Command, Console, ExitCode } from './command.ts'
import { textOption } from './store-option.ts'

export const hook: Command = {
  usage: '[--agent NAME] [--url URL] [--local]',
  description: `What a coding agent runs at each of its hooks: reads one event as JSON on standard input, asks the gate (POST /hook/NAME),
and writes the decision in the agent's own shape. \`portcullis connect\` writes the settings that call it.

It fails closed: when the gate cannot be reached, is too slow or answers something else, an event that guards an action ends
with exit code 2 and the reason on standard error. The key, if one is needed, is in PORTCULLIS_HOOK_KEY.

With --local there is no gate: the event is judged here, by itself, under a policy. Nothing is recorded, and what depends on
the rest of the session (where a value came from, loops) is not seen.`,
  options: {
    agent: { type: 'string', value: 'NAME', summary: `${hookAgents.join(', ')} (default claude-code)` },
    url: {
      type: 'string',
      value: 'URL',
      summary: 'where the gate listens (default PORTCULLIS_URL or 127.0.0.1:8080)',
    },
    timeout: { type: 'string', value: 'SECONDS', summary: 'how long to wait for the gate (default 5)' },
    'key-file': { type: 'string', value: 'FILE', summary: 'a file that holds the key' },
    alive: { type: 'boolean', summary: 'only ask whether the gate is there, beside an HTTP hook' },
    local: { type: 'boolean', summary: 'judge here, without a gate' },
    policy: {
      type: 'string',
      value: 'FILE',
      summary: 'with --local: a policy file, or observe, balanced, strict (default balanced)',
    },
  },
  examples: [
    ['portcullis hook < event.json', 'what Claude Code runs before a tool is used'],
    [
      `echo '{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Bash","tool_input":{"command":"rm -rf ~"}}' | portcullis hook --local`,
      'try it without a gate',
    ],
  ],
  wordsMax: 0,
  run: async (_positionals, options, console) => {
    if (options.local !== true)
      throw new GateError(
        'usage',
        'without --local the launcher, bin/portcullis.js, carries the event to a gate',
      )
    const agent = hookAgents.find((name) => name === (textOption(options, 'agent') ?? 'claude-code'))
    if (agent === undefined) throw new GateError('usage', `--agent must be one of ${hookAgents.join(', ')}`)
    const named = textOption(options, 'policy') ?? 'balanced'
    const policy = readyMadePolicies.includes(named) ? named : resolve(console.cwd, named)
    return await judgeHere(agent, policy, console)
  },
}

/** The exit code by which an agent takes a hook's failure as a refusal. */
const REFUSED: ExitCode = 2

async function judgeHere(agent: HookAgent, policy: string, console: Console): Promise<ExitCode> {
  const ids = new DecisionIds()
  const judge = new HookJudge({
    road: localRoad(loadAgentPolicy(policy, console.env).policy),
    nextId: () => {
      const id = parseActId(ids.next(console.now()))
      if (!id.ok) throw new Error(id.error)
      return id.value
    },
    waitMs: () => 0,
    seen: () => {},
  })
  const caller = { tenant: 'default', agent, person: undefined, key: undefined }
  try {
    const answer = await judge.answer(
      caller,
      dialects[agent],
      JSON.parse(await text(console.stdin)),
      console.signal,
    )
    if (!answer.ok) throw new Error('the event has no session or no name')
    console.stdout.write(`${JSON.stringify(answer.value)}\n`)
    return 0
  } catch (error) {
    console.stderr.write(
      `Portcullis: refused, because ${error instanceof Error ? error.message : 'of a failure'}.\n`,
    )
    return REFUSED
  }
}
