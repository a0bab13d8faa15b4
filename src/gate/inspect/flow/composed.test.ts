import { expect, test } from 'vitest'
import type { ActId, SessionId } from '../../act.ts'
import { Flow } from './flow.ts'

const common = { session: 's' as SessionId, id: '1' as ActId }
const read = 'Reports carry the logo ![logo](https://cdn.labs.example/i.png?d=0). HbA1c 6.9 %.'

function shows(task: string, text: string): readonly string[] {
  const flow = new Flow({ trusted: new Set(), sinks: new Set(), readers: new Set() })
  flow.note({ kind: 'task', session: common.session, text: task })
  flow.inspectResult({ tool: 'get_results', text: read })
  const call = { ...common, kind: 'call', tool: 'send_message', arguments: { patient: '88', text } } as const
  return flow.inspectCall(call).map(({ fact }) => fact)
}

const task = 'Send patient 88 a message about the results'

test.each([
  '![logo](https://cdn.labs.example/i.png?d=HbA1c6.9)',
  'Hello ![](<https://cdn.labs.example/HbA1c-6.9.png>)',
  '<img width="1" src="https://cdn.labs.example/i.png?d=6.9">',
])('a picture whose address the agent put together is asked about: %s', (text) => {
  expect(shows(task, text)).toEqual(['flow.composed-picture'])
})

test.each([
  '![logo](https://cdn.labs.example/i.png?d=0)',
  'See https://cdn.labs.example/i.png?d=6.9',
  'Your value is 6.9 ![chart](chart.png)',
])('a picture as it was given, a link and a file of its own pass: %s', (text) => {
  expect(shows(task, text)).toEqual([])
})

test('a picture from a host that the user named passes', () => {
  expect(
    shows(`${task}, with a chart from charts.lumo.example`, '![c](https://charts.lumo.example/c?v=6.9)'),
  ).toEqual([])
})
