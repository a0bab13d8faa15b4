import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

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
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      errors.push(message.text())
  })
  return { page, errors }
}
