import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unreadable, unwritable } from './protected-paths.ts'

test('only what exists is hidden; what would be obeyed is held whether it exists or not', () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  try {
    mkdirSync(join(home, '.ssh'))
    writeFileSync(join(home, '.netrc'), '')
    writeFileSync(join(home, 'CLAUDE.md'), '')
    const hidden = unreadable(home, [join(home, 'CLAUDE.md'), join(home, 'nothing')])
    expect(hidden.filter((path) => path.startsWith(home))).toEqual(
      ['.ssh', '.netrc', 'CLAUDE.md'].map((path) => join(home, path)),
    )
    const held = () => unwritable(home).map((path) => path.slice(home.length + 1))
    expect(held()).toEqual(expect.arrayContaining(['CLAUDE.md', 'AGENTS.md', '.claude', '.github/workflows']))
    expect(held()).not.toContain('.git/hooks')
    mkdirSync(join(home, '.git'))
    expect(held()).toContain('.git/hooks')
  } finally {
    rmSync(home, { recursive: true })
  }
})

test('instruction files in folders of the work tree are held where they stand', () => {
  const tree = mkdtempSync(join(tmpdir(), 'tree-'))
  try {
    for (const folder of ['web/api', 'node_modules/x']) mkdirSync(join(tree, folder), { recursive: true })
    for (const file of ['web/api/AGENTS.md', 'web/claude.md', 'web/notes.md', 'node_modules/x/AGENTS.md'])
      writeFileSync(join(tree, file), '')
    const held = unwritable(tree).map((path) => path.slice(tree.length + 1))
    expect(held).toEqual(expect.arrayContaining(['CLAUDE.md', 'web/api/AGENTS.md', 'web/claude.md']))
    expect(held).not.toContain('web/notes.md')
    expect(held).not.toContain('node_modules/x/AGENTS.md')
  } finally {
    rmSync(tree, { recursive: true })
  }
})
