import { Buffer } from 'node:buffer'
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HASH_BYTES } from './block.ts'
import { BlockWriter } from './block-writer.ts'
import { Chain } from './chain.ts'
import { NearWriter } from './near-writer.ts'
import { Pace } from './pace.ts'
import { recordsOf } from './records.ts'
import { Ring } from './ring.ts'
import { blocksOf, listSegments } from './segments.ts'
import { openSigningKey, PUBLIC_FILE, readPublicKey } from './signing.ts'
import { verifyLedger } from './verify.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'near-writer-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

type Pair = {
  readonly ring: Ring
  readonly chain: Chain
  readonly near: NearWriter
  readonly writer: BlockWriter
  /** What the writer's thread does when it is woken. */
  readonly far: () => void
}

function open(segmentBytes = 64 * 1024 * 1024, folder = directory): Pair {
  const ring = Ring.create(1)
  const chain = Chain.create({ nextSeq: 1, hash: Buffer.alloc(HASH_BYTES) })
  const shared = { chain, segmentBytes, now: Date.now }
  const retain = { retainMs: 0, retainBytes: 0 }
  const writer = BlockWriter.open({ directory: folder, key: openSigningKey(folder), ...shared, ...retain })
  const near = new NearWriter({ ring, ...shared })
  const far = (): void => {
    const { end, bytes, records } = ring.take(ring.watermark('written'), writer.space)
    if (records > 0) writer.append(bytes, records)
    ring.raise('written', end)
  }
  return { ring, chain, near, writer, far }
}

function entries(folder = directory): string[] {
  return listSegments(folder)
    .flatMap(({ path }) => [...blocksOf(path)])
    .flatMap(({ payload }) => [...recordsOf(payload)])
    .filter(({ kind }) => kind !== 'checkpoint')
    .map(({ payload }) => payload.toString())
}

test('blocks of both writers, whoever comes first, are one chain with every record once and in order', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          isNear: fc.boolean(),
          texts: fc.array(fc.string({ unit: 'grapheme', maxLength: 3_000 }), { maxLength: 4 }),
        }),
        { maxLength: 30 },
      ),
      (turns) => {
        const folder = mkdtempSync(join(directory, 'run-'))
        const { ring, near, far, writer } = open(20_000, folder)
        const all: string[] = []
        for (const { isNear, texts } of turns) {
          for (const text of texts) {
            expect(ring.push('note', 0, text)).toBeDefined()
            all.push(text)
          }
          if (!isNear || !near.write(0)) far()
          expect(ring.watermark('written')).toBe(ring.head())
          expect(entries(folder)).toEqual(all)
        }
        writer[Symbol.dispose]()
        expect(entries(folder)).toEqual(all)
        expect(verifyLedger(folder, readPublicKey(join(folder, PUBLIC_FILE)))).toMatchObject({
          holds: true,
          problems: [],
        })
      },
    ),
    { seed: 20_261_123, numRuns: 40 },
  )
})

test('a chain that is held is left to its holder, and nothing is lost', () => {
  const { ring, chain, near, far } = open()
  ring.push('note', 0, 'a')
  expect(chain.tryHold()).toBe(true)
  expect(near.write(1)).toBe(false)
  expect(entries()).toEqual([])
  far()
  chain.letGo()
  expect(entries()).toEqual(['a'])
  ring.push('note', 0, 'b')
  expect(near.write(1)).toBe(true)
  expect(entries()).toEqual(['a', 'b'])
})

test('what has to go into a new segment, and what is too much for a turn, is left to the writer', () => {
  const { ring, near, far } = open(1_000)
  ring.push('note', 0, 'x'.repeat(100_000))
  expect(near.write(1)).toBe(false)
  far()
  ring.push('note', 0, 'y')
  expect(near.write(1)).toBe(false)
  far()
  expect(listSegments(directory)).toHaveLength(2)
  expect(entries()).toEqual(['x'.repeat(100_000), 'y'])
})

test('while much comes, it is left to the writer', async () => {
  const { near } = open()
  const began = performance.now()
  let isLeft = false
  // Windows of the pace follow one another by the clock.
  while (!isLeft && performance.now() - began < 60_000) {
    isLeft = !near.write(Pace.FULL_RECORDS)
    await new Promise((done) => setTimeout(done, 1))
  }
  expect(isLeft).toBe(true)
})

test('a disk that fails is left to the writer, which finds every record still there', () => {
  const { ring, chain, near, far } = open()
  const path = listSegments(directory)[0]?.path ?? ''
  const { file } = chain
  const unwritable = openSync(path, 'r')
  chain.turnTo(unwritable, 0)
  ring.push('note', 0, 'a')
  expect(near.write(1)).toBe(false)
  expect(statSync(path).size).toBe(0)
  closeSync(unwritable)
  chain.turnTo(file, 0)
  // It keeps away from the disk for a while.
  expect(near.write(0)).toBe(false)
  far()
  expect(entries()).toEqual(['a'])
})

test('a disk that failed is written from here again once the writer has found it quick for a while', async () => {
  const { ring, chain, near, far } = open()
  const { file } = chain
  const unwritable = openSync(listSegments(directory)[0]?.path ?? '', 'r')
  chain.turnTo(unwritable, 0)
  ring.push('note', 0, 'failed')
  expect(near.write(1)).toBe(false)
  closeSync(unwritable)
  chain.turnTo(file, 0)
  const began = performance.now()
  let blocks = 0
  let isNear = false
  for (; !isNear && performance.now() - began < 60_000; blocks++) {
    ring.push('note', 0, `${blocks}`)
    isNear = near.write(0)
    if (!isNear) far()
    await new Promise((done) => setTimeout(done, 5))
  }
  expect(isNear).toBe(true)
  // One block that this thread tried would not do: the writer's own have to have been quick.
  expect(blocks).toBeGreaterThan(8)
  expect(entries()).toHaveLength(blocks + 1)
})

test('what is written while the disk syncs is not taken for synced', async () => {
  const { ring, chain, near, writer } = open()
  ring.push('note', 0, 'before')
  expect(near.write(1)).toBe(true)
  const early = writer.sync()
  ring.push('note', 0, 'meanwhile')
  expect(near.write(1)).toBe(true)
  chain.synced(await early)
  expect(chain.isSynced).toBe(false)
  chain.synced(await writer.sync())
  expect(chain.isSynced).toBe(true)
  expect(entries()).toEqual(['before', 'meanwhile'])
})

test('a ledger that failed is not written', () => {
  const { ring, near } = open()
  ring.push('note', 0, 'a')
  ring.setState('failed')
  expect(near.write(1)).toBe(false)
  expect(entries()).toEqual([])
})
