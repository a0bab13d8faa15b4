// Makes the pictures of docs/console.md from what the sources say now: every screen dark, light and narrow.
//   node test/e2e/console/screenshots.ts [NAME...]
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { type Look, openBrowser, openPage } from './browser.ts'
import { FixtureServer } from './fixture-server.ts'
import { places } from './places.ts'

/** Below this, letters get halos; above it, files get large. */
const QUALITY = 38
const HEIGHT_MAX = 1_240
const folder = fileURLToPath(new URL('../../../docs/console/', import.meta.url))
const looks: Readonly<Record<string, Look>> = {
  dark: { theme: 'dark', width: 1_280, height: 800 },
  light: { theme: 'light', width: 1_280, height: 800 },
  narrow: { theme: 'light', width: 390, height: 800 },
}

type Shot = {
  readonly path: string
  readonly kind?: 'empty' | 'locked'
  readonly act?: (page: Page) => Promise<void>
}

const shots: Readonly<Record<string, Shot>> = {
  'sign-in': { path: '/', kind: 'locked' },
  'first-run': { path: '/', kind: 'empty' },
  ...Object.fromEntries(Object.entries(places).map(([name, path]) => [name, { path }])),
  'countermeasure-preview': {
    path: '/campaigns/c_0cli3nh',
    act: async (page) => {
      await page.getByRole('button', { name: 'Countermeasure…' }).click()
      await page.locator('[data-preview]').waitFor()
    },
  },
  'approve-once': {
    path: '/agents',
    act: async (page) => {
      await page.getByRole('button', { name: 'Approve once…' }).click()
    },
  },
  help: { path: '/', act: (page) => page.keyboard.press('?') },
}

const wanted = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
await using full = await FixtureServer.open()
await using empty = await FixtureServer.open({ isEmpty: true })
await using locked = await FixtureServer.open({ isSignedOut: true })
const servers = { full, empty, locked }
const browser = await openBrowser()
let bytes = 0
for (const [name, shot] of Object.entries(shots))
  if (wanted.length === 0 || wanted.includes(name))
    for (const [look, how] of Object.entries(looks))
      bytes += await take(browser, `${name}-${look}`, shot, how)
await browser.close()
console.log(`${(bytes / 1_000_000).toFixed(2)} MB`)

async function take(using: Browser, name: string, { path, kind, act }: Shot, look: Look): Promise<number> {
  const { page } = await openPage(using, look)
  await page.goto(servers[kind ?? 'full'].url + path)
  await page.locator('h1').first().waitFor()
  await page.waitForTimeout(500)
  await act?.(page)
  await page.waitForTimeout(200)
  const height = act
    ? 800
    : Math.min(HEIGHT_MAX, Number(await page.evaluate('document.documentElement.scrollHeight')))
  await page.setViewportSize({ width: look.width ?? 0, height: Math.max(look.height ?? 0, height) })
  await page.waitForTimeout(200)
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  const image = Buffer.from(data, 'base64')
  writeFileSync(join(folder, `${name}.webp`), image)
  await page.context().close()
  return image.length
}
