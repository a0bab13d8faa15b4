import { expect, test } from 'vitest'
import { checkText } from './testing.ts'

const counter = `EXTENDS Naturals
VARIABLES x, y
Init == x = 0 /\\ y \\in 0..1
Up == x < 3 /\\ x' = x + 1 /\\ UNCHANGED y
Flip == y' = 1 - y /\\ UNCHANGED x
Next == Up \\/ Flip
Spec == Init /\\ [][Next]_<<x, y>>
Small == x <= 3
Below == x < 3`

test('distinct states, generated states and depth are those of the graph', async () => {
  // By hand: 4 × 2 states; 2 initial; Up from 6 states, Flip from 8; the layers are x = 0..3.
  expect(await checkText({ module: counter, config: 'SPECIFICATION Spec\nINVARIANT Small' })).toMatchObject({
    verdict: 'ok',
    distinct: 8,
    generated: 2 + 6 + 8,
    depth: 4,
  })
})

test('a violated invariant comes with a shortest behaviour that names the actions', async () => {
  const report = await checkText({ module: counter, config: 'SPECIFICATION Spec\nINVARIANT Below' })
  expect(report.verdict).toBe('violated')
  expect(report.reason).toBe('Invariant Below is violated.')
  expect(report.trace?.map((state) => state.action.replace(/ line.*/, ''))).toEqual([
    'Initial predicate',
    'Up',
    'Up',
    'Up',
  ])
  expect(report.trace?.at(-1)?.variables).toEqual([
    ['x', '3'],
    ['y', '0'],
  ])
})

test('a state without a successor is a deadlock, unless the configuration allows it', async () => {
  const module = `EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x < 2 /\\ x' = x + 1`
  expect(await checkText({ module, config: 'INIT Init\nNEXT Next' })).toMatchObject({
    verdict: 'deadlock',
    distinct: 3,
    generated: 3,
    depth: 3,
  })
  expect(await checkText({ module, config: 'INIT Init\nNEXT Next\nCHECK_DEADLOCK FALSE' })).toMatchObject({
    verdict: 'ok',
  })
})

test('a disjunction in a guard generates a state once for each true disjunct, as TLC does', async () => {
  const module = `EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == (x = 0 \\/ x < 1) /\\ x' = 1`
  expect(await checkText({ module, config: 'INIT Init\nNEXT Next\nCHECK_DEADLOCK FALSE' })).toMatchObject({
    distinct: 2,
    generated: 3,
  })
})

test('once every variable has its value, what is left is tested and branches no more', async () => {
  const module = `EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = 1 /\\ (x = 0 \\/ x < 1)`
  expect(await checkText({ module, config: 'INIT Init\nNEXT Next\nCHECK_DEADLOCK FALSE' })).toMatchObject({
    distinct: 2,
    generated: 2,
  })
})
