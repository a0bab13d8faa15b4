import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BLOCK_HEADER_BYTES, sealBlock } from './block.ts'
import { Ledger, type LedgerOptions } from './ledger.ts'
import { recordsOf } from './records.ts'
import { blocksOf, listSegments } from './segments.ts'
import { PUBLIC_FILE, readPublicKey } from './signing.ts'
import { type Verification, verifyLedger } from './verify.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ledger-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function options(changes: Partial<LedgerOptions> = {}): LedgerOptions {
  return {
    directory,
    ringBytes: 1024 * 1024,
    segmentBytes: 64 * 1024 * 1024,
    retainMs: 0,
    retainBytes: 0,
    checkpointMs: 10_000,
    syncMs: 5,
    ...changes,
  }
}

function verify(): Verification {
  return verifyLedger(directory, readPublicKey(join(directory, PUBLIC_FILE)))
}

function entries(): string[] {
  const all: string[] = []
  for (const { path } of listSegments(directory))
    for (const { payload } of blocksOf(path))
      for (const record of recordsOf(payload))
        if (record.kind !== 'checkpoint') all.push(record.payload.toString())
  return all
}

async function write(ledger: Ledger, count: number, text = 'entry'): Promise<void> {
  for (let index = 0; index < count; index++) {
    while (ledger.append('note', 0, `${text} ${index} ${'é'.repeat(index % 50)}`) === undefined)
      await ledger.room(1_000)
  }
}

test('what was appended is read back in order, chained and signed', async () => {
  {
    await using ledger = await Ledger.open(options())
    await write(ledger, 5_000)
  }
  expect(entries()).toHaveLength(5_000)
  expect(entries()[4_999]).toBe(`entry 4999 ${'é'.repeat(49)}`)
  expect(verify()).toMatchObject({
    holds: true,
    records: 5_001,
    checkpoints: 1,
    unsignedRecords: 0,
    problems: [],
  })
})

for (const syncMs of [5, 50])
  test(`a record is written before the promise for it resolves, with a sync every ${syncMs} ms`, async () => {
    await using ledger = await Ledger.open(options({ syncMs }))
    for (const mark of ['written', 'durable', 'durable', 'written', 'durable'] as const) {
      const intent = ledger.begin(`intent for ${mark}`)
      if (intent === undefined) throw new Error('the ring is full')
      await ledger.reached(mark, intent.position, 10_000)
      expect(entries()).toContain(`intent for ${mark}`)
    }
  })

test('the chain goes on over a restart', async () => {
  for (const text of ['first', 'second', 'third']) {
    await using ledger = await Ledger.open(options())
    await write(ledger, 100, text)
  }
  expect(entries()).toHaveLength(300)
  expect(verify()).toMatchObject({ holds: true, lastSeq: 303 })
})

test('an intent without a completion is closed as interrupted at the next start', async () => {
  {
    await using ledger = await Ledger.open(options())
    const done = ledger.begin('done')
    ledger.begin('left open')
    if (done) ledger.append('completion', done.ref, 'outcome')
  }
  expect(verify().open).toBe(1)
  {
    await using ledger = await Ledger.open(options())
    expect(ledger.recovery.open).toHaveLength(1)
    // Before another begins: the writer may have it on disk at any time.
    expect(verify().open).toBe(0)
    expect(ledger.begin('later')?.ref).toBeGreaterThan(ledger.recovery.open[0] ?? 0)
  }
})

test('a torn tail is cut, kept beside the ledger and reported', async () => {
  {
    await using ledger = await Ledger.open(options())
    await write(ledger, 1_000)
  }
  const path = listSegments(directory)[0]?.path ?? ''
  const whole = readFileSync(path)
  appendFileSync(path, whole.subarray(0, 150))
  expect(verify()).toMatchObject({ holds: false, problems: [{ kind: 'damaged', offset: whole.length }] })
  {
    await using ledger = await Ledger.open(options())
    expect(ledger.recovery.torn).toMatchObject({ bytes: 150 })
    expect(statSync(join(directory, ledger.recovery.torn?.keptAs ?? '')).size).toBe(150)
    await write(ledger, 10, 'after')
  }
  expect(entries()).toHaveLength(1_010)
  expect(verify().holds).toBe(true)
})

test('damage that whole blocks follow stops the start instead of erasing what was acknowledged', async () => {
  for (const text of ['first', 'second']) {
    await using ledger = await Ledger.open(options())
    await write(ledger, 100, text)
  }
  const path = listSegments(directory)[0]?.path ?? ''
  const bytes = readFileSync(path)
  // In the first block's payload, however many blocks the two writers made: a hash is for `verify` to find.
  const at = BLOCK_HEADER_BYTES + 20
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
  await expect(Ledger.open(options())).rejects.toMatchObject({ code: 'ledger-broken' })
  expect(readFileSync(path).equals(bytes)).toBe(true)
})

test('a byte changed with its CRCs mended is still found by the chain', async () => {
  for (const text of ['first', 'second']) {
    await using ledger = await Ledger.open(options())
    await write(ledger, 10, text)
  }
  const path = listSegments(directory)[0]?.path ?? ''
  const bytes = readFileSync(path)
  const first = blocksOf(path).next()
  if (first.done) throw new Error('no block')
  const { header } = first.value
  const block = bytes.subarray(0, BLOCK_HEADER_BYTES + header.payloadBytes)
  block[BLOCK_HEADER_BYTES + 20] = 0x58
  sealBlock(block, header)
  writeFileSync(path, bytes)
  expect(verify().problems[0]).toMatchObject({ kind: 'chain-broken' })
})

