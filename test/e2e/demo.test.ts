import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { portcullisProcess } from './binary.ts'

const found = v.array(v.object({ id: v.string(), accounts: v.array(v.string()) }))
const played = v.object({
  report: v.object({ campaigns: found }),
  verdict: v.object({ campaigns: v.number(), campaignsFound: v.number(), benignFlagged: v.number() }),
})

test('the demo finds campaigns, ends by itself, and campaigns and explain tell of them afterwards', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'portcullis-demo-'))
  try {
    const demo = await portcullisProcess({ cwd }, 'demo', '--scenario', 'tiny', '--json')
    expect(demo.code).toBe(0)
    const { report, verdict } = v.parse(played, JSON.parse(demo.out))
    expect(verdict.campaignsFound).toBeGreaterThan(0)
    expect(verdict.campaignsFound).toBeLessThanOrEqual(verdict.campaigns)

    const list = await portcullisProcess({ cwd }, 'campaigns', 'list', '--json')
    expect([list.code, v.parse(found, JSON.parse(list.out))]).toEqual([0, report.campaigns.map(only)])

    const [campaign] = report.campaigns
    const story = await portcullisProcess({ cwd }, 'explain', campaign?.id ?? '')
    expect(story.code).toBe(0)
    expect(story.out).toContain(campaign?.id)
    const account = await portcullisProcess({ cwd }, 'explain', campaign?.accounts[0] ?? '')
    expect([account.code, account.out.includes(campaign?.id ?? '')]).toEqual([0, true])
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
})

test('explain without findings says what to do and ends with 2', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'portcullis-demo-'))
  try {
    const { code, err } = await portcullisProcess({ cwd }, 'explain', 'c_1')
    expect([code, err]).toEqual([2, expect.stringMatching(/^portcullis: findings-missing: /)])
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
})

function only({ id, accounts }: v.InferOutput<typeof found>[number]) {
  return { id, accounts }
}
