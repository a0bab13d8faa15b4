import { expect, test } from 'vitest'
import { Breaker } from './breaker.ts'

test('a run of failures opens it, one exchange may try it later, and success closes it', () => {
  const breaker = new Breaker({ failures: 3, openMs: 1_000 })
  breaker.fail(0)
  breaker.fail(0)
  expect(breaker.mayTry(0)).toBe(true)
  breaker.fail(0)
  expect(breaker.mayTry(999)).toBe(false)
  expect(breaker.state(1_000)).toBe('half-open')
  expect(breaker.mayTry(1_000)).toBe(true)
  breaker.begin(1_000)
  expect(breaker.mayTry(1_000)).toBe(false)
  breaker.succeed()
  expect(breaker.mayTry(1_001)).toBe(true)
})

test('a failed try keeps it open for as long again', () => {
  const breaker = new Breaker({ failures: 1, openMs: 1_000 })
  breaker.fail(0)
  breaker.begin(1_000)
  breaker.fail(1_000)
  expect(breaker.state(1_999)).toBe('open')
})

test('a client that leaves during the try says nothing about the upstream, and another may try', () => {
  const breaker = new Breaker({ failures: 1, openMs: 1_000 })
  breaker.fail(0)
  breaker.begin(1_000)
  breaker.letGo()
  expect(breaker.mayTry(1_000)).toBe(true)
})

test('failures with successes between them never open it', () => {
  const breaker = new Breaker({ failures: 2, openMs: 1_000 })
  for (let index = 0; index < 10; index++) {
    breaker.fail(0)
    breaker.succeed()
  }
  expect(breaker.state(0)).toBe('closed')
})

test('an upstream is up once it answered, down once it failed without, and unknown before', () => {
  const breaker = new Breaker({ failures: 2, openMs: 1_000 })
  expect(breaker.health).toBe('unknown')
  breaker.fail(0)
  expect(breaker.health).toBe('down')
  breaker.succeed()
  expect(breaker.health).toBe('up')
  breaker.fail(0)
  expect(breaker.health).toBe('up')
  breaker.fail(0)
  expect(breaker.state(1_000)).toBe('half-open')
  expect(breaker.health).toBe('down')
})
