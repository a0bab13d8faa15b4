import { expect, test } from 'vitest'
import { checkText } from './testing.ts'

const run = (module: string, config = 'INIT Init\nNEXT Next') =>
  checkText({ module: `EXTENDS Naturals, Sequences\nVARIABLE x\n${module}`, config })

const faults: readonly (readonly [what: string, module: string, reason: RegExp, line: number])[] = [
  ['a syntax error', "Init == x = \nNext == x' = [1", /Syntax error/, 5],
  ['an unknown operator', 'Init == x = Foo(1)\nNext == UNCHANGED x', /Unknown operator `Foo`/, 4],
  ['an unbounded quantifier', 'Init == x = 0\nNext == (\\E y : y = x) /\\ UNCHANGED x', /without a set/, 5],
  ['an infinite set', 'Init == x \\in Nat\nNext == UNCHANGED x', /not finite/, 4],
  ['a type error', 'Init == x = 0\nNext == x = "a" /\\ UNCHANGED x', /Attempted to check equality/, 5],
  ['a function outside its domain', "Init == x = <<1>>\nNext == x' = <<x[2]>>", /not in its domain/, 5],
  ['a variable read too early', "Init == x = 0\nNext == x' = x' + 1", /has no value/, 5],
  [
    'too many arguments',
    'F(a) == a\nInit == x = F(1, 2)\nNext == UNCHANGED x',
    /takes 1 arguments but is given 2/,
    5,
  ],
  ['a CASE without a true arm', "Init == x = 0\nNext == x' = CASE x = 1 -> 2", /CASE/, 5],
  ['a number beyond 32 bits', 'Init == x = 99999999999\nNext == UNCHANGED x', /32 bits/, 4],
]

for (const [what, module, reason, line] of faults) {
  test(`${what} is an error with its line`, async () => {
    const report = await run(module)
    expect(report.verdict).toBe('error')
    expect(report.reason).toMatch(reason)
    expect(report.place?.line).toBe(line)
  })
}

test('an overflow, a missing module and an unsupported temporal quantifier are errors', async () => {
  expect(await run("Init == x = 2147483647\nNext == x' = x + 1")).toMatchObject({
    verdict: 'error',
    reason: expect.stringMatching(/overflow/),
  })
  const missing = await checkText({ module: 'EXTENDS Nowhere', config: '' })
  expect(missing).toMatchObject({
    verdict: 'error',
    reason: expect.stringMatching(/Cannot find module Nowhere/),
  })
})

test('an incomplete successor is an error, not a state', async () => {
  const report = await checkText({
    module: "VARIABLES x, y\nInit == x = 0 /\\ y = 0\nNext == x' = 0",
    config: 'INIT Init\nNEXT Next',
  })
  expect(report).toMatchObject({ verdict: 'error', reason: expect.stringMatching(/variable y has no value/) })
})

test('a configuration that names what does not exist is an error', async () => {
  const module = 'Init == x = 0\nNext == UNCHANGED x'
  expect((await run(module, 'INIT Init\nNEXT Next\nINVARIANT Nope')).reason).toMatch(/names Nope/)
  expect((await run(module, 'INIT Init\nNEXT Next\nNONSENSE Nope')).reason).toMatch(/./)
  expect((await run(module, 'INVARIANT Init')).reason).toMatch(/no behaviour/)
})

test('deep recursion is an error, not a crash', async () => {
  const report = await run('RECURSIVE F(_)\nF(n) == 1 + F(n + 1)\nInit == x = F(0)\nNext == UNCHANGED x')
  expect(report.verdict).toBe('error')
  expect(report.reason).toMatch(/deeply/)
})

test('a search past its limit of states is unknown, never ok', async () => {
  const report = await checkText({
    module: "EXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x' = x + 1",
    config: 'INIT Init\nNEXT Next',
    statesMax: 100,
  })
  expect(report.verdict).toBe('unknown')
  expect(report.reason).toMatch(/more than 100 distinct states/)
})

test('a search past its limit of memory is unknown, never ok', async () => {
  const report = await checkText({
    module: "EXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x' = x + 1",
    config: 'INIT Init\nNEXT Next',
    memoryBytesMax: 1024,
  })
  expect(report).toMatchObject({ verdict: 'unknown', reason: expect.stringMatching(/MiB of memory/) })
})

test('text of a specification never becomes code', async () => {
  const report = await run(
    'Init == x = "\\"]; globalThis.leak = 1; //"\nNext == x\' = "#{globalThis.leak = 1}"',
  )
  expect(report).toMatchObject({ verdict: 'ok', distinct: 2 })
  expect('leak' in globalThis).toBe(false)
})
