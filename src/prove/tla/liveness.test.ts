import { expect, test } from 'vitest'
import { checkText } from './testing.ts'

const light = `EXTENDS Naturals
VARIABLES on, ticks
vars == <<on, ticks>>
Init == on = FALSE /\\ ticks = 0
Switch == on' = TRUE /\\ UNCHANGED ticks
Tick == ticks' = 1 - ticks /\\ UNCHANGED on
Next == Switch \\/ Tick
Spec == Init /\\ [][Next]_vars
Fair == Spec /\\ WF_vars(Switch)
Lit == <>on
StaysLit == <>[]on
Leads == (ticks = 0) ~> on
Flickers == []<>(ticks = 1)`

test('without fairness nothing need ever happen: the violation is stuttering', async () => {
  const report = await checkText({ module: light, config: 'SPECIFICATION Spec\nPROPERTY Lit' })
  expect(report).toMatchObject({ verdict: 'violated', reason: 'Temporal property Lit is violated.', loop: 0 })
  expect(report.trace?.length).toBe(1)
})

test('weak fairness makes an enabled action happen', async () => {
  expect(
    await checkText({ module: light, config: 'SPECIFICATION Fair\nPROPERTY Lit StaysLit Leads' }),
  ).toMatchObject({
    verdict: 'ok',
    distinct: 4,
  })
})

test('fairness of one action does not make another happen', async () => {
  const report = await checkText({ module: light, config: 'SPECIFICATION Fair\nPROPERTY Flickers' })
  expect(report.verdict).toBe('violated')
  const { trace = [], loop = 0 } = report
  const round = trace.slice(loop).map(({ variables }) => Object.fromEntries(variables).ticks)
  expect(round).not.toContain('1')
})

const blinking = (fairness: string): string => `EXTENDS Naturals
VARIABLES gate, done
vars == <<gate, done>>
Init == gate = 0 /\\ done = FALSE
Blink == gate' = 1 - gate /\\ UNCHANGED done
Finish == gate = 1 /\\ done' = TRUE /\\ UNCHANGED gate
Spec == Init /\\ [][Blink \\/ Finish]_vars /\\ WF_vars(Blink) /\\ ${fairness}
Ends == <>done`

test('an action enabled again and again needs strong fairness', async () => {
  const weak = await checkText({
    module: blinking('WF_vars(Finish)'),
    config: 'SPECIFICATION Spec\nPROPERTY Ends',
  })
  expect(weak.verdict).toBe('violated')
  expect(weak.trace?.slice(weak.loop).length).toBe(2)
  const strong = await checkText({
    module: blinking('SF_vars(Finish)'),
    config: 'SPECIFICATION Spec\nPROPERTY Ends',
  })
  expect(strong.verdict).toBe('ok')
})

test('quantified fairness and properties are taken apart', async () => {
  const module = `EXTENDS Naturals
VARIABLE at
Init == at = [p \\in 1..3 |-> 0]
Go(p) == at[p] < 2 /\\ at' = [at EXCEPT ![p] = @ + 1]
Next == \\E p \\in 1..3 : Go(p)
Spec == Init /\\ [][Next]_at /\\ \\A p \\in 1..2 : WF_at(Go(p))
First == \\A p \\in 1..2 : <>(at[p] = 2)
All == \\A p \\in 1..3 : <>(at[p] = 2)`
  expect(
    await checkText({ module, config: 'SPECIFICATION Spec\nPROPERTY First\nCHECK_DEADLOCK FALSE' }),
  ).toMatchObject({ verdict: 'ok', distinct: 27 })
  expect(
    await checkText({ module, config: 'SPECIFICATION Spec\nPROPERTY All\nCHECK_DEADLOCK FALSE' }),
  ).toMatchObject({ verdict: 'violated' })
})

test('a refinement with fairness is checked as a whole', async () => {
  const clock =
    "EXTENDS Naturals\nVARIABLE h\nTick == h' = (h + 1) % 3\nSpec == h = 0 /\\ [][Tick]_h /\\ WF_h(Tick)"
  const module = (fairness: string): string => `EXTENDS Naturals
VARIABLES h, m
Next == (m = 1 /\\ m' = 0 /\\ h' = (h + 1) % 3) \\/ (m = 0 /\\ m' = 1 /\\ h' = h)
Spec == h = 0 /\\ m = 0 /\\ [][Next]_<<h, m>> ${fairness}
Clock == INSTANCE Clock
Refines == Clock!Spec`
  const config = 'SPECIFICATION Spec\nPROPERTY Refines'
  expect(
    await checkText({ module: module('/\\ WF_<<h, m>>(Next)'), config, beside: { Clock: clock } }),
  ).toMatchObject({ verdict: 'ok', distinct: 6 })
  expect(await checkText({ module: module(''), config, beside: { Clock: clock } })).toMatchObject({
    verdict: 'violated',
  })
})

test('under SYMMETRY the counts are reduced and liveness is checked on the whole graph', async () => {
  const module = (fairness: string): string => `EXTENDS TLC
CONSTANT S
VARIABLE x
Init == x \\in S
Next == \\E s \\in S \\ {x} : x' = s
Spec == Init /\\ [][Next]_x ${fairness}
Sym == Permutations(S)
Moves == \\A s \\in S : []<>(x = s)`
  const config = 'CONSTANT S = {a, b}\nSPECIFICATION Spec\nSYMMETRY Sym\nPROPERTY Moves'
  const fair = await checkText({ module: module('/\\ WF_x(Next)'), config })
  expect(fair).toMatchObject({ verdict: 'ok', distinct: 1 })
  expect(await checkText({ module: module(''), config })).toMatchObject({ verdict: 'violated', distinct: 1 })
  // Two classes fit the limit, the four states they stand for do not.
  const four = config.replace('{a, b}', '{a, b, c, d}')
  expect(await checkText({ module: module('/\\ WF_x(Next)'), config: four, statesMax: 3 })).toMatchObject({
    verdict: 'unknown',
    unchecked: ['Moves'],
  })
})

test('ENABLED of an instance binds the variables of the instance, not what stands for them', async () => {
  const clock =
    "EXTENDS Naturals\nVARIABLE h\nTick == h' = (h + 1) % 3\nSpec == h = 0 /\\ [][Tick]_h /\\ WF_h(Tick)"
  const module = (fairness: string): string => `EXTENDS Naturals
VARIABLE n
Count == n' = (n + 1) % 6
Spec == n = 0 /\\ [][Count]_n ${fairness}
Clock == INSTANCE Clock WITH h <- n % 3
Refines == Clock!Spec`
  const config = 'SPECIFICATION Spec\nPROPERTY Refines'
  const beside = { Clock: clock }
  expect(await checkText({ module: module('/\\ WF_n(Count)'), config, beside })).toMatchObject({
    verdict: 'ok',
  })
  expect(await checkText({ module: module(''), config, beside })).toMatchObject({ verdict: 'violated' })
})
