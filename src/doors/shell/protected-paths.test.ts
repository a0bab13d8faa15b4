import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unreadable, unwritable } from './protected-paths.ts'

test('only what exists is hidden or held, for there is nothing to hide where nothing is', () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  try {
    mkdirSync(join(home, '.ssh'))
    writeFileSync(join(home, '.netrc'), '')
    writeFileSync(join(home, 'CLAUDE.md'), '')
    const hidden = unreadable(home, [join(home, 'CLAUDE.md'), join(home, 'nothing')])
    expect(hidden.filter((path) => path.startsWith(home))).toEqual(
      ['.ssh', '.netrc', 'CLAUDE.md'].map((path) => join(home, path)),
    )
    expect(unwritable(home)).toEqual([join(home, 'CLAUDE.md')])
  } finally {
    rmSync(home, { recursive: true })
  }
})
