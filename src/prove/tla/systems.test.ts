// Small systems whose counts are found a second time by a few lines of JavaScript that know nothing of the checker.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkText } from './testing.ts'

type Counts = { distinct: number; generated: number; depth: number }

/** Breadth-first search over states written as strings. */
function explore(initial: readonly string[], next: (state: string) => string[]): Counts {
  const level = new Map<string, number>()
  const queue: string[] = []
  let generated = initial.length
  for (const state of initial) {
    if (level.has(state)) continue
    level.set(state, 1)
    queue.push(state)
  }
  for (const state of queue) {
    for (const successor of next(state)) {
      generated++
      if (level.has(successor)) continue
      level.set(successor, (level.get(state) as number) + 1)
      queue.push(successor)
    }
  }
  return { distinct: level.size, generated, depth: Math.max(...level.values()) }
}

test('two jugs', async () => {
  const module = `EXTENDS Integers
VARIABLES big, small
Min(a, b) == IF a < b THEN a ELSE b
Init == big = 0 /\\ small = 0
Next == \\/ small' = 3 /\\ big' = big
        \\/ big' = 5 /\\ small' = small
        \\/ small' = 0 /\\ big' = big
        \\/ big' = 0 /\\ small' = small
        \\/ LET poured == Min(big + small, 5) - big IN big' = big + poured /\\ small' = small - poured
        \\/ LET poured == Min(big + small, 3) - small IN small' = small + poured /\\ big' = big - poured`
  const counts = explore(['0,0'], (state) => {
    const [big, small] = state.split(',').map(Number) as [number, number]
    const toBig = Math.min(big + small, 5) - big
    const toSmall = Math.min(big + small, 3) - small
    return [
      [big, 3],
      [5, small],
      [big, 0],
      [0, small],
      [big + toBig, small - toBig],
      [big - toSmall, small + toSmall],
    ].map(String)
  })
  expect(await checkText({ module, config: 'INIT Init\nNEXT Next' })).toMatchObject({
    verdict: 'ok',
    ...counts,
  })
})

test("Peterson's algorithm keeps two processes apart", async () => {
  const module = `EXTENDS Naturals
VARIABLES pc, flag, turn
vars == <<pc, flag, turn>>
Init == pc = [p \\in 0..1 |-> "idle"] /\\ flag = [p \\in 0..1 |-> FALSE] /\\ turn = 0
Ask(p) == pc[p] = "idle" /\\ pc' = [pc EXCEPT ![p] = "asked"] /\\ flag' = [flag EXCEPT ![p] = TRUE] /\\ UNCHANGED turn
Yield(p) == pc[p] = "asked" /\\ pc' = [pc EXCEPT ![p] = "waiting"] /\\ turn' = 1 - p /\\ UNCHANGED flag
Enter(p) == pc[p] = "waiting" /\\ (~flag[1 - p] \\/ turn = p) /\\ pc' = [pc EXCEPT ![p] = "in"] /\\ UNCHANGED <<flag, turn>>
Leave(p) == pc[p] = "in" /\\ pc' = [pc EXCEPT ![p] = "idle"] /\\ flag' = [flag EXCEPT ![p] = FALSE] /\\ UNCHANGED turn
Next == \\E p \\in 0..1 : Ask(p) \\/ Yield(p) \\/ Enter(p) \\/ Leave(p)
Spec == Init /\\ [][Next]_vars
Fair == Spec /\\ \\A p \\in 0..1 : WF_vars(Yield(p)) /\\ WF_vars(Enter(p)) /\\ WF_vars(Leave(p))
Apart == ~(pc[0] = "in" /\\ pc[1] = "in")
Served == \\A p \\in 0..1 : pc[p] = "asked" ~> pc[p] = "in"`
  const counts = explore([JSON.stringify([['idle', 'idle'], [false, false], 0])], (state) => {
    const [pc, flag, turn] = JSON.parse(state) as [string[], boolean[], number]
    const set = <Item>(list: readonly Item[], at: number, value: Item): Item[] =>
      list.map((each, index) => (index === at ? value : each))
    return [0, 1].flatMap((p) => {
      const to = (step: string, flags: boolean[], turned: number): string =>
        JSON.stringify([set(pc, p, step), flags, turned])
      switch (pc[p]) {
        case 'idle':
          return [to('asked', set(flag, p, true), turn)]
        case 'asked':
          return [to('waiting', flag, 1 - p)]
        case 'waiting':
          // The guard is a disjunction: a step is generated once for each true disjunct.
          return [
            ...(flag[1 - p] ? [] : [to('in', flag, turn)]),
            ...(turn === p ? [to('in', flag, turn)] : []),
          ]
        default:
          return [to('idle', set(flag, p, false), turn)]
      }
    })
  })
  const config = 'SPECIFICATION Fair\nINVARIANT Apart\nPROPERTY Served'
  expect(await checkText({ module, config })).toMatchObject({ verdict: 'ok', ...counts })
})

