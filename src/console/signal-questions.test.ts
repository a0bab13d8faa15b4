import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { signalPages } from '../doors/admin/read/campaigns.ts'
import { questions } from './app/parts/signals.ts'

test('every signal that has a page is asked as a question, and the API names its page', () => {
  const pages = readdirSync(new URL('../../docs/signals/', import.meta.url)).map((file) =>
    file.replace(/\.md$/, ''),
  )
  expect(Object.keys(questions).sort()).toEqual(pages.sort())
  expect([...signalPages].sort()).toEqual(pages)
})