test('a ledger cut before a checkpoint kept elsewhere is found out', async () => {
  {
    await using ledger = await Ledger.open(options())
    await write(ledger, 10)
  }
  const anchor = verify().lastCheckpoint
  const path = listSegments(directory)[0]?.path ?? ''
  const first = blocksOf(path).next()
  if (first.done || !anchor) throw new Error('no block')
  truncateSync(path, first.value.bytes.length)
  const key = readPublicKey(join(directory, PUBLIC_FILE))
  expect(verifyLedger(directory, key).holds).toBe(true)
  expect(verifyLedger(directory, key, anchor).problems).toMatchObject([{ kind: 'cut' }])
})

test('segments are rotated, sealed with a checkpoint, and the oldest retired', async () => {
  {
    await using ledger = await Ledger.open(
      options({ segmentBytes: 50_000, retainBytes: 200_000, syncMs: 20 }),
    )
    for (let round = 0; round < 30; round++) {
      await write(ledger, 100, `${round} ${'x'.repeat(200)}`)
      const last = ledger.begin('end of the round')
      if (last) await ledger.reached('written', last.position, 10_000)
    }
  }
  const verification = verify()
  expect(verification).toMatchObject({ holds: true, problems: [] })
  expect(verification.firstSeq).toBeGreaterThan(1)
  expect(verification.lastSeq).toBeGreaterThan(3_000)
  expect(verification.bytes).toBeLessThan(500_000)
  await using again = await Ledger.open(options())
  expect(again.recovery.head.nextSeq).toBe(verification.lastSeq + 1)
})

test.runIf(process.platform === 'linux')('a start leaves no segment open but the newest', async () => {
  for (let round = 0; round < 5; round++) {
    await using ledger = await Ledger.open(options({ segmentBytes: 10_000 }))
    await write(ledger, 100, 'x'.repeat(200))
  }
  await using _again = await Ledger.open(options({ segmentBytes: 10_000 }))
  const [newest, ...older] = listSegments(directory).toReversed()
  expect(older.length).toBeGreaterThan(2)
  expect(openFiles().filter((path) => path.endsWith('.wal'))).toEqual([newest?.path])
})

/** In the ledger's folder. */
function openFiles(): string[] {
  const folder = realpathSync(directory)
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`, 'utf8')
      return path.startsWith(folder) ? [path.replace(folder, directory)] : []
    } catch {
      // The list itself was open.
      return []
    }
  })
}

test('a second writer is refused while the first lives, and let in after', async () => {
  {
    await using _ledger = await Ledger.open(options())
    await expect(Ledger.open(options())).rejects.toMatchObject({ code: 'ledger-busy' })
  }
  await using again = await Ledger.open(options())
  expect(again.health).toBe('well')
})

test('a full ring refuses at once and has room again when the writer has caught up', async () => {
  await using ledger = await Ledger.open(options())
  const large = 'x'.repeat(200_000)
  let pushed = 0
  while (ledger.append('note', 0, large) !== undefined) pushed++
  expect(pushed).toBeGreaterThan(2)
  // The writer drains meanwhile, so the count is not exact; without a limit it would not end.
  expect(pushed).toBeLessThan(1_000)
  await ledger.room(1_000)
  expect(ledger.append('note', 0, large)).toBeDefined()
})

test('an entry larger than the limit is refused', async () => {
  await using ledger = await Ledger.open(options())
  expect(ledger.append('note', 0, 'x'.repeat(300_000))).toBeUndefined()
})

test('a disk that cannot be written stalls the ledger, loses nothing, and doubles nothing when it is back', async () => {
  const away = `${directory}-away`
  const told: (string | undefined)[] = []
  const onHealth = (...said: (string | undefined)[]) => told.push(...said)
  {
    await using ledger = await Ledger.open({ ...options({ segmentBytes: 10_000 }), onHealth })
    await write(ledger, 300, 'before')
    // Larger than a segment, so that the entry after it needs the next one, which cannot be begun: the folder is gone.
    const first = ledger.begin(`first ${'x'.repeat(20_000)}`)
    if (first) await ledger.reached('written', first.position, 10_000)
    renameSync(directory, away)
    const second = ledger.begin(`second ${'x'.repeat(20_000)}`)
    if (!second) throw new Error('the ring is full')
    await expect(ledger.reached('written', second.position, 700)).rejects.toMatchObject({
      code: 'ledger-full',
    })
    expect(ledger.health).toBe('stalled')
    let taken = 0
    while (taken < 1_000 && ledger.append('note', 0, `waiting ${taken}`) !== undefined) taken++
    renameSync(away, directory)
    await ledger.reached('written', second.position, 10_000)
    await expect.poll(() => ledger.health).toBe('well')
    expect(taken).toBe(1_000)
    expect(told).toEqual(['stalled', 'ENOENT', 'well', undefined])
  }
  const all = entries()
  expect(new Set(all).size).toBe(all.length)
  expect(all.length).toBe(300 + 2 + 1_000)
  expect(verify()).toMatchObject({ holds: true, problems: [] })
})
