import { expect, test } from 'vitest'
import { Replays } from './replays.ts'

test('a block that comes back to where it was made is nobody’s business', () => {
  const replays = new Replays()
  for (let at = 0; at < 3; at++) replays.add(7, 1)
  expect([...replays.of(1)]).toEqual([])
})

test('a block that another account sends is counted with both', () => {
  const replays = new Replays()
  replays.add(7, 1)
  replays.add(8, 1)
  for (const block of [7, 8, 7]) replays.add(block, 2)
  expect([...replays.of(2)]).toEqual([[1, 3]])
  expect([...replays.of(1)]).toEqual([[2, 3]])
  expect([...replays.of(3)]).toEqual([])
})

test('the oldest blocks are forgotten first, so memory stays what it is', () => {
  const replays = new Replays()
  for (let block = 0; block <= 2 ** 19; block++) replays.add(block, 1)
  replays.add(0, 2)
  replays.add(2 ** 19, 3)
  expect(replays.of(2).size).toBe(0)
  expect(replays.of(3).size).toBe(1)
})
