import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { budgetsOf } from '../../../config/budgets.ts'
import type { ActId, JudgedAct, SessionId } from '../../act.ts'
import { amountOf, recordsIn, rowsIn } from './amount.ts'
import { nothingSpent, Volume } from './volume.ts'

const SEED = 20260729
const common = { id: '1' as ActId, session: 's' as SessionId }
const result = (text: string): JudgedAct => ({ ...common, kind: 'result', call: '', tool: 'query', text })
const post = (body: string): JudgedAct => ({ ...common, kind: 'call', tool: 'post', arguments: { body } })
const spenderOf = (session = nothingSpent(), now = 0, places: readonly string[] = []) => ({
  ...{ session, agent: 'a', destinations: places, now },
})
const facts = (volume: Volume, act: JudgedAct, spender = spenderOf()) =>
  volume.inspect(amountOf(act), spender).map(({ fact, severity }) => `${fact} ${severity}`)

describe('records', () => {
  test.each([
    [JSON.stringify(Array.from({ length: 7 }, (_, index) => ({ id: index, name: 'a {b}, c' }))), 7],
    [JSON.stringify({ rows: [{ a: 1 }, { a: 2 }, { a: { b: 3 } }] }, undefined, 2), 4],
    [`{"a":1}\n{"a":2}\n{"a":3}\n`, 3],
    ['- id: 1\n  name: x\n- id: 2\n  name: y\n', 2],
    ['id,name,city\n1,a,x\n2,b,y\n3,c,z\n', 3],
    ['id\tname\n1\ta\n2\tb\n', 2],
    ['One sentence. Another one.', 0],
    ['', 0],
  ])('%s holds %i', (text, records) => {
    expect(recordsIn(text)).toBe(records)
  })

  test('rows are lines with something on them', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('', 'a', '  ', 'b c', '\t')), (lines) => {
        expect(rowsIn(lines.join('\n'))).toBe(lines.filter((line) => line.trim() !== '').length)
      }),
      { seed: SEED },
    )
  })
})

test('a session is stopped at its limit, once it is warned at four fifths of it', () => {
  const volume = new Volume(budgetsOf({ session: { bytesRead: 100 }, agent: {}, destination: {} }))
  const spender = spenderOf()
  const seen: string[][] = []
  for (let step = 0; step < 6; step++) {
    seen.push(facts(volume, result('x'.repeat(20)), spender))
    if (step < 5) volume.add(amountOf(result('x'.repeat(20))), spender)
  }
  expect(seen).toEqual([
    [],
    [],
    [],
    [],
    ['volume.session-bytes-read low'],
    ['volume.session-bytes-read high'],
  ])
})

test('many small sessions draw on one budget of their agent, until the window ends', () => {
  const volume = new Volume(budgetsOf({ session: {}, agent: { calls: 10 }, destination: {}, windowHours: 1 }))
  const act = post('x')
  for (let index = 0; index < 10; index++) volume.add(amountOf(act), spenderOf())
  expect(facts(volume, act)).toContain('volume.agent-calls high')
  expect(facts(volume, act, { ...spenderOf(), agent: 'b' })).toEqual([])
  expect(facts(volume, act, spenderOf(nothingSpent(), 3_600_000))).toEqual([])
})

test('what goes to one place is limited; naming a thousand places does not make room', () => {
  const volume = new Volume(budgetsOf({ session: {}, agent: {}, destination: { bytesSent: 100 } }))
  const act = post('x'.repeat(60))
  volume.add(amountOf(act), spenderOf(nothingSpent(), 0, ['drop.example']))
  expect(facts(volume, act, spenderOf(nothingSpent(), 0, ['drop.example']))).toEqual([
    'volume.destination-bytes-sent high',
  ])
  expect(facts(volume, act, spenderOf(nothingSpent(), 0, ['other.example']))).toEqual([])
  let stopped = 0
  for (let index = 0; index < 1_000; index++) {
    const spender = spenderOf(nothingSpent(), 0, [`h${index}.example`])
    if (facts(volume, act, spender).length > 0) stopped++
    else volume.add(amountOf(act), spender)
  }
  expect(stopped).toBeGreaterThan(490)
})

test('what is not counted never makes a finding, and sums never go down within a window', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 60 }), (sizes) => {
      const limit = 400
      const volume = new Volume(budgetsOf({ session: { bytesSent: limit }, agent: {}, destination: {} }))
      const session = nothingSpent()
      let passed = 0
      for (const size of sizes) {
        const act = post('x'.repeat(size))
        const isOver = facts(volume, act, spenderOf(session)).some((fact) => fact.endsWith('high'))
        expect(isOver).toBe(size > 0 && passed + size > limit)
        if (isOver) continue
        volume.add(amountOf(act), spenderOf(session))
        passed += size
      }
      expect(session.bytesSent).toBe(passed)
    }),
    { seed: SEED },
  )
})
