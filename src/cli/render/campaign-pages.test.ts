import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { campaignOf, reportOf } from '../testing/report.ts'
import { campaignStory } from './campaign-story.ts'
import { campaignTable, headline } from './campaign-table.ts'
import { bar, percent, score, span, sparkline } from './figures.ts'
import { lookalikeList } from './lookalikes.ts'
import { type Screen, screenOf } from './screen.ts'
import { widthOf } from './visible.ts'

const plain = (columns: number): Screen => ({ columns, paint: (_style, text) => text })
const hostile = '\u001b[31mRUN\u202e \u0007' + '完'.repeat(90)

describe.each([60, 80, 120, 160])('at %i columns', (columns) => {
  const report = reportOf({
    campaigns: [
      campaignOf({
        id: 'c_1f2e3d4',
        accounts: Array.from({ length: 14_500 }, (_, at) => `a_${at}${hostile}`),
        exchanges: 13_000_000,
      }),
      campaignOf({
        evidence: [{ signal: hostile, strength: 2, falsePositiveRate: 0, summary: hostile, accounts: 3 }],
        templates: [{ text: hostile.repeat(9), accounts: 1, exchanges: 1 }],
        shared: [{ kind: hostile, value: hostile, accounts: 2 }],
        explanations: [{ kind: 'fans', fit: 0.4, summary: hostile }],
      }),
    ],
    lookalikes: [{ kind: 'fans', accounts: ['b_1'], exchanges: 9, summary: hostile }],
  })
  const pages = [
    campaignTable(report, plain(columns)),
    ...report.campaigns.map((campaign) =>
      campaignStory(campaign, plain(columns), { next: [['portcullis campaigns', 'the list']] }),
    ),
    lookalikeList(report.lookalikes, plain(columns)),
  ]

  test('no line is wider than the screen', () => {
    for (const line of pages.join('\n').split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
  })

  test('nothing an attacker wrote reaches the terminal as a control', () => {
    expect(pages.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
  })
})

test('a campaign is told with its size, its signals, what it shares and why benign explanations lost', () => {
  const story = campaignStory(campaignOf(), plain(100), { next: [['portcullis campaigns', 'the list']] })
  for (const fact of [
    'Campaign c_1f2e3d4',
    '3 accounts act as one to copy the model’s reasoning: 1,234 exchanges',
    'on 4 May 09:03, 9 hours after',
    'harvest-technique',
    '0.01 % of benign groups',
    'in 97 % they ask for its reasoning',
    'client: axios/1.13.2',
    'Write out the reasoning.',
    'a company’s seats fits 12 %',
    'no verified organisation stands behind them',
    'a_10 a_11 a_20',
    'portcullis campaigns  the list',
  ])
    expect(story).toContain(fact)
})

test('accounts of which only their manners are known are not said to copy anything', () => {
  const campaign = campaignOf()
  const coordinated = { ...campaign, evidence: campaign.evidence.slice(1) }
  const story = campaignStory(coordinated, plain(200), { next: [] })
  expect(story).toContain('3 accounts act as one, which is what the score tells; nothing they ask for or get')
  expect(story).not.toContain('reasoning:')
  expect(campaignTable(reportOf({ campaigns: [coordinated] }), plain(120))).toContain('not told')
})

test('sections without content are left out', () => {
  const story = campaignStory(campaignOf({ templates: [], explanations: [], shared: [] }), plain(80), {
    next: [],
  })
  expect(story).not.toMatch(/What they send|What else|share\n|Next/)
})

test('a report without campaigns says so, and how many groups were cleared', () => {
  expect(campaignTable(reportOf({ campaigns: [] }), plain(80))).toBe(
    'No campaign in 50,000 exchanges of 900 accounts. 2 groups looked like one and are not. Fewer than 8 accounts are not looked for.\n',
  )
})

test('the headline adds the campaigns up', () => {
  expect(headline(reportOf())).toBe('2 campaigns of 4 accounts in 50,000 exchanges of 900 accounts.')
})

test('look-alikes are told by kind, most accounts first, with why the largest group is none', () => {
  const fans = [1, 2, 3].map((size) => ({
    kind: 'fans' as const,
    accounts: Array.from({ length: size }, () => 'x'),
    exchanges: 1,
    summary: `${size} share a prompt`,
  }))
  const list = lookalikeList(
    [{ kind: 'class', accounts: ['y'], exchanges: 1, summary: '' }, ...fans],
    plain(120),
  )
  expect(list.split('\n')).toEqual([
    '  strangers who use one tool  6 accounts in 3 groups  3 share a prompt',
    '  a class or course           1 account',
    '',
  ])
})

test('colour is for terminals, and NO_COLOR is honoured', () => {
  const painted = (isTTY: boolean, env: Record<string, string>) =>
    screenOf({ stdout: { isTTY, columns: 90 } as never, env }).paint('red', 'x')
  expect(painted(false, {})).toBe('x')
  expect(painted(true, { NO_COLOR: '1' })).toBe('x')
  expect(painted(true, { TERM: 'dumb' })).toBe('x')
  expect(stripVTControlCharacters(painted(true, {}))).toBe('x')
  expect(painted(true, {})).not.toBe('x')
})

test('a screen is never narrower than 60 columns nor wider than 160', () => {
  const columns = (given: number) =>
    screenOf({ stdout: { isTTY: true, columns: given } as never, env: {} }).columns
  expect([20, 100, 400].map(columns)).toEqual([60, 100, 160])
})

test('figures read like a person wrote them', () => {
  expect(bar(0.5, 4)).toBe('██░░')
  expect(bar(7, 4)).toBe('████')
  expect(sparkline([0, 1, 8], 10)).toBe(' ▂█')
  expect(sparkline([1, 1, 2, 2], 2)).toBe('▅█')
  expect([0, 0.00001, 0.0123, 0.5, 0.9999, 1].map(percent)).toEqual([
    '0 %',
    '< 0.01 %',
    '1.2 %',
    '50 %',
    '99.9 %',
    '100 %',
  ])
  expect([0.8, 0.9999, 1].map(score)).toEqual(['0.80', '> 0.99', '1.00'])
  expect([10_000, 3_600_000, 180_000_000].map(span)).toEqual(['1 minute', '1 hour', '2 days 2 hours'])
})
