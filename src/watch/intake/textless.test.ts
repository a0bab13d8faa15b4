import { expect, test } from 'vitest'
import type { Exchange } from '../exchange.ts'
import { encodeRecord } from '../sketches/record.ts'
import { Sketcher } from '../sketches/sketch.ts'
import { exchangeOf } from './exchange-log.ts'
import { PUBLIC_ACCOUNTS_MIN } from './public-runs.ts'
import { Textless } from './textless.ts'

const SEED = 12345
const template = (topic: string) =>
  `You are an expert analyst combining statistical rigor with deep domain knowledge. Explain ${topic} step by step and show every intermediate result before the final answer. Account 4111111111111111.`

function record(account: number, prompt: string, more: object = {}) {
  const who = { account: `a_${account}`, key: 'k', model: 'm', status: 200, id: `x${account}` }
  return { ts: 1_780_000_000_000, ...who, system: 'be a judge', prompt, response: 'unknown field', ...more }
}

function exchange(fields: Record<string, unknown>): Exchange {
  const result = exchangeOf(fields)
  if (!result.ok) throw new Error(result.error.reason)
  return result.value
}

function encoded(value: Exchange): number[] {
  const words = new Uint32Array(200)
  const interned = { account: 1, client: 2, plan: 3, model: 4 }
  const end = encodeRecord(words, 0, value, interned, { start: 0, end: 0 }, new Sketcher(SEED), SEED)
  return [...words.subarray(0, end)]
}

test('to the watch, an exchange without its texts is the exchange with them', () => {
  const textless = new Textless(SEED)
  for (const topic of ['tides', 'the causes of the great famine in some detail', '']) {
    const full = record(1, template(topic))
    const stripped = JSON.parse(JSON.stringify(textless.strip(full, exchange(full))))
    expect(encoded(exchange(stripped))).toEqual(encoded(exchange(full)))
    expect(stripped).not.toHaveProperty('prompt')
    expect(stripped).not.toHaveProperty('system')
    expect(stripped).not.toHaveProperty('response')
  }
})

test('the mask shows what enough accounts have written, and never a number or one account’s words', () => {
  const textless = new Textless(SEED)
  const masks = Array.from({ length: 8 }, (_, account) => {
    const full = record(account, template(`quasar${'abcdefgh'[account]} ledger${'abcdefgh'[account]}`))
    return String(textless.strip(full, exchange(full)).masked)
  })
  const hidden = masks.slice(0, PUBLIC_ACCOUNTS_MIN - 1)
  expect(hidden).toEqual(hidden.map(() => '…'))
  for (const mask of masks.slice(PUBLIC_ACCOUNTS_MIN)) {
    expect(mask).toContain('expert analyst combining statistical rigor')
    expect(mask).toContain('show every intermediate result')
    expect(mask).not.toMatch(/quasar|ledger|4111/)
  }
})

test('one account that repeats itself stays hidden', () => {
  const textless = new Textless(SEED)
  for (let at = 0; at < 50; at++) {
    const full = record(1, template('tides'), { id: `x${at}` })
    expect(textless.strip(full, exchange(full)).masked).toBe('…')
  }
})

test('a record that came without texts keeps its sketch', () => {
  const full = record(1, template('tides'))
  const once = new Textless(SEED).strip(full, exchange(full))
  expect(new Textless(SEED).strip(once, exchange(once))).toEqual(once)
})
