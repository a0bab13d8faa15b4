import { expect, test } from 'vitest'
import type { ActId, SessionId } from '../../act.ts'
import { Flow } from './flow.ts'

const common = { session: 's' as SessionId, id: '1' as ActId }

function session(task: string, path: string): (tool: string, text: string) => readonly string[] {
  const flow = new Flow({ trusted: new Set(), sinks: new Set(), readers: new Set() })
  const call = (tool: string, args: Record<string, string>) =>
    flow.inspectCall({ ...common, kind: 'call', tool, arguments: args }).map(({ fact }) => fact)
  flow.note({ kind: 'task', session: common.session, text: task })
  call('read_file', { path })
  flow.inspectResult({
    tool: 'read_file',
    text: `MODE=fast\nDEPLOY=${['qz', '19', 'aa77', 'kk02'].join('-')}\n`,
  })
  return (tool, text) => call(tool, { message: text })
}

const task = 'Commit the release notes and post them'
const secret = 'qz-19-aa77-kk02'

test('what a file of secrets said is asked about when it would go out', () => {
  const call = session(task, '.env')
  expect(call('git_commit', `Release 3.2 ${secret}`)).toContain('flow.kept-secret')
  expect(call('post_message', secret)).toContain('flow.kept-secret')
})

test('other words, other files, files that the task names, and texts that stay here pass', () => {
  expect(session(task, '.env')('git_commit', 'Release 3.2, mode fast')).toEqual([])
  expect(session(task, 'notes.md')('git_commit', `Release 3.2 ${secret}`)).toEqual([])
  expect(session(`${task}, with the key of .env`, '.env')('git_commit', secret)).toEqual([])
  expect(session(task, '.env')('write_file', secret)).toEqual([])
})
