import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { agentDetectors } from '../gate/agent-gate.ts'
import { readAgentPolicy } from '../gate/decide/read-agent-policy.ts'
import type { AgentSystem } from '../gate/decide/system/system.ts'
import type { TableEvent } from '../gate/decide/system/table.ts'
import { type Emitted, emitTla } from './emit.ts'
import { runTla } from './tla/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-emit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function systemOf(file: string): AgentSystem {
  const url = new URL(`../../policies/${file}.yaml`, import.meta.url)
  const { system } = readAgentPolicy(readFileSync(url, 'utf8'), file, agentDetectors)
  if (system === undefined) throw new Error(`${file} declares no system`)
  return system
}

async function checked(modules: readonly Emitted[], name: string) {
  for (const each of modules) {
    writeFileSync(join(folder, `${each.name}.tla`), each.module)
    writeFileSync(join(folder, `${each.name}.cfg`), each.config)
  }
  return runTla({
    file: join(folder, `${name}.tla`),
    config: join(folder, `${name}.cfg`),
    statesMax: 1_000_000,
    memoryBytesMax: 2 ** 31,
    print: () => undefined,
    progress: () => undefined,
  })
}

test('the TLA+ engine finds in every emitted module the states, transitions and depth that the search found', async () => {
  const { modules, left } = emitTla(systemOf('strict'), [])
  const names = modules.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['Rows', 'System', 'NoLabelToSink', 'ApprovalBeforeDestructive']),
  )
  expect(left.every((why) => /no case open|budgets/.test(why))).toBe(true)
  for (const { name, counts } of modules) {
    if (counts === undefined) continue
    const { verdict, distinct, generated, depth } = await checked(modules, name)
    expect([name, verdict, distinct, generated, depth]).toEqual([
      name,
      'ok',
      counts.distinct,
      counts.generated,
      counts.depth,
    ])
  }
})

test('the TLA+ engine finds the violation that verify finds', async () => {
  const { modules } = emitTla(systemOf('examples/flawed/loose-approval'), [])
  const report = await checked(modules, 'ApprovalBeforeDestructive')
  expect(report.verdict).toBe('violated')
  expect(report.trace).toHaveLength(2)
})

test('a recorded session is accepted, and one with a step taken out is not', async () => {
  const system = systemOf('strict')
  const call = { agent: 'worker', tool: 'delete_records', slot: 0 }
  const trace: readonly TableEvent[] = [
    { kind: 'message', from: 'planner', to: 'worker' },
    { kind: 'approve', ...call },
    { kind: 'call', ...call },
  ]
  expect((await checked(emitTla(system, [trace]).modules, 'Trace')).verdict).toBe('ok')
  const cut = trace.filter(({ kind }) => kind !== 'approve')
  expect((await checked(emitTla(system, [trace, cut]).modules, 'Trace')).verdict).toBe('violated')
})
