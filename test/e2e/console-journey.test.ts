// What the console is for, from end to end, with a real gate and live traffic: sign in, look at a campaign, read why,
// see whom a countermeasure would touch, slow the accounts down, watch it bite, and take it back.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { campaignOf, reportOf } from '../../src/cli/testing/report.ts'
import { saveFindings } from '../../src/store/embedded/findings.ts'
import { openPage, WAIT_MS } from './console/browser.ts'
import { describeInBrowser } from './console/in-browser.ts'
import { MockUpstream } from './mock-upstream.ts'
import { RunningGate } from './running-gate.ts'

const TOKEN = 'console-token-of-the-journey-0123456789'
const DELAY_MS = 1_500
/** Timers may end a little early. */
const EARLY_MS = 50

describeInBrowser('the journey', (browser) => {
  let mock: MockUpstream
  let gate: RunningGate
  beforeAll(async () => {
    mock = await MockUpstream.open()
    gate = await RunningGate.open(`
consoleToken: ${TOKEN}
upstreams:
  - { name: far, protocol: openai, url: "${mock.url}", key: far, models: ["gpt-*"] }
keys:
  - { key: "sk-one", account: a_10 }
  - { key: "sk-two", account: a_11 }
  - { key: "sk-other", account: bystander }
`)
    const campaign = campaignOf({ id: 'c_live', accounts: ['a_10', 'a_11'] })
    await saveFindings(gate.config.store, {
      findings: reportOf({ campaigns: [campaign] }),
      savedAt: Date.now(),
      source: 'the journey',
    })
  })
  afterAll(async () => {
    await gate?.[Symbol.asyncDispose]()
    await mock?.[Symbol.asyncDispose]()
  })

  async function ask(key: string, model = 'gpt-mock'): Promise<{ readonly id: string; readonly ms: number }> {
    const began = performance.now()
    const response = await fetch(`${gate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
    })
    await response.text()
    expect(response.status).toBe(200)
    return { id: response.headers.get('x-portcullis-decision') ?? '', ms: performance.now() - began }
  }

  /** By what the ledger says: on a busy machine a slow answer was not always slowed. */
  async function isSlowed(key: string): Promise<boolean> {
    const { id, ms } = await ask(key)
    const entry = await vi.waitUntil(
      () => gate.entries().find((one) => one.kind === 'exchange' && one.id === id),
      { timeout: WAIT_MS },
    )
    const isThrottled = (entry.decision as { readonly action: string }).action === 'throttle'
    if (isThrottled) expect(ms).toBeGreaterThanOrEqual(DELAY_MS - EARLY_MS)
    return isThrottled
  }

  test('sign in → campaign → explanation → preview → slow down → it bites → undo', async () => {
    const { page, errors } = await openPage(browser())
    await page.goto(`${gate.consoleUrl}/campaigns`)
    await signIn(page)

    await page.getByRole('link', { name: 'c_live' }).click()
    await page.getByRole('heading', { name: 'What speaks for a campaign' }).waitFor()
    await page.locator('.signals', { hasText: 'harvest-technique' }).waitFor()
    await page.locator('.signals', { hasText: '0.01 %' }).waitFor()
    await page.getByRole('heading', { name: 'What else it could be' }).waitFor()
    expect(await isSlowed('sk-one')).toBe(false)

    await page.getByRole('button', { name: 'Countermeasure…' }).click()
    await page.getByLabel('Delay of each answer (ms)').fill(String(DELAY_MS))
    await page.locator('[data-preview]', { hasText: '2 accounts' }).waitFor()
    expect(await isSlowed('sk-one')).toBe(false)

    await page.getByRole('dialog').getByLabel(/Why/).fill('case 17')
    await page.getByRole('button', { name: /^Apply to 2 accounts/ }).click()
    await page.getByText(/2 accounts slowed/).waitFor()
    await expect.poll(() => isSlowed('sk-one')).toBe(true)
    expect(await isSlowed('sk-two')).toBe(true)
    expect(await isSlowed('sk-other')).toBe(false)

    await page.locator('nav').getByRole('link', { name: 'Acts', exact: true }).click()
    await page.locator('tbody tr', { hasText: 'throttled' }).first().waitFor()
    // A further act appears without anybody reloading the page.
    await ask('sk-other', 'gpt-later')
    await page.locator('tbody tr', { hasText: 'gpt-later' }).first().waitFor()

    await page
      .locator('nav')
      .getByRole('link', { name: /^Countermeasures/ })
      .click()
    await page.locator('tbody tr', { hasText: 'in force' }).getByRole('link').first().click()
    await page.getByRole('button', { name: 'Undo…' }).click()
    await page.getByRole('dialog').getByLabel(/Why/).fill('enough seen')
    await page.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }).click()
    await expect.poll(() => isSlowed('sk-one')).toBe(false)

    await page.locator('nav').getByRole('link', { name: 'Ledger', exact: true }).click()
    await page.getByRole('button', { name: 'Verify the whole chain' }).click()
    await page.getByText('Nothing was changed, left out or put in.').waitFor()
    expect(errors).toEqual([])
    await expect
      .poll(() => gate.entries().filter(({ kind }) => kind === 'measure'))
      .toMatchObject([{ change: 'applied', reason: 'case 17' }, { change: 'undone' }])
    await page.context().close()
  })
})

async function signIn(page: Page): Promise<void> {
  const form = page.locator('form', { hasText: 'Console token' })
  await form.getByLabel(/token/).fill(TOKEN)
  await form.getByRole('button', { name: 'Sign in with the token' }).click()
  await page.getByRole('heading', { name: 'Campaigns', exact: true }).waitFor()
}
