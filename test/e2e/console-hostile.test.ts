// What attackers write reaches analysts' screens. It is shown, and nothing more comes of it.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser, openPage } from './console/browser.ts'
import { FixtureServer } from './console/fixture-server.ts'

const TIMEOUT_MS = 240_000

if (browserPath === undefined) console.warn('no chromium: hostile text in the console is NOT tested')

describe.skipIf(browserPath === undefined)('hostile text in the console', { timeout: TIMEOUT_MS }, () => {
  let browser: Browser
  let server: FixtureServer
  beforeAll(async () => {
    browser = await openBrowser()
    server = await FixtureServer.open()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  test('markup and script are text; control and bidirectional characters are marks', async () => {
    const { page, errors } = await openPage(browser)
    for (const path of [
      '/campaigns/c_0cli3nh',
      '/campaigns/c_0cli3nh/graph',
      '/accounts',
      '/accounts/a_4h2yo',
      '/agents',
      '/ledger/400000',
    ]) {
      await page.goto(server.url + path)
      await page.getByText('onerror=').first().waitFor()
      expect(await page.locator('img[src="x"], main script').count(), path).toBe(0)
      expect(await page.title(), path).not.toBe('owned')
      // Of what a person sees, nothing may turn the writing around.
      expect(await page.locator('main').innerText(), path).not.toMatch(
        /[\u202a-\u202e\u2066-\u2069\u200b\u001b]/,
      )
    }
    await page.goto(`${server.url}/campaigns/c_0cli3nh`)
    expect(await page.locator('.mark').allInnerTexts()).toContain('⟨U+202E⟩')
    expect(errors).toEqual([])
    await page.context().close()
  })

  test('reading prompts asks why, is told to the gate with the reason, and a word of 1 MB stays in its box', async () => {
    const { page } = await openPage(browser)
    await page.goto(`${server.url}/accounts/a_4h2yo`)
    await page.getByRole('button', { name: 'Reveal prompts…' }).click()
    expect(server.writes.some(({ path }) => path.endsWith('/prompts'))).toBe(false)
    const confirm = page.getByRole('button', { name: 'Read its prompts' })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByLabel(/Why/).fill('case 17')
    await confirm.click()
    await page.locator('[data-prompts]').waitFor()
    expect(server.writes.find(({ path }) => path.endsWith('/prompts'))).toMatchObject({
      body: { reason: 'case 17' },
      csrf: 'csrf-of-the-fixture',
    })
    const box = page.locator('[data-prompts] .foreign').last()
    const size = await box.boundingBox()
    expect(size?.height).toBeLessThanOrEqual(260)
    expect(
      Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth')),
    ).toBeLessThanOrEqual(0)
    expect(await page.getByText('of 1,000,000 characters').count()).toBe(1)
    await page.context().close()
  })

  test('a page that injected a script would be stopped by the policy', async () => {
    const { page, errors } = await openPage(browser)
    await page.goto(server.url)
    await page.locator('h1').waitFor()
    const ran = await page.evaluate(`(() => {
      const script = document.createElement('script')
      try { script.textContent = "document.title = 'owned'"; document.body.append(script) } catch {}
      try { document.body.insertAdjacentHTML('beforeend', '<b id="injected"></b>') } catch {}
      return document.title === 'owned' || document.getElementById('injected') !== null
    })()`)
    expect(ran).toBe(false)
    expect(errors.join(' ')).toMatch(/Content Security Policy|Trusted/i)
    await page.context().close()
  })

  test('a view that hears nothing any more says that it is stale, and is live again when the gate is back', async () => {
    const other = await FixtureServer.open()
    const { page } = await openPage(browser)
    await page.goto(other.url)
    await page.locator('.live', { hasText: 'live' }).waitFor()
    await other.stop()
    await page.getByText('This view is stale.').waitFor()
    await using again = await FixtureServer.open({ port: Number(new URL(other.url).port) })
    await expect.poll(() => page.getByText('This view is stale.').count(), { timeout: 30_000 }).toBe(0)
    expect(again.url).toBe(other.url)
    await page.context().close()
  })
})

describe.skipIf(browserPath === undefined)('the console by keyboard alone', { timeout: TIMEOUT_MS }, () => {
  let browser: Browser
  let server: FixtureServer
  beforeAll(async () => {
    browser = await openBrowser()
    server = await FixtureServer.open()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  test('skip link, list keys, search, help and back reach everything without a mouse', async () => {
    const { page } = await openPage(browser)
    await page.goto(`${server.url}/campaigns`)
    await page.locator('tbody tr').first().waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).pathname).toBe('/campaigns/c_13n3zho')
    await page.keyboard.press('u')
    await expect.poll(() => new URL(page.url()).pathname).toBe('/campaigns')
    await page.keyboard.press('/')
    await page.keyboard.type('c_0qay')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).pathname).toBe('/campaigns/c_0qayv8r')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await expect.poll(() => new URL(page.url()).pathname).toBe('/ledger')
    await page.context().close()
  })

  test('whoever is signed out signs in, wrongly first', async () => {
    await using locked = await FixtureServer.open({ isSignedOut: true })
    const { page, errors } = await openPage(browser)
    await page.goto(`${locked.url}/campaigns`)
    const form = page.locator('form', { hasText: 'Console token' })
    await form.getByLabel(/token/).fill('wrong')
    await form.getByRole('button').click()
    await page.getByRole('alert').waitFor()
    await form.getByLabel(/token/).fill('right horse battery')
    await form.getByRole('button').click()
    await page.getByRole('heading', { name: 'Campaigns', exact: true }).waitFor()
    expect(errors).toEqual([])
    await page.context().close()
  })
})
