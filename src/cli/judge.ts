import { resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { readyMadePolicies } from '../config/agents.ts'
import { judgeLines } from '../doors/judge/judge.ts'
import { AgentGate } from '../gate/agent-gate.ts'
import { loadAgentPolicy } from '../gate/agent-policy-file.ts'
import type { Command } from './command.ts'

/**
 * Acts differ so much that the last compiler is asked for the same functions again and again: without it 23,000 commands
 * took 2.7 s of processor time instead of 3.5, and 115,000 took 7.7 instead of 9.2.
 */
export const COMPILER_OF_ACTS = '--no-opt'

export const judge: Command = {
  usage: '[--policy FILE] [--json]',
  description: `Reads acts of agents as JSON lines on standard input and writes one decision line for each judged act:
allow, ask, redact or deny, with the findings that led to it. State is kept per session.
A malformed line gives {"line":N,"error":"…"} and the stream goes on. Exit 0 at the end of input.`,
  options: {
    policy: {
      type: 'string',
      value: 'FILE',
      summary: `a policy file, or one of ${readyMadePolicies.join(', ')} (default balanced)`,
    },
    json: { type: 'boolean', summary: 'decisions as JSON lines; there is no other form' },
  },
  examples: [
    [
      `echo '{"id":"1","session":"s","kind":"command","command":"rm -rf /"}' | portcullis judge`,
      'judge one command',
    ],
    ['portcullis judge --policy policies/strict.yaml < acts.jsonl', 'judge a recording under another policy'],
  ],
  wordsMax: 0,
  run: async (_positionals, options, console) => {
    setFlagsFromString(COMPILER_OF_ACTS)
    const named = typeof options.policy === 'string' ? options.policy : 'balanced'
    const file = readyMadePolicies.includes(named) ? named : resolve(console.cwd, named)
    const gate = AgentGate.open(loadAgentPolicy(file, console.env).policy)
    await judgeLines(gate, console.stdin, console.stdout)
    return 0
  },
}