test('a VIEW and a SYMMETRY count classes of states once', async () => {
  const module = `EXTENDS FiniteSets, TLC
CONSTANT P
VARIABLES in, clock
Init == in = {} /\\ clock = FALSE
Next == /\\ \\/ \\E p \\in P \\ in : in' = in \\cup {p}
           \\/ \\E p \\in in : in' = in \\ {p}
        /\\ clock' = ~clock
Sym == Permutations(P)
Only == in`
  const run = (more: string) =>
    checkText({ module, config: `CONSTANT P = {a, b, c}\nINIT Init\nNEXT Next\n${more}` })
  expect(await run('')).toMatchObject({ distinct: 8, generated: 1 + 8 * 3, depth: 4 })
  // One class for each number of members inside.
  expect(await run('SYMMETRY Sym')).toMatchObject({ distinct: 4, generated: 1 + 4 * 3, depth: 4 })
  expect(await run('VIEW Only')).toMatchObject({ distinct: 8 })
  expect(await run('SYMMETRY Sym\nVIEW Only')).toMatchObject({ distinct: 4 })
})

test('constraints keep states out of the graph but count them as generated', async () => {
  const module = `EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = x + 1 \\/ x' = x + 2
Low == x <= 3
Single == x' = x + 1`
  const run = (config: string) => checkText({ module, config: `INIT Init\nNEXT Next\n${config}` })
  expect(await run('CONSTRAINT Low')).toMatchObject({
    verdict: 'ok',
    distinct: 4,
    generated: 1 + 8,
    depth: 3,
  })
  expect(await run('CONSTRAINT Low\nACTION_CONSTRAINT Single')).toMatchObject({
    distinct: 4,
    generated: 1 + 8,
    depth: 4,
  })
})

test('configuration: replacements, model values, ALIAS, POSTCONDITION', async () => {
  const module = `EXTENDS Naturals, TLC
CONSTANTS N, Op(_), None
VARIABLE x
Add(a) == a + N
Small == 0..2
Init == x = None
Next == IF x = None THEN x' \\in Nat ELSE x' = Op(x) /\\ x < 5
Never == x # 4
Shown == [value |-> x, twice |-> IF x = None THEN 0 ELSE 2 * x]
Counted == TLCGet("distinct") = 100`
  const base =
    'CONSTANTS N = 2\nNone = None\nOp <- Add\nNat <- Small\nINIT Init\nNEXT Next\nCHECK_DEADLOCK FALSE\n'
  const violated = await checkText({ module, config: `${base}INVARIANT Never\nALIAS Shown` })
  expect(violated).toMatchObject({ verdict: 'violated' })
  expect(violated.trace?.at(-1)?.variables).toEqual([
    ['value', '4'],
    ['twice', '8'],
  ])
  // None, 0..2, then 2, 3, 4, 5, 6.
  expect(await checkText({ module, config: base })).toMatchObject({ verdict: 'ok', distinct: 8 })
  expect(await checkText({ module, config: `${base}POSTCONDITION Counted` })).toMatchObject({
    verdict: 'violated',
  })
})

test('action composition counts the states between', async () => {
  const module = `EXTENDS Naturals
VARIABLE x
Init == x = 0
Up == x < 4 /\\ (x' = x + 1 \\/ x' = x + 2)
Next == Up \\cdot (x' = x)`
  expect(await checkText({ module, config: 'INIT Init\nNEXT Next\nCHECK_DEADLOCK FALSE' })).toMatchObject({
    distinct: 6,
    generated: 1 + 5 * 0 + 4 * 4,
    depth: 4,
  })
})

test('the delegation system: a small instance against its own search', async () => {
  const module = readFileSync(new URL('specs/Delegation.tla', import.meta.url), 'utf8').replace(
    /^-+ MODULE.*$|^=+$/gm,
    '',
  )
  const config = `CONSTANTS Agent = {o, w} Tool = {r, p} Owner = o Destructive = {p} Untrusted = {r} Revocable = {p}
SPECIFICATION Spec INVARIANTS TypeOK Entitled RevocationHolds PROPERTY NeverWidens CHECK_DEADLOCK FALSE`
  type State = { holds: string[]; approved: string[]; tainted: string[]; revoked: string[] }
  const add = (list: readonly string[], item: string): string[] => [...new Set([...list, item])].sort()
  const drop = (list: readonly string[], item: string): string[] => list.filter((each) => each !== item)
  const counts = explore(
    [JSON.stringify({ holds: ['op', 'or'], approved: [], tainted: [], revoked: [] })],
    (text) => {
      const state = JSON.parse(text) as State
      const next: string[] = []
      const to = (change: Partial<State>): void => {
        next.push(JSON.stringify({ ...state, ...change }))
      }
      for (const [a, b] of [
        ['o', 'w'],
        ['w', 'o'],
      ] as const) {
        for (const t of ['r', 'p']) if (state.holds.includes(a + t)) to({ holds: add(state.holds, b + t) })
      }
      for (const a of ['o', 'w']) {
        if (!state.tainted.includes(a) && state.holds.includes(`${a}p`))
          to({ approved: add(state.approved, a) })
        if (state.holds.includes(`${a}r`)) to({ tainted: add(state.tainted, a) })
        if (state.holds.includes(`${a}p`) && state.approved.includes(a))
          to({ approved: drop(state.approved, a) })
      }
      if (!state.revoked.includes('p')) {
        to({ revoked: ['p'], holds: state.holds.filter((each) => !each.endsWith('p')), approved: [] })
      }
      return next
    },
  )
  expect(await checkText({ module, config })).toMatchObject({ verdict: 'ok', ...counts })
})
