import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from './commands.ts'
import { portcullis } from './testing/terminal.ts'

let cwd = ''
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'completion-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))

const script = async (shell: string) => (await portcullis(['completion', shell], { cwd })).out

/** Asks bash what it would offer after these words. */
async function offered(...line: string[]): Promise<string[]> {
  const file = join(cwd, 'portcullis.bash')
  writeFileSync(file, await script('bash'))
  const ask = `source ${file}; COMP_WORDS=(portcullis ${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length}; _portcullis; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8', cwd })
    .split('\n')
    .filter((word) => word !== '')
}

test('every shell gets every command and every option', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const text = await script(shell)
    for (const { name, load } of commands) {
      expect(text, `${shell} ${name}`).toContain(name)
      for (const [option, { isOnByDefault }] of Object.entries((await load()).options))
        expect(text).toMatch(new RegExp(`(--|-l )${isOnByDefault ? 'no-' : ''}${option}\\b`))
    }
  }
})

test('bash offers commands, options, values and verbs', async () => {
  expect(await offered('cam')).toEqual(['campaigns'])
  expect(await offered('campaigns', '--form')).toEqual(['--format'])
  expect(await offered('campaigns', '--format', '')).toEqual(['json', 'csv'])
  expect(await offered('demo', '--scenario', 't')).toEqual(['tiny'])
  expect(await offered('completion', 'f')).toEqual(['fish'])
  expect(await offered('campaigns', 'ex')).toContain('export')
})

test('bash completes file names for options that take one', async () => {
  writeFileSync(join(cwd, 'store-one'), '')
  expect(await offered('explain', '--store', 'store-')).toEqual(['store-one'])
})

test.each(['bash', 'zsh', 'fish'])('the script for %s is well-formed', async (shell) => {
  const { error, status, stderr } = spawnSync(shell, ['-n'], { input: await script(shell), encoding: 'utf8' })
  if (error) return console.warn(`no ${shell} here: its script was not checked`)
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('another shell is refused', async () => {
  expect((await portcullis(['completion', 'tcsh'], { cwd })).code).toBe(2)
  expect((await portcullis(['completion'], { cwd })).code).toBe(2)
})
