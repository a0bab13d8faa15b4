import { expect, test } from 'vitest'
import { IDS_PER_GENERATION, IdWindow } from './id-window.ts'

const seed = Buffer.from('a seed of 32 bytes, more or less')
const none = new Uint8Array(0)

test('every id is new once and known after, across generations and a save', () => {
  let window = IdWindow.open(seed, none)
  const known = (count: number) => {
    let found = 0
    for (let at = 0; at < count; at++) if (window.isKnown(`x_${at}`)) found += 1
    return found
  }
  const many = IDS_PER_GENERATION + 1000
  expect(known(many)).toBe(0)
  expect(known(2000)).toBe(2000)
  window = IdWindow.open(seed, window.save())
  expect(known(many)).toBe(many)
  expect(window.isKnown('y')).toBe(false)
})

test('what is long past is forgotten, so memory stays what it is', () => {
  const window = IdWindow.open(seed, none)
  for (let at = 0; at < 2 * IDS_PER_GENERATION; at++) window.isKnown(`x_${at}`)
  expect(window.isKnown('x_0')).toBe(false)
  expect(window.isKnown(`x_${2 * IDS_PER_GENERATION - 1}`)).toBe(true)
})
