import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMap, LineCounter, parseDocument } from 'yaml'
import { readyMadePolicies } from '../config/agents.ts'
import { agentDetectors } from '../gate/agent-gate.ts'
import type { AgentPolicy } from '../gate/decide/agent-policy.ts'
import { readAgentPolicy } from '../gate/decide/read-agent-policy.ts'
import { GateError } from '../kernel/gate-error.ts'

/** A policy to verify: what it says, and where a person finds it. */
export type PolicySource = { readonly policy: AgentPolicy; readonly file: string; readonly line: number }

const POLICY_FILES_MAX = 1_000
const shipped = fileURLToPath(new URL('../../policies', import.meta.url))

/** The policies that ship with Portcullis; those in its folder of examples are left out. */
export function shippedPolicies(cwd: string): readonly PolicySource[] {
  return readyMadePolicies.map((name) => readSource(join(shipped, `${name}.yaml`), cwd))
}

/** `named` is a ready-made policy, a policy file, a folder of them, or a configuration that has one. */
export function policySources(named: string, cwd: string): readonly PolicySource[] {
  const path = pathOf(named, cwd)
  if (statSync(path).isDirectory()) return policiesIn(path, cwd)
  const document = parseDocument(readText(path))
  // What says nothing of a gate is read as a policy, so that a file that is neither is refused, line and field.
  const isConfig = isMap(document.contents) && (document.has('upstreams') || document.has('agents'))
  if (!isConfig) return [readSource(path, cwd)]
  const policy: unknown = document.getIn(['agents', 'policy']) ?? 'balanced'
  if (typeof policy !== 'string')
    throw new GateError('policy-not-found', `${named} names no policy under agents.policy`)
  return [readSource(pathOf(policy, dirname(path)), cwd)]
}

function policiesIn(folder: string, cwd: string): readonly PolicySource[] {
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file))
  if (files.length === 0) throw new GateError('policy-not-found', `There is no policy (*.yaml) in ${folder}.`)
  return files
    .sort()
    .slice(0, POLICY_FILES_MAX)
    .map((file) => readSource(join(folder, file), cwd))
}

function pathOf(named: string, cwd: string): string {
  if (readyMadePolicies.includes(named)) return join(shipped, `${named}.yaml`)
  const path = resolve(cwd, named)
  const found = [path, `${path}.yaml`].find((each) => existsSync(each))
  if (found === undefined) throw new GateError('policy-not-found', `There is no file ${path}.`)
  return found
}

function readSource(path: string, cwd: string): PolicySource {
  const text = readText(path)
  const shown = relative(cwd, path)
  const file = shown.startsWith('..') ? path : shown
  const textOf = (cedar: string) => readText(resolve(dirname(path), cedar))
  const policy = readAgentPolicy(text, file, agentDetectors, undefined, textOf)
  return { policy, file, line: systemLine(text) }
}

/** The line on which the system is declared. */
function systemLine(text: string): number {
  const lines = new LineCounter()
  const node: unknown = parseDocument(text, { lineCounter: lines }).get('system', true)
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  return Array.isArray(range) && typeof range[0] === 'number' ? lines.linePos(range[0]).line : 1
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GateError('policy-not-found', `cannot read ${path}`, { cause })
  }
}
