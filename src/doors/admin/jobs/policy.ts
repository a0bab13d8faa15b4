import * as v from 'valibot'
import { moduleUrl } from '../../../kernel/module-url.ts'
import { policyBacktest, policyProof } from '../api/shapes/policies.ts'
import type { PolicyTask } from './policy-worker.ts'
import { inThread } from './thread.ts'

const TIMEOUT_MS = 30 * 60_000

type Task = Omit<PolicyTask, 'task'>

export async function backtestInThread(task: Task): Promise<v.InferOutput<typeof policyBacktest>> {
  return v.parse(policyBacktest, await run({ ...task, task: 'backtest' }))
}

export async function proveInThread(task: Task): Promise<v.InferOutput<typeof policyProof>> {
  const result = await run({ ...task, task: 'prove' })
  if (result === 'no-system')
    throw new Error(
      'This policy declares no system of agents, so there is nothing to prove: add a system section.',
    )
  return v.parse(policyProof, result)
}

function run(task: PolicyTask): Promise<unknown> {
  return inThread(moduleUrl('./policy-worker', import.meta.url), task, TIMEOUT_MS)
}
