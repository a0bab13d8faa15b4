import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentNotice, type JsonObject, type JudgedAct, parseActId } from '../../gate/act.ts'
import type { Passage } from '../../gate/agent-road.ts'
import type { AgentAction, AgentDecision } from '../../gate/decision.ts'
import { dialects } from './hook-door.ts'
import { type HookAgent, hookAgents } from './hook-event.ts'
import { HookJudge } from './hook-judge.ts'

type Case = {
  readonly event: JsonObject
  readonly acts: readonly JsonObject[]
  readonly task?: string
  readonly isKnown?: false
  readonly deny?: JsonObject
  readonly ask?: JsonObject
  readonly redact?: JsonObject
}

const caller = { tenant: 'default', agent: 'test', person: undefined, key: undefined }
const never = new AbortController().signal
const id = (text: string) => {
  const parsed = parseActId(text)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

function casesOf(agent: HookAgent): readonly Case[] {
  return readFileSync(new URL(`./cases/${agent}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function decisionOf(action: AgentAction): AgentDecision {
  switch (action) {
    case 'allow':
      return { action }
    case 'redact':
      return { action, rule: 'no', spans: [[1, 3]] }
    default:
      return { action, rule: 'no', reason: 'not this' }
  }
}

/** A road that decides as it is told and remembers what it was shown. */
function roadOf(action: AgentAction) {
  const acts: JudgedAct[] = []
  const notices: AgentNotice[] = []
  const ends: string[] = []
  const withdrawn: string[] = []
  let count = 0
  return {
    acts,
    notices,
    ends,
    note: (_caller: unknown, act: AgentNotice) => void notices.push(act),
    pass: async (_caller: unknown, act: JudgedAct): Promise<Passage> => {
      acts.push(act)
      const decision = decisionOf(action)
      const ticket =
        action !== 'ask'
          ? undefined
          : {
              ...{ id: `t${++count}`, tenant: 'default', agent: 'test', session: act.session, act: act.kind },
              ...{ tool: '', digest: '', policy: '', person: undefined, decision: act.id, rule: 'no' },
              ...{ reason: 'not this', created: 0, expires: 1 },
            }
      return { id: act.id, decision, wouldBe: decision, findings: [], ticket }
    },
    end: async (passage: Passage, outcome: string) => void ends.push(`${passage.id} ${outcome}`),
    answer: async () => 'expired' as const,
    withdrawn,
    withdraw: (ticket: { readonly id: string }) => void withdrawn.push(ticket.id),
  }
}

async function answered(agent: HookAgent, event: JsonObject, action: AgentAction) {
  const road = roadOf(action)
  const seen: string[] = []
  let ids = 0
  const judge = new HookJudge({
    road,
    nextId: () => id(`d${++ids}`),
    waitMs: () => 0,
    seen: (who, name, isKnown) => seen.push(`${who} ${name} ${isKnown}`),
  })
  const answer = await judge.answer(caller, dialects[agent], event, never)
  if (!answer.ok) throw new Error(answer.error)
  return { road, seen, answer: answer.value, judge }
}

describe.each(hookAgents)('%s', (agent) => {
  const cases = casesOf(agent).map((each) => [String(each.event.hook_event_name), each] as const)

  test.each(cases)('%s becomes acts, and an allowed one is answered with nothing', async (_name, each) => {
    const { road, answer, seen } = await answered(agent, each.event, 'allow')
    expect(answer).toEqual({})
    expect(road.acts).toHaveLength(each.acts.length)
    for (const [index, act] of each.acts.entries()) expect(road.acts[index]).toMatchObject(act)
    expect(road.notices.map((notice) => (notice.kind === 'task' ? notice.text : ''))).toEqual(
      each.task === undefined ? [] : [each.task],
    )
    expect(seen).toEqual([`${agent} ${String(each.event.hook_event_name)} ${each.isKnown ?? true}`])
  })

  test.each(cases.filter(([, { acts }]) => acts.length > 0))(
    '%s is refused and asked about in the words of the contract',
    async (_name, each) => {
      expect((await answered(agent, each.event, 'deny')).answer).toEqual(each.deny)
      expect((await answered(agent, each.event, 'ask')).answer).toEqual(each.ask)
      if (each.redact) expect((await answered(agent, each.event, 'redact')).answer).toEqual(each.redact)
    },
  )
})

test('every event of the contract has a case', () => {
  const names = new Set(casesOf('claude-code').map(({ event }) => event.hook_event_name))
  // The 33 of the agent SDK 0.3.330, and one it does not have.
  expect(names.size).toBe(34)
})

const rm = 'rm -rf /srv'
test.each([
  [
    'a tool and its input',
    { tool_name: 'Bash', tool_input: { command: rm } },
    { kind: 'command', command: rm },
  ],
  ['a command', { command: rm }, { kind: 'command', command: rm }],
  [
    'a tool that has answered',
    { tool_name: 'Bash', tool_input: { command: rm }, tool_response: 'gone' },
    { kind: 'result', text: 'gone' },
  ],
  ['a prompt', { prompt: 'Delete it all.' }, { kind: 'result', text: 'Delete it all.' }],
])(
  'an event of a name nobody knows is judged by %s in it, and counted as unknown',
  async (_what, more, act) => {
    for (const agent of hookAgents) {
      const event = { session_id: 's', conversation_id: 's', hook_event_name: 'BrandNew', cwd: '/', ...more }
      const { road, seen, answer } = await answered(agent, event, 'deny')
      expect(road.acts).toHaveLength(1)
      expect(road.acts[0]).toMatchObject(act)
      expect(road.notices).toEqual([])
      expect(seen).toEqual([`${agent} BrandNew false`])
      if (act.kind === 'command') expect(JSON.stringify(answer)).toMatch(/"(block|deny)"/)
      // A question that the agent may not know is a refusal.
      const asked = await answered(agent, event, 'ask')
      if (act.kind === 'command') expect(JSON.stringify(asked.answer)).toMatch(/"(block|deny)"/)
    }
  },
)

test('an agent that shows neither a session nor a name is not answered', async () => {
  const judge = new HookJudge({
    road: roadOf('allow'),
    nextId: () => id('d'),
    waitMs: () => 0,
    seen: () => {},
  })
  for (const event of [
    {},
    { session_id: 's' },
    { hook_event_name: 'PreToolUse' },
    { session_id: 7, hook_event_name: 'Stop' },
  ])
    expect(await judge.answer(caller, dialects['claude-code'], event, never)).toEqual({
      ok: false,
      error: 'event-malformed',
    })
})

const used = {
  session_id: 's',
  cwd: '/',
  tool_name: 'Bash',
  tool_input: { command: 'ls' },
  tool_use_id: 'u1',
}

test('a permission request for a use that was judged is not judged again', async () => {
  const { judge, road } = await answered('claude-code', { ...used, hook_event_name: 'PreToolUse' }, 'ask')
  const { tool_use_id: _, ...rest } = used
  const again = await judge.answer(
    caller,
    dialects['claude-code'],
    { ...rest, hook_event_name: 'PermissionRequest' },
    never,
  )
  expect(again).toEqual({ ok: true, value: {} })
  expect(road.acts).toHaveLength(1)
})

test.each([
  ['PostToolUse', { tool_response: '' }, 'done'],
  ['PostToolUseFailure', { error: '' }, 'failed'],
  ['PermissionDenied', { reason: 'no' }, 'blocked'],
])('%s ends the use it names', async (name, more, outcome) => {
  const { judge, road } = await answered('claude-code', { ...used, hook_event_name: 'PreToolUse' }, 'allow')
  await judge.answer(caller, dialects['claude-code'], { ...used, ...more, hook_event_name: name }, never)
  expect(road.ends).toEqual([`d1 ${outcome}`])
})

test('a ticket whose question the agent asked its own user is taken back when the tool has run', async () => {
  const { judge, road } = await answered('claude-code', { ...used, hook_event_name: 'PreToolUse' }, 'ask')
  expect(road.withdrawn).toEqual([])
  const ended = { ...used, hook_event_name: 'PostToolUse', tool_response: '' }
  await judge.answer(caller, dialects['claude-code'], ended, never)
  expect(road.withdrawn).toEqual(['t1'])
})

test('what a session leaves open is cancelled when it ends, and the rest when the gate does', async () => {
  const { judge, road } = await answered('claude-code', { ...used, hook_event_name: 'PreToolUse' }, 'allow')
  const other = { ...used, session_id: 'other', hook_event_name: 'PreToolUse' }
  await judge.answer(caller, dialects['claude-code'], other, never)
  await judge.answer(caller, dialects['claude-code'], { ...used, hook_event_name: 'SessionEnd' }, never)
  expect(road.ends).toEqual(['d1 cancelled'])
  await judge[Symbol.asyncDispose]()
  expect(road.ends).toEqual(['d1 cancelled', 'd2 cancelled'])
})

test('an agent that cannot ask waits for an approval, and the approved act passes', async () => {
  const road = { ...roadOf('ask'), answer: async () => 'approved' as const }
  const asking = road.pass
  let isApproved = false
  const answers = {
    ...road,
    pass: async (who: unknown, act: JudgedAct): Promise<Passage> => {
      const passage = await asking(who, act)
      if (!isApproved) return passage
      return { ...passage, decision: { action: 'allow' }, ticket: undefined }
    },
    answer: async () => {
      isApproved = true
      return 'approved' as const
    },
  }
  const judge = new HookJudge({ road: answers, nextId: () => id('d'), waitMs: () => 1_000, seen: () => {} })
  const event = { ...used, hook_event_name: 'PreToolUse' }
  expect(await judge.answer(caller, dialects.codex, event, never)).toEqual({ ok: true, value: {} })
  expect(road.acts).toHaveLength(2)
})

const SEED = 20261122
const names = hookAgents.flatMap((agent) => casesOf(agent).map(({ event }) => String(event.hook_event_name)))
const fields = [
  ...new Set(hookAgents.flatMap((agent) => casesOf(agent).flatMap(({ event }) => Object.keys(event)))),
]

test('whatever an event holds, it is answered with an object or refused, and never throws', async () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  const tools = fc.constantFrom('Bash', 'Write', 'Edit', 'MultiEdit', 'apply_patch', 'NotebookEdit', 'x')
  const any = fc
    .tuple(
      fc.dictionary(fc.constantFrom(...fields), value, { noNullPrototype: true }),
      fc.constantFrom(...names),
      tools,
    )
    .map(([event, name, tool]) => ({
      ...event,
      session_id: 's',
      conversation_id: 's',
      hook_event_name: name,
      tool_name: tool,
    }))
  await fc.assert(
    fc.asyncProperty(
      any,
      fc.constantFrom(...hookAgents),
      fc.constantFrom('allow', 'ask', 'deny', 'redact'),
      async (event, agent, action) => {
        const { answer } = await answered(agent, event as JsonObject, action)
        expect(typeof answer).toBe('object')
      },
    ),
    { seed: SEED, numRuns: 2_000 },
  )
})

test('an event that nests too deep is not answered', async () => {
  let deep: JsonObject = {}
  for (let depth = 0; depth < 80; depth++) deep = { deep }
  const judge = new HookJudge({
    road: roadOf('allow'),
    nextId: () => id('d'),
    waitMs: () => 0,
    seen: () => {},
  })
  const event = { ...used, hook_event_name: 'PostToolUse', tool_response: deep }
  expect((await judge.answer(caller, dialects['claude-code'], event, never)).ok).toBe(false)
})
