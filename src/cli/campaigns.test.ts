import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saveFindings } from '../store/embedded/findings.ts'
import { csvCell } from './campaigns.ts'
import { campaignOf, reportOf } from './testing/report.ts'
import { portcullis } from './testing/terminal.ts'

const HOUR_MS = 3_600_000
const FIRST = Date.UTC(2026, 4, 4, 0, 3)

let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'campaigns-'))
  await saveFindings(join(cwd, 'portcullis-data'), {
    findings: reportOf(),
    savedAt: 1_780_000_000_000,
    source: 'a.jsonl',
  })
})
afterEach(() => rm(cwd, { recursive: true }))

test('the list shows every campaign of the latest findings', async () => {
  const { code, out } = await portcullis(['campaigns'], { cwd })
  expect(code).toBe(0)
  for (const fact of [
    '2 campaigns of 4 accounts',
    'c_1f2e3d4',
    'c_77aa',
    'a class or course',
    'portcullis explain c_1f2e3d4',
  ])
    expect(out).toContain(fact)
  expect((await portcullis(['campaigns', 'list'], { cwd })).out).toBe(out)
})

test('the beginning of an id is enough where only one begins like that', async () => {
  expect((await portcullis(['campaigns', 'show', 'c_1'], { cwd })).out).toContain('Campaign c_1f2e3d4')
  const { code, err } = await portcullis(['campaigns', 'show', 'c_'], { cwd })
  expect(code).toBe(2)
  expect(err).toContain('2 campaigns (c_1f2e3d4, c_77aa)')
})

test('a campaign that is not there is an error', async () => {
  expect(await portcullis(['campaigns', 'show', 'c_9'], { cwd })).toMatchObject({
    code: 2,
    err: expect.stringContaining("begins with 'c_9'"),
  })
})

test('JSON export has everything', async () => {
  const { out } = await portcullis(['campaigns', 'export'], { cwd })
  expect(JSON.parse(out)).toEqual(reportOf().campaigns)
  const one = await portcullis(['campaigns', 'export', 'c_77'], { cwd })
  expect(JSON.parse(one.out)).toHaveLength(1)
})

test('CSV export has a row for each account', async () => {
  const { out } = await portcullis(['campaigns', 'export', '--format', 'csv'], { cwd })
  const lines = out.trimEnd().split('\r\n')
  expect(lines).toHaveLength(5)
  expect(lines[1]).toBe(
    'c_1f2e3d4,a_10,0.9870,reasoning,2026-05-04T00:03:00.000Z,2026-05-16T12:03:00.000Z,2026-05-04T09:03:00.000Z,in 97 % they ask for its reasoning',
  )
})

