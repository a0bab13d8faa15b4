// How fast the console is in headless chromium without a graphics card: first paint, the campaign page with 24,000
// accounts, a move of its graph, a list. Each page is opened in a browser context of its own, so nothing is cached.
//
//   node bench/console.bench.ts [--rounds N]
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { browserPath, openBrowser, openPage } from '../test/e2e/console/browser.ts'
import { FixtureServer } from '../test/e2e/console/fixture-server.ts'
import { openLargeGate } from '../test/e2e/console/large-gate.ts'
import { say, skip } from './figure.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } })
const rounds = Number(values.rounds)
const command = 'npm run bench -- console'
const MOVES = 30
const campaign = '/campaigns/c_0cli3nh'

if (browserPath === undefined) skip('console', 'no chromium')
else await measure()

async function measure(): Promise<void> {
  await using server = await FixtureServer.open()
  await using gate = await openLargeGate()
  const browser = await openBrowser()
  const at = (path: string) => server.url + path
  try {
    await times('first contentful paint, overview', browser, async (page) => {
      await page.goto(at('/'))
      await page.locator('main h1').waitFor()
      return Number(
        await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
      )
    })
    await times('overview complete, figures and chart', browser, (page) =>
      until(page, at('/'), '.chart canvas'),
    )
    await times('campaign of 24,000 accounts: its reasons readable', browser, (page) =>
      until(page, at(campaign), '.signals tbody tr'),
    )
    await times('the same: graph drawn, and moved by a key', browser, async (page) => {
      const drawn = await until(page, at(`${campaign}/graph`), 'canvas[data-drawn="24000"]')
      return drawn + (await moves(page, 1))
    })
    await times('the same: one move of the graph', browser, async (page) => {
      await until(page, at(`${campaign}/graph`), 'canvas[data-drawn="24000"]')
      return (await moves(page, MOVES)) / MOVES
    })
    await times('the same: accounts table, first rows', browser, (page) =>
      until(page, at(`${campaign}/accounts`), 'tbody tr.reachable'),
    )
    const real = `${gate.consoleUrl}/campaigns/c_large`
    await times('24,000 accounts from a real gate: reasons readable', browser, (page) =>
      until(page, real, '.signals tbody tr'),
    )
    await times('the same: graph drawn, and moved by a key', browser, async (page) => {
      const drawn = await until(page, `${real}/graph`, 'canvas[data-drawn="24000"]')
      return drawn + (await moves(page, 1))
    })
    await times('the same: accounts table, first rows', browser, (page) =>
      until(page, `${real}/accounts`, 'tbody tr.reachable'),
    )
    await times('from one list to another: acts', browser, async (page) => {
      await until(page, at('/campaigns'), 'tbody tr.reachable')
      const began = performance.now()
      await page.locator('nav a', { hasText: 'Acts' }).click()
      await page.locator('th', { hasText: 'Model or tool' }).waitFor()
      return performance.now() - began
    })
  } finally {
    await browser.close()
  }
}

async function times(name: string, browser: Browser, once: (page: Page) => Promise<number>): Promise<void> {
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { page } = await openPage(browser)
    taken.push(await once(page))
    await page.context().close()
  }
  taken.sort((a, b) => a - b)
  const median = taken[Math.floor(rounds / 2)] ?? 0
  const figure = `${median.toFixed(0)}, worst of ${rounds}: ${(taken.at(-1) ?? 0).toFixed(0)}`
  say({ name, figure, unit: 'ms', command })
}

/** From asking for the page to seeing what was asked for, as the one who drives the browser sees it. */
async function until(page: Page, url: string, selector: string): Promise<number> {
  const began = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.locator(selector).first().waitFor()
  return performance.now() - began
}

/** Keys pressed on the graph, each answered by a frame before the next. */
async function moves(page: Page, count: number): Promise<number> {
  const ms = await page.evaluate(`(async () => {
    const canvas = document.querySelector('.graph canvas')
    const began = performance.now()
    for (let index = 0; index < ${count}; index++) {
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key: index % 2 ? 'ArrowLeft' : 'ArrowRight', bubbles: true, cancelable: true }))
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    }
    return performance.now() - began
  })()`)
  return Number(ms)
}
