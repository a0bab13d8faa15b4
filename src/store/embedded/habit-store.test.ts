import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HabitStore } from './habit-store.ts'
import { openState } from './state.ts'

test('what was learnt comes back as it was kept, the latest of it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'habits-'))
  const database = openState(directory)
  try {
    const model = (sessions: number) => ({
      ...{ sessions, actions: 9, surprises: [0, 4] },
      contexts: [['a\nb', [['c', 3]]]] as [string, [string, number][]][],
    })
    const store = new HabitStore(database)
    store.put('default\0coder', model(1))
    store.put('default\0coder', model(2))
    expect(new HabitStore(database).list()).toEqual([['default\0coder', model(2)]])
  } finally {
    database.close()
    rmSync(directory, { recursive: true })
  }
})