test('no cell of the CSV starts a formula or breaks the row', async () => {
  expect(['=1+1', '+1', '-1', '@x', '\tx', '＝1'].map(csvCell).every((cell) => /^"'/.test(cell))).toBe(true)
  expect(csvCell('a,"b"\r\n')).toBe('"a,""b""\r\n"')
  expect(csvCell('a_1')).toBe('a_1')
  await saveFindings(join(cwd, 'portcullis-data'), {
    findings: reportOf({ campaigns: [campaignOf({ accounts: ['=HYPERLINK("http://x")'] })] }),
    savedAt: 1_780_000_000_001,
    source: 'b',
  })
  const { out } = await portcullis(['campaigns', 'export', '--format', 'csv'], { cwd })
  expect(out).toContain(`c_1f2e3d4,"'=HYPERLINK(""http://x"")",`)
})

test('a format or verb that does not exist is refused', async () => {
  expect((await portcullis(['campaigns', 'export', '--format', 'xls'], { cwd })).code).toBe(2)
  expect((await portcullis(['campaigns', 'delete'], { cwd })).code).toBe(2)
})

test('without findings it says how to get some', async () => {
  const { code, err } = await portcullis(['campaigns', '--store', 'empty'], { cwd })
  expect(code).toBe(2)
  expect(err).toMatch(/^portcullis: findings-missing: .*portcullis demo/)
})

test('explain tells a campaign in full', async () => {
  const { code, out } = await portcullis(['explain', 'c_1f'], { cwd })
  expect(code).toBe(0)
  for (const fact of [
    'Why',
    'What else it could have been',
    'portcullis campaigns export c_1f2e3d4 --format csv',
  ])
    expect(out).toContain(fact)
})

test('explain says which campaign an account is in and what weighs most there', async () => {
  const { out } = await portcullis(['explain', 'a_2'], { cwd })
  expect(out).toContain('one of the 3 accounts of campaign c_1f2e3d4')
  expect(out).toContain('harvest-technique')
})

test('explain says what an account did itself, and what it has in common with how many of the others', async () => {
  const members = {
    ...{
      exchanges: [12, 40, 41],
      outputTokens: [900, 31_000, 30_000],
      created: [Date.UTC(2023, 1, 3), 0, 0],
    },
    first: [1, 1, 1].map((hours) => FIRST + hours * HOUR_MS),
    last: [5, 9, 9].map((hours) => FIRST + hours * HOUR_MS),
    shared: [
      { kind: 'card' as const, value: 'ab12cd', accounts: [1, 2] },
      { kind: 'network' as const, value: '77ffee', accounts: [0, 1, 2] },
    ],
  }
  const campaigns = [campaignOf({ members })]
  await saveFindings(join(cwd, 'portcullis-data'), {
    findings: reportOf({ campaigns }),
    savedAt: 1_780_000_000_001,
    source: 'b',
  })
  const page = async (account: string) =>
    (await portcullis(['explain', account], { cwd })).out.replace(/\s+/g, ' ')
  expect(await page('a_10')).toContain(
    'It sent 12 exchanges from 4 May 01:03 to 4 May 05:03 UTC and got 900 tokens of answers. It was made on 2023-02-03.',
  )
  expect(await page('a_10')).toContain('of the other 2: ██████████ 2 network: 77ffee')
  expect(await page('a_10')).not.toContain('ab12cd')
  expect(await page('a_11')).toContain('█████░░░░░ 1 card: ab12cd')
  const { out } = await portcullis(['explain', 'a_20', '--json'], { cwd })
  expect(JSON.parse(out)).toMatchObject({
    campaign: {
      member: { exchanges: 41, created: 0, shares: [{ kind: 'card', others: 1 }, { kind: 'network' }] },
    },
  })
})

test('explain names the look-alike group of an account that is in no campaign', async () => {
  const { out } = await portcullis(['explain', 'b_4'], { cwd })
  expect(out).toContain('It is in no campaign. It is in a group of 3 accounts that looks like one and is')
  expect(out).toContain('one system prompt')
})

test('explain says so when nothing links an account to others', async () => {
  const { code, out } = await portcullis(['explain', 'zz'], { cwd })
  expect(code).toBe(0)
  expect(out).toContain('It is in no campaign')
})

test('explain --json is one object, for campaigns and accounts alike', async () => {
  expect(JSON.parse((await portcullis(['explain', 'c_77', '--json'], { cwd })).out)).toEqual(
    reportOf().campaigns[1],
  )
  expect(JSON.parse((await portcullis(['explain', 'b_1', '--json'], { cwd })).out)).toEqual({
    account: 'b_1',
    campaign: null,
    lookalikes: [{ kind: 'class', summary: 'one network, one evening', accounts: 2 }],
  })
})

test('an account id that a shell would obey is never offered for copying', async () => {
  await saveFindings(join(cwd, 'portcullis-data'), {
    findings: reportOf({ campaigns: [campaignOf({ accounts: ['$(reboot)', 'a_ok'] })] }),
    savedAt: 1_780_000_000_002,
    source: 'b',
  })
  const { out } = await portcullis(['explain', 'c_1f'], { cwd })
  expect(out).not.toContain('explain $(reboot)')
  expect(out).toContain('portcullis explain a_ok')
})

test('a verdict is replayed first, recorded, listed and taken back', async () => {
  const say = (...words: readonly string[]) => portcullis(['campaigns', ...words], { cwd })
  const looked = await say('verdict', 'c_1', 'benign', '--reason', 'our own app', '--preview')
  expect(looked).toMatchObject({ code: 0, out: expect.stringContaining('Only looked') })
  expect((await say('verdicts')).out).toBe('No verdict is in force.\n')
  const given = await say('verdict', 'c_1', 'benign', '--reason', 'our own app', '--author', 'ada', '--json')
  const { id, isMade } = JSON.parse(given.out)
  expect(isMade).toBe(true)
  const [listed] = JSON.parse((await say('verdicts', '--json')).out)
  expect(listed).toMatchObject({ id, campaign: 'c_1f2e3d4', verdict: 'benign', author: 'ada' })
  expect((await say('undo', id, '--reason', 'it was theirs')).out).toContain('taken back')
  expect((await say('verdicts')).out).toBe('No verdict is in force.\n')
})

test('a verdict wants a word that is one, and a reason', async () => {
  const words = ['campaigns', 'verdict', 'c_1']
  expect(await portcullis([...words, 'guilty', '--reason', 'x'], { cwd })).toMatchObject({ code: 2 })
  expect(await portcullis([...words, 'real'], { cwd })).toMatchObject({
    code: 2,
    err: expect.stringContaining('--reason'),
  })
  expect(await portcullis(['campaigns', 'undo', 'v_0', '--reason', 'x'], { cwd })).toMatchObject({ code: 2 })
})
