// Every screen in a real browser, in both themes and three widths: nothing axe objects to, nothing the page's own policy
// refuses, nothing that makes a narrow page scroll sideways.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, settle, visit } from './console/browser.ts'
import { FixtureServer } from './console/fixture-server.ts'
import { describeInBrowser } from './console/in-browser.ts'
import { places } from './console/places.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const everyRule = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
/** The narrowest phones in use. */
const NARROW = 360
const WIDE = 1600

describeInBrowser('the console in chromium', (browser) => {
  let full: FixtureServer
  let empty: FixtureServer
  let locked: FixtureServer
  beforeAll(async () => {
    full = await FixtureServer.open()
    empty = await FixtureServer.open({ isEmpty: true })
    locked = await FixtureServer.open({ isSignedOut: true })
  })
  afterAll(async () => {
    await full?.[Symbol.asyncDispose]()
    await empty?.[Symbol.asyncDispose]()
    await locked?.[Symbol.asyncDispose]()
  })

  test.each([
    ['light', everyRule],
    // What a theme can break is contrast.
    ['dark', "['color-contrast', 'link-in-text-block']"],
  ] as const)('axe finds nothing on any screen, %s', async (theme, rules) => {
    const { page, errors } = await openPage(browser(), { theme })
    const found: string[] = []
    for (const [name, path] of Object.entries(places)) {
      await visit(page, full.url + path)
      found.push(...(await violations(page, rules)).map((violation) => `${name}: ${violation}`))
    }
    expect(found).toEqual([])
    expect(errors).toEqual([])
    await page.context().close()
  })

  test('axe finds nothing on empty screens, narrow screens, dialogs and the sign-in', async () => {
    const found: string[] = []
    const { page, errors } = await openPage(browser(), { theme: 'dark', width: NARROW })
    for (const path of ['/', '/campaigns', '/agents', '/acts', '/policies', '/proof', '/settings/keys'])
      for (const { url } of [empty, full]) {
        await visit(page, url + path)
        found.push(...(await violations(page)).map((violation) => `${path}: ${violation}`))
      }
    expect(await page.locator('.bar .tag').isVisible(), 'the mode is said on a phone').toBe(true)
    await visit(page, `${full.url}/campaigns/c_0cli3nh`)
    await page.getByRole('button', { name: 'Countermeasure…' }).click()
    await page.locator('[data-preview]').waitFor()
    await settle(page)
    found.push(...(await violations(page)).map((violation) => `dialog: ${violation}`))
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    found.push(...(await violations(page)).map((violation) => `help: ${violation}`))
    await page.goto(`${locked.url}/signin?problem=no-role`)
    await page.getByRole('link', { name: 'Sign in with Example ID' }).waitFor()
    await page.getByRole('alert').waitFor()
    found.push(...(await violations(page)).map((violation) => `sign-in: ${violation}`))
    expect(found).toEqual([])
    expect(errors).toEqual([])
    await page.context().close()
  })

  test.each([NARROW, WIDE])('no screen scrolls sideways at %d pixels', async (width) => {
    const { page } = await openPage(browser(), { width })
    const sideways: string[] = []
    const hidden: string[] = []
    for (const [kind, { url }] of Object.entries({ full, empty }))
      for (const [name, path] of Object.entries(places)) {
        // Of an empty gate there are the lists, and nothing that would stand in them.
        if (kind === 'empty' && path.split('/').length > 2 && !path.startsWith('/settings')) continue
        await visit(page, url + path)
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        if (Number(over) > 0) sideways.push(`${kind} ${name}: ${over} px`)
        const tab = page.locator('.tabs [aria-current]')
        const right = (await tab.count()) === 0 ? 0 : ((await tab.boundingBox())?.x ?? width)
        if (right >= width - 20) hidden.push(`${kind} ${name}`)
      }
    expect(sideways).toEqual([])
    expect(hidden, 'screens on which the open tab is out of sight').toEqual([])
    await page.context().close()
  })

  test('an empty console says what to do next, on every screen that can be empty', async () => {
    const { page } = await openPage(browser())
    await visit(page, empty.url)
    await expect.poll(() => page.locator('.steps li').count()).toBeGreaterThan(1)
    for (const path of [
      '/campaigns',
      '/accounts',
      '/acts',
      '/agents',
      '/countermeasures',
      '/settings/keys',
    ]) {
      await visit(page, empty.url + path)
      await expect.poll(() => page.locator('.empty').count(), { message: path }).toBeGreaterThan(0)
    }
    await page.context().close()
  })
})

async function violations(page: Page, rules: string = everyRule): Promise<string[]> {
  await page.evaluate(axe)
  const result = (await page.evaluate(`axe.run(document, { runOnly: ${rules} })`)) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return result.violations.map(
    ({ id, nodes }) =>
      `${id} ×${nodes.length} ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary.slice(0, 220)}`,
  )
}
