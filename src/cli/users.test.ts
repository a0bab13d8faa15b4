import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { isPassword } from '../doors/admin/people/passwords.ts'
import { UserStore } from '../doors/admin/people/user-store.ts'
import { openState } from '../store/embedded/state.ts'
import { users } from './users.ts'

const store = mkdtempSync(join(tmpdir(), 'users-'))
afterAll(() => rmSync(store, { recursive: true, force: true }))
const PASSWORD = 'correct horse battery staple'

async function run(
  positionals: string[],
  options: Record<string, string | boolean> = {},
  input = '',
): Promise<string> {
  const stdout = new PassThrough()
  await users.run(positionals, { store, ...options }, {
    ...{ stdin: Readable.from([input]), stdout, stderr: new PassThrough(), env: {}, cwd: '/' },
    ...{ now: () => 1, signal: new AbortController().signal },
  } as unknown as Parameters<typeof users.run>[2])
  stdout.end()
  return await text(stdout)
}

test('a user is added with a password that is kept as a hash only', async () => {
  expect(await run(['add', 'ann'], { role: 'owner' }, `${PASSWORD}\n`)).toBe('ann is owner.\n')
  const database = openState(store)
  const stored = new UserStore(database).named('ann')?.password ?? ''
  database.close()
  expect(stored).not.toContain(PASSWORD)
  expect(await isPassword(PASSWORD, stored)).toBe(true)
  expect(await isPassword(`${PASSWORD}.`, stored)).toBe(false)
  expect(await run(['list'])).toBe('ann  owner\n')
})

test('short passwords, unknown roles, second anns and the end of the last owner are refused', async () => {
  await expect(run(['add', 'bruno'], {}, 'short\n')).rejects.toThrow('at least 12')
  await expect(run(['add', 'bruno'], { role: 'king' }, PASSWORD)).rejects.toThrow('no role king')
  await expect(run(['add', 'ann'], {}, PASSWORD)).rejects.toThrow('There is a user ann')
  await expect(run(['disable', 'ann'])).rejects.toThrow('the last owner')
  await expect(run(['change', 'ann'], { role: 'viewer' })).rejects.toThrow('the last owner')
})
