import { expect, test } from 'vitest'
import { chance, randomSystem } from '../gate/decide/system/system.fixture.ts'
import { type Recorded, recordedRun } from './conformance.fixture.ts'
import { Conformance, type Nonconformance } from './conformance.ts'

type Step = { model: string; n: number; link: string; event: Record<string, string> }

function problemsOf(entries: readonly Recorded[]): readonly Nonconformance[] {
  const conformance = new Conformance()
  return entries.flatMap((entry, at) => conformance.take(at, entry) ?? [])
}

function runOf(seed: number): Recorded[] {
  return recordedRun(randomSystem(seed, { agents: 3, tools: 4 }), seed, { sessions: 3, events: 400 })
}

const stepsOf = (entry: Recorded | undefined): Step[] => (entry?.steps ?? []) as Step[]

test('what the gate recorded conforms, whatever the system', () => {
  let events = 0
  for (let seed = 1; seed <= 60; seed++) {
    const entries = runOf(seed)
    expect([seed, problemsOf(entries)]).toEqual([seed, []])
    events += entries.filter((entry) => entry.steps !== undefined).length
  }
  expect(events).toBeGreaterThan(4_000)
})

/** Changes one entry of a session that has a later one; says where the change is and where it must be seen at latest. */
type Tampering = (entries: Recorded[], at: number, later: number, pick: (n: number) => number) => number

const tamperings: Readonly<Record<string, Tampering>> = {
  altered: (entries, at) => {
    const [step] = stepsOf(entries[at])
    if (step !== undefined) step.event = { ...step.event, ...other(step.event) }
    return at
  },
  dropped: (entries, at, later) => {
    entries.splice(at, 1)
    return later - 1
  },
  'step dropped, entry kept': (entries, at, later) => {
    delete entries[at]?.steps
    return entries[at]?.kind === 'agent-act' ? at : later
  },
  reordered: (entries, at, later) => {
    const [first, second] = [entries[at], entries[later]]
    if (first !== undefined && second !== undefined) [entries[at], entries[later]] = [second, first]
    return at
  },
  repeated: (entries, at) => {
    entries.splice(at, 0, structuredClone(entries[at] ?? {}))
    return at + 1
  },
  forged: (entries, at) => {
    const forged = structuredClone(entries[at] ?? {})
    for (const step of stepsOf(forged)) step.n += stepsOf(forged).length
    entries.splice(at + 1, 0, forged)
    return at + 1
  },
  'moved to another session': (entries, at) => {
    const entry = entries[at]
    if (entry !== undefined) entry.session = 'session of nobody'
    return at
  },
  'under another model': (entries, at) => {
    for (const step of stepsOf(entries[at])) step.model = '0'.repeat(64)
    return at
  },
}

function other(event: Record<string, string>): Record<string, string> {
  if (event.digest !== undefined) return { digest: `${event.digest} changed` }
  return event.agent === undefined ? { from: 'somebody' } : { agent: 'somebody' }
}

test('each of 100 tampered ledgers is refused, and no later than where the change shows', () => {
  const kinds = Object.keys(tamperings)
  let tampered = 0
  for (let seed = 1; tampered < 100; seed++) {
    const kind = kinds[tampered % kinds.length] as string
    const pick = chance(seed * 31)
    const entries = runOf(seed)
    const candidates = entries.flatMap((entry, at) => {
      const later = entries.findIndex(
        (next, index) => index > at && next.session === entry.session && next.steps !== undefined,
      )
      return entry.steps !== undefined && later > 0 ? [{ at, later }] : []
    })
    const chosen = candidates[pick(Math.max(1, candidates.length))]
    if (chosen === undefined) continue
    const seenBy = tamperings[kind]?.(entries, chosen.at, chosen.later, pick) ?? 0
    const [first] = problemsOf(entries)
    expect([seed, kind, first === undefined ? 'accepted' : 'refused']).toEqual([seed, kind, 'refused'])
    expect(first?.at).toBeGreaterThanOrEqual(Math.min(chosen.at, seenBy))
    expect(first?.at).toBeLessThanOrEqual(seenBy)
    tampered++
  }
})

test('a system that is not what its hash names is refused, and steps without one are too', () => {
  const entries = runOf(5)
  const [model, ...rest] = entries
  const changed = { ...model, system: { ...(model?.system as object), undeclared: 'deny' } }
  expect(problemsOf([{ ...changed, hash: '0'.repeat(64) }, ...rest])[0]).toMatchObject({
    at: 0,
    kind: 'model',
  })
  expect(problemsOf(rest)[0]).toMatchObject({ kind: 'model' })
  expect(problemsOf([{ kind: 'system-model', hash: 'x', system: { agents: 1 } }])[0]).toMatchObject({
    kind: 'model',
  })
})
