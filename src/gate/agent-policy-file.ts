import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readyMadePolicies } from '../config/agents.ts'
import type { WrittenBudgets } from '../config/budgets.ts'
import { GateError } from '../kernel/gate-error.ts'
import { agentDetectors } from './agent-gate.ts'
import type { AgentPolicy } from './decide/agent-policy.ts'
import { CedarRules } from './decide/cedar/cedar.ts'
import { readAgentPolicy } from './decide/read-agent-policy.ts'

/** A policy as it was read, with the version that decisions and tickets name. */
export type LoadedPolicy = {
  readonly policy: AgentPolicy
  /** Hash of the file's text and of the budgets given over it: any change is another version. */
  readonly version: string
  /** The policy's own file and those it names. */
  readonly files: readonly string[]
}

type Env = Readonly<Record<string, string | undefined>>

const VERSION_CHARACTERS = 16

/** Reads a ready-made policy by its name, or a file by its absolute path. `budgets` go over what it says. */
export function loadAgentPolicy(named: string, env: Env, budgets?: WrittenBudgets): LoadedPolicy {
  const file = readyMadePolicies.includes(named)
    ? fileURLToPath(new URL(`../../policies/${named}.yaml`, import.meta.url))
    : named
  const text = readText(file, named)
  const textOf = (cedar: string) => readText(resolve(dirname(file), cedar), cedar)
  const policy = withEnvironment(readAgentPolicy(text, named, agentDetectors, budgets, textOf), env)
  // Here, so that a policy with an error in it is refused before anything is decided by it.
  if (policy.cedar !== undefined && policy.cedar.length > 0) CedarRules.load(policy.cedar)
  const version = createHash('sha256')
    .update(text)
    .update(JSON.stringify([budgets ?? {}, policy.cedar]))
    .digest('hex')
    .slice(0, VERSION_CHARACTERS)
  const beside = (policy.cedar ?? []).map((cedar) => resolve(dirname(file), cedar.file))
  return { policy, version, files: [file, ...beside] }
}

function readText(file: string, named: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new GateError(
      'policy-not-found',
      `cannot read the policy ${named}: give a file, or one of ${readyMadePolicies.join(', ')}`,
      { cause },
    )
  }
}

/** A secret written `env:NAME` is read from the environment, so that no policy file has to hold one. */
function withEnvironment(policy: AgentPolicy, env: Env): AgentPolicy {
  const secrets = policy.secrets.map(({ name, value }) => {
    if (!value.startsWith('env:')) return { name, value }
    const found = env[value.slice(4)]
    if (found === undefined)
      throw new GateError('policy-invalid', `secret ${name}: the environment has no ${value.slice(4)}`)
    return { name, value: found }
  })
  return { ...policy, secrets }
}
