import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { GateError } from '../../kernel/gate-error.ts'
import { exchange } from '../exchanges.fixture.ts'
import type { Block } from '../intake/block.ts'
import { type Input, openInput } from '../intake/input.ts'
import { lineOf } from '../traffic/write.ts'
import { type PooledBlock, QUEUE_MAX, SketchPool } from './pool.ts'

const SEED = 5

function block(accounts: readonly string[], file = 'log'): Block {
  const lines = accounts.map(
    (account, at) =>
      `${lineOf(exchange({ account, id: `${account}/${at}`, ua: account, ip: '192.0.2.1', asn: 1, ja4: 't', created: 1, plan: 'pro', prompt: account, inputTokens: 1, outputTokens: 1 }))}\n`,
  )
  return {
    kind: 'block',
    file,
    firstLine: 1,
    bytes: Buffer.from(lines.join('')),
    isFinished: true,
    next: { bytes: 0, lines: accounts.length },
  }
}

function logInput(): Promise<Input> {
  return openInput('-', { stdin: Readable.from([`${lineOf(exchange({}))}\n`]), format: 'exchange' })
}

/** An input of a format that no worker knows: what opens it dies of it. */
async function deadly(): Promise<Input> {
  const input = await logInput()
  return { ...input, adapter: { ...input.adapter, name: 'unheard-of' } }
}

test('blocks come back as they were submitted, whoever sketched them', async () => {
  await using pool = SketchPool.open(2, SEED)
  const input = await logInput()
  const sketches: Promise<PooledBlock>[] = []
  for (let at = 0; at < 12; at++)
    sketches.push((await pool.submit(block([`a${at}`, 'common', `b${at}`], `file${at}`), input)).sketched)
  const blocks = await Promise.all(sketches)
  expect(blocks.map(({ file }) => file)).toEqual(Array.from({ length: 12 }, (_, at) => `file${at}`))
  expect(blocks.map(({ exchanges }) => exchanges)).toEqual(blocks.map(() => 3))
  expect(new Set(blocks.map(({ worker }) => worker)).size).toBe(2)
})

test('the names of a block are known when it comes, whichever block brought them', async () => {
  await using pool = SketchPool.open(1, SEED)
  const input = await logInput()
  const first = await pool.submit(block(['early']), input)
  const second = await pool.submit(block(['early', 'late']), input)
  const { namesOf, names } = await second.sketched
  expect(names.filter(([kind]) => kind === 'account').map(([, , name]) => name)).toEqual(['late'])
  expect(namesOf.account.slice(1)).toEqual(['early', 'late'])
  expect((await first.sketched).namesOf).toBe(namesOf)
})

test('no more blocks are taken than fit a worker’s queue', async () => {
  await using pool = SketchPool.open(1, SEED)
  const input = await logInput()
  let taken = 0
  const submitted = Array.from({ length: QUEUE_MAX + 3 }, () =>
    pool.submit(block(['a']), input).then(({ sketched }) => {
      taken++
      return sketched
    }),
  )
  // Promises only: no worker can answer before the event loop turns.
  for (let turn = 0; turn < 20; turn++) await null
  expect(taken).toBe(QUEUE_MAX)
  await Promise.all(submitted)
  expect(taken).toBe(QUEUE_MAX + 3)
})

test('a worker that dies fails what it was given and everything after, and nothing waits for ever', async () => {
  await using pool = SketchPool.open(1, SEED)
  const [input, bad] = await Promise.all([logInput(), deadly()])
  const submitted = [bad, input, input, input].map((each) =>
    pool.submit(block(['a']), each).then(({ sketched }) => sketched),
  )
  for (const outcome of await Promise.allSettled(submitted)) {
    expect(outcome.status).toBe('rejected')
    if (outcome.status !== 'rejected') continue
    expect(outcome.reason).toBeInstanceOf(GateError)
    expect(outcome.reason).toMatchObject({ code: 'sketch-failed' })
  }
  await expect(pool.submit(block(['a']), input)).rejects.toMatchObject({ code: 'sketch-failed' })
})
