import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failure, success } from '../../kernel/result.ts'
import { loadFindings, saveFindings } from './findings.ts'

let store = ''
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'findings-'))
})
afterEach(() => rm(store, { recursive: true, force: true }))

const numbers = (value: unknown) => (Array.isArray(value) ? success(value as number[]) : failure('list'))
const save = (findings: unknown, savedAt = 1_000) =>
  saveFindings(store, { findings, savedAt, source: 'a log' })

test('what was saved is loaded, with when and from what', async () => {
  await save([1, 2])
  expect(await loadFindings(store, numbers)).toEqual({ findings: [1, 2], savedAt: 1_000, source: 'a log' })
})

test('the latest findings win, even within one millisecond', async () => {
  await save([1], 2_000)
  await save([2], 1_000)
  expect((await loadFindings(store, numbers)).findings).toEqual([1])
  await save([3], 2_000)
  expect((await loadFindings(store, numbers)).findings).toEqual([3])
})

test('a store without findings says what to do', async () => {
  await expect(loadFindings(join(store, 'nowhere'), numbers)).rejects.toMatchObject({
    code: 'findings-missing',
  })
})

test('every single changed byte is noticed', async () => {
  const path = await save([1, 22, 333])
  const whole = await readFile(path)
  for (let at = 0; at < whole.length - 1; at++) {
    const broken = Buffer.from(whole)
    broken[at] = (broken[at] ?? 0) ^ 1
    await writeFile(path, broken)
    // Only the header's time and source are outside the checksum.
    const loaded = await loadFindings(store, numbers).catch((error: unknown) => error)
    if (loaded instanceof Error) expect(loaded).toMatchObject({ code: 'findings-corrupt' })
    else expect(loaded).toMatchObject({ findings: [1, 22, 333] })
  }
})

test('a torn file is an error, and the findings before it come back once it is removed', async () => {
  await save([1], 1_000)
  const path = await save([2], 2_000)
  await writeFile(path, (await readFile(path)).subarray(0, -5))
  await expect(loadFindings(store, numbers)).rejects.toMatchObject({ code: 'findings-corrupt' })
  await rm(path)
  expect((await loadFindings(store, numbers)).findings).toEqual([1])
})

test('findings that may not be read are not said to be broken', async () => {
  const path = await save([1])
  await rm(path)
  await mkdir(path)
  await expect(loadFindings(store, numbers)).rejects.toMatchObject({ code: 'store-unusable' })
})

test('findings that do not fit the schema are an error that names the field', async () => {
  await save({ odd: true })
  await expect(loadFindings(store, numbers)).rejects.toThrow("'list' is not as expected")
})

test('a half-written file of a crashed run is never read', async () => {
  await save([1])
  await writeFile(join(store, 'findings', '9999999999999-000.json.77.part'), 'half')
  expect((await loadFindings(store, numbers)).findings).toEqual([1])
})

test('old findings are removed and the newest stay', async () => {
  for (let at = 0; at < 55; at++) await save([at], 1_000 + at)
  expect(await readdir(join(store, 'findings'))).toHaveLength(50)
  expect((await loadFindings(store, numbers)).findings).toEqual([54])
})

test('a store that cannot be written is a coded error', async () => {
  await writeFile(join(store, 'file'), '')
  await expect(
    saveFindings(join(store, 'file'), { findings: [], savedAt: 1, source: '' }),
  ).rejects.toMatchObject({
    code: 'store-unwritable',
  })
})
