import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { judgeLines } from '../doors/judge/judge.ts'
import { AgentGate, agentDetectors } from '../gate/agent-gate.ts'
import type { AgentPolicy } from '../gate/decide/agent-policy.ts'
import { readAgentPolicy } from '../gate/decide/read-agent-policy.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { Command, Console } from './command.ts'

const readyMade = ['observe', 'balanced', 'strict']

export const judge: Command = {
  usage: '[--policy FILE] [--json]',
  description: `Reads acts of agents as JSON lines on standard input and writes one decision line for each judged act:
allow, ask, redact or deny, with the findings that led to it. State is kept per session.
A malformed line gives {"line":N,"error":"…"} and the stream goes on. Exit 0 at the end of input.`,
  options: {
    policy: {
      type: 'string',
      value: 'FILE',
      summary: `a policy file, or one of ${readyMade.join(', ')} (default balanced)`,
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
  run: async (_positionals, options, console) => {
    const named = typeof options.policy === 'string' ? options.policy : 'balanced'
    const gate = AgentGate.open(withEnvironment(await loadPolicy(named, console.cwd), console.env))
    await judgeLines(gate, console.stdin, console.stdout)
    return 0
  },
}

async function loadPolicy(named: string, cwd: string) {
  const file = readyMade.includes(named)
    ? new URL(`../../policies/${named}.yaml`, import.meta.url)
    : resolve(cwd, named)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new GateError('policy-not-found', `cannot read the policy ${named}`, { cause })
  }
  return readAgentPolicy(text, named, agentDetectors)
}

/** A secret written `env:NAME` is read from the environment, so that no policy file has to hold one. */
function withEnvironment(policy: AgentPolicy, env: Console['env']): AgentPolicy {
  const secrets = policy.secrets.map(({ name, value }) => {
    if (!value.startsWith('env:')) return { name, value }
    const found = env[value.slice(4)]
    if (found === undefined)
      throw new GateError('policy-invalid', `secret ${name}: the environment has no ${value.slice(4)}`)
    return { name, value: found }
  })
  return { ...policy, secrets }
}
