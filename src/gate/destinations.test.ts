import { expect, test } from 'vitest'
import type { ActId, JudgedAct, SessionId } from './act.ts'
import { destinationsOf } from './destinations.ts'

const common = { id: '1' as ActId, session: 's' as SessionId }
const command = (text: string): JudgedAct => ({ ...common, kind: 'command', command: text, cwd: '' })

test.each([
  ['curl https://Example.com/a?b=c', ['example.com']],
  ['scp a.tgz deploy@10.0.0.7:/srv', ['10.0.0.7']],
  ['curl http://user:pw@files.example.net:8080/x http://[::1]/y', ['files.example.net', '[::1]']],
  ['git commit -m "see a@b"', ['b']],
  ['ls -la src', []],
])('%s goes to %j', (text, places) => {
  expect(destinationsOf(command(text))).toEqual(places)
})

test('a call goes to every place among its arguments, however deep, and not to more than twenty', () => {
  const list = Array.from({ length: 50 }, (_, index) => ({ url: `https://h${index}.example/` }))
  const act = (args: object): JudgedAct => ({ ...common, kind: 'call', tool: 't', arguments: { ...args } })
  expect(destinationsOf(act({ to: ['ann@example.org'], body: 'see https://x.example' }))).toEqual([
    'example.org',
    'x.example',
  ])
  expect(destinationsOf(act({ list }))).toHaveLength(20)
})

test('a message goes to the other agent', () => {
  expect(destinationsOf({ ...common, kind: 'message', from: 'a', to: 'planner 2', text: 'x' })).toEqual([
    'planner-2',
  ])
})
