import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page, type Request } from 'playwright-core'

/** To tell a hang from a busy machine: whatever a page is waited for, a test ends sooner by being right. */
export const WAIT_MS = 120_000
/** For a whole test in a browser. */
export const BROWSER_TEST_MS = 900_000

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a browser is installed that can be driven; tests that need one skip loudly without it. */
export const browserPath = process.env.CHROMIUM_PATH ?? PATHS.find((path) => existsSync(path))

const build = fileURLToPath(new URL('../../../src/console/build.mjs', import.meta.url))

/** What is tested is what the sources say now. */
export function buildConsole(): void {
  execFileSync(process.execPath, [build, '--if-stale'])
}

export async function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('no chromium')
  return await chromium.launch({
    executablePath: browserPath,
    timeout: WAIT_MS,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
  })
}

export type Look = { readonly theme?: 'light' | 'dark'; readonly width?: number; readonly height?: number }

/** A page that remembers every error and every breach of its Content-Security-Policy. */
export async function openPage(browser: Browser, look: Look = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({
    colorScheme: look.theme ?? 'light',
    viewport: { width: look.width ?? 1280, height: look.height ?? 860 },
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(WAIT_MS)
  const page = await context.newPage()
  watchRequests(page)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      errors.push(message.text())
  })
  return { page, errors }
}

const underWay = new WeakMap<Page, Set<Request>>()

function watchRequests(page: Page): void {
  const open = new Set<Request>()
  underWay.set(page, open)
  page.on('request', (request) => {
    if (new URL(request.url()).pathname !== '/api/events') open.add(request)
  })
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
}

/** Until the screen has its heading, every answer it asked for is here, and all of it is drawn. */
export async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  const until = Date.now() + WAIT_MS
  for (let quiet = 0; quiet < 3; ) {
    if (Date.now() > until) throw new Error(`the screen ${page.url()} does not settle`)
    // Two frames: one in which what came is drawn, and one for what that asks for.
    const isDrawn = await page.evaluate(
      `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
        done(document.querySelector('main .waiting') === null))))`,
    )
    quiet = isDrawn === true && underWay.get(page)?.size === 0 ? quiet + 1 : 0
  }
}

export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await settle(page)
}
