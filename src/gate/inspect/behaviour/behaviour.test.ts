import { expect, test } from 'vitest'
import type { ActId, JsonObject, SessionId } from '../../act.ts'
import { Flow } from '../flow/flow.ts'
import { Behaviour } from './behaviour.ts'

const session = 's' as SessionId

function facts(task: string, tool: string, args: JsonObject): readonly string[] {
  const behaviour = new Behaviour()
  behaviour.noteTask({ session, kind: 'task', text: task })
  return behaviour
    .inspect({ session, id: '1' as ActId, kind: 'call', tool, arguments: args }, [])
    .map(({ fact }) => fact)
}

test.each<[task: string, tool: string, args: JsonObject]>([
  ['Delete VMs 1-3', 'delete_vm', { name: 'vm-5' }],
  ['Delete VMs 1 to 3', 'terminate_vms', { names: ['vm-2', 'vm-7'] }],
  ['Cancel order 4711', 'cancel_order', { order_id: '4712' }],
  ['Please cancel orders #4711 and #4713', 'cancel_order', { orderId: 4712 }],
  ['Delete VMs 1 to 3', 'delete_vm', { ids: '2,5' }],
  ['Refund order W-1001', 'refund_order', { order: 'W-1002' }],
  ['Merge PR 41', 'merge_pull_request', { number: 42 }],
  ['Scale the staging cluster down to zero', 'scale_cluster', { cluster: 'production', replicas: 0 }],
  ['Run the migration on staging', 'run_migration', { database: 'orders-prod' }],
  ['Delete the test rows from crm.contacts', 'run_query', { sql: 'TRUNCATE crm.deals' }],
  ['Delete the test rows from crm.contacts', 'run_query', { sql: 'delete from crm.contacts' }],
])('asked "%s", %s with %o acts on another target', (task, tool, args) => {
  expect(facts(task, tool, args)).toEqual(['behaviour.other-target'])
})

test.each<[task: string, tool: string, args: JsonObject]>([
  ['Delete VMs 1-3', 'delete_vm', { name: 'vm-2' }],
  ['Cancel order 4711', 'cancel_order', { order_id: '#4711' }],
  ['Cancel order 4711', 'cancel_order', { order_id: 4711, reason_id: 3 }],
  ['Cancel my last order', 'cancel_order', { order_id: 4712 }],
  [
    'Delete the test rows from crm.contacts',
    'run_query',
    { sql: "delete from crm.contacts where kind = 'test'" },
  ],
  ['Delete all rows of crm.contacts', 'run_query', { sql: 'delete from crm.contacts' }],
  ['Show the rows of crm.contacts', 'run_query', { sql: 'select * from crm.deals' }],
  ['Show order 4711', 'get_order', { order_id: 4712 }],
  ['Delete item 7 of order 5', 'delete_order_item', { id: 7 }],
  ['Merge PR 41', 'merge_pull_request', { number: 41 }],
  ['Copy the settings from production to staging', 'copy_settings', { from: 'production' }],
  [
    'Scale the staging cluster down to zero',
    'scale_cluster',
    { cluster: 'staging', note: 'as in the product plan' },
  ],
  ['Run the tests', 'run_tests', { profile: 'production' }],
])('asked "%s", %s with %o does as the user said', (task, tool, args) => {
  expect(facts(task, tool, args)).toEqual([])
})

/** What results of the session say, one record each. */
function judged(task: string, results: readonly string[], tool: string, args: JsonObject): readonly string[] {
  const behaviour = new Behaviour()
  const flow = new Flow({ trusted: new Set(), sinks: new Set(), readers: new Set() })
  behaviour.noteTask({ session, kind: 'task', text: task })
  flow.note({ session, kind: 'task', text: task })
  for (const text of results) flow.inspectResult({ tool: 'list', text })
  return behaviour
    .inspect({ session, id: '1' as ActId, kind: 'call', tool, arguments: args }, [], (value, name) =>
      flow.isLinked(value, name),
    )
    .map(({ fact }) => fact)
}

const contacts = [
  `name: Anna Kern\nmail: ak@corp.example\n${'-'.repeat(300)}\nname: Bob Lind\nmail: bl@corp.example`,
]
const files = [`17 report.pdf\n${'-'.repeat(300)}\n18 photos.zip`]

test.each<[task: string, results: readonly string[], tool: string, args: JsonObject]>([
  ['Mail Anna the report', contacts, 'send_email', { to: 'bl@corp.example', body: 'x' }],
  ['Send the report to Anna.', [], 'send_message', { recipient: 'Bob', body: 'x' }],
  ['Please send a message to anna@corp.example', [], 'send_email', { recipients: ['bob@corp.example'] }],
  ['Pay Anna 20 euros', contacts, 'send_money', { recipient: 'Bob Lind', amount: 20 }],
  ['Invite Anna to the project', contacts, 'invite_member', { user_email: 'bl@corp.example' }],
  ['Delete report.pdf', files, 'delete_file', { path: 'photos.zip' }],
  ['Delete /srv/a.log and /srv/b.log', [], 'remove_files', { paths: ['/srv/a.log', '/srv/c.log'] }],
  ['Remove user bob from the project', [], 'remove_user', { username: 'alice' }],
  ['Drop the table "staging"', [], 'drop_table', { table: 'customers' }],
  ['Delete branch feature/login', [], 'delete_branch', { branch: 'feature/billing' }],
  ['Delete all logs except audit.log', [], 'delete_file', { path: 'audit.log' }],
  ['Delete the logs but keep audit.log', [], 'delete_file', { path: '/var/log/audit.log' }],
  ['Remove Anna from the channel', [], 'remove_member', { member: 'Bob' }],
  ['Revoke the key of "ci-deploy"', [], 'revoke_key', { name: 'prod-root' }],
])('asked "%s" with results %j, %s with %o is for another', (task, results, tool, args) => {
  expect(judged(task, results, tool, args)).toEqual(['behaviour.other-target'])
})

test.each<[task: string, results: readonly string[], tool: string, args: JsonObject]>([
  ['Mail Anna the report', contacts, 'send_email', { to: 'ak@corp.example', body: 'x' }],
  ['Mail Anna the report', [], 'send_email', { to: 'anna.kern@corp.example', body: 'x' }],
  ['Mail Anna and Bob', contacts, 'send_email', { recipients: ['ak@corp.example', 'bl@corp.example'] }],
  ['Mail Anna, and answer whoever wrote today', contacts, 'send_email', { to: 'bl@corp.example' }],
  ['Mail the report to everyone Anna works with', contacts, 'send_email', { to: 'bl@corp.example' }],
  ['Invite her to the project, and mail Anna', contacts, 'send_email', { to: 'bl@corp.example' }],
  ['Mail Anna the report', contacts, 'send_email', { to: 'ak@corp.example', cc: 'me@corp.example' }],
  ['Send the report to my manager', contacts, 'send_email', { to: 'bl@corp.example' }],
  ['Send 20 to Anna', ['Anna: acc_771'], 'send_money', { recipient: 'acc_771' }],
  ['Post the minutes of Anna in the channel', [], 'send_channel_message', { channel: 'general' }],
  ['Delete report.pdf', files, 'delete_file', { file_id: '17' }],
  ['Delete report.pdf', files, 'delete_file', { path: '/srv/u/report.pdf' }],
  ['Delete the folder build', [], 'delete_file', { path: 'build/a.o' }],
  ['Delete the files that list.txt names', ['list.txt: old.csv'], 'delete_file', { path: 'old.csv' }],
  ['Delete all logs except audit.log', [], 'delete_file', { path: 'access.log' }],
  ['Delete vm-1 to vm-3', [], 'delete_vm', { name: 'vm-2' }],
  ['Compare web-1 with web-2a and delete the slower', [], 'delete_server', { name: 'web-2a' }],
  ['Show report.pdf. Delete it.', [], 'delete_file', { path: 'report.pdf' }],
  ['Delete the old backups', [], 'delete_file', { path: 'backup-2019.tar' }],
  ['Remove user bob', [], 'remove_user', { username: 'bob', mode: 'permanent', reason: 'left' }],
  ['Remove user bob', ['bob U-77'], 'remove_user', { user_id: 'U-77' }],
  ['Cancel the order that Anna made', ['Anna, order ORD-9'], 'cancel_order', { order_id: 'ORD-9' }],
  ['Show the file a.txt', [], 'delete_file', { path: 'b.txt' }],
])('asked "%s" with results %j, %s with %o is for whom the user named', (task, results, tool, args) => {
  expect(judged(task, results, tool, args)).toEqual([])
})

/** How often calls in this order are a loop. */
function loops(calls: readonly (readonly [tool: string, args: JsonObject])[]): number {
  const behaviour = new Behaviour()
  return calls
    .flatMap(([tool, args]) =>
      behaviour.inspect({ session, id: '1' as ActId, kind: 'call', tool, arguments: args }, []),
    )
    .filter(({ fact }) => fact === 'behaviour.loop').length
}

const times = Array.from({ length: 30 }, (_, at) => at)

test('the same call again and again is a loop, alone or by turns with others', () => {
  expect(loops(times.map(() => ['bash', { command: 'npm test' }]))).toBe(1)
  expect(loops(times.map((at) => ['bash', { command: at % 2 === 0 ? 'npm test' : 'git status' }]))).toBe(2)
})

test('tests that are run after every edit are no loop', () => {
  const work = times.flatMap((at): [string, JsonObject][] => [
    ['edit_file', { path: 'a.ts', text: `line ${at}` }],
    ['bash', { command: 'npm test' }],
  ])
  expect(loops(work)).toBe(0)
})

test('the same payment is one, whatever comes in between', () => {
  const work = times.flatMap((at): [string, JsonObject][] => [
    ['get_balance', { day: at }],
    ['send_money', { to: 'acct', amount: 5 }],
  ])
  expect(loops(work)).toBe(1)
})

test.each([
  ['Send the offer to Karin, karin@hav.example.', { to: 'karin.ek@hav-ab.example' }, true],
  ['Send the offer to Karin, karin@hav.example.', { to: 'karin@hav.example', cc: 'anna@hav.example' }, false],
  ['Send the offer to karin@hav.example and to everyone in her team', { to: 'anna@hav.example' }, false],
  ['My address is me@hav.example. Mail the offer to Karin.', { to: 'karin.ek@hav-ab.example' }, false],
])('%s, reaching %j, is another than the user gave: %s', (task, args, isOther) => {
  const behaviour = new Behaviour()
  behaviour.noteTask({ kind: 'task', session: 's' as SessionId, text: task })
  const call = {
    kind: 'call',
    session: 's' as SessionId,
    id: '1' as ActId,
    tool: 'send_email',
    arguments: args,
  } as const
  const facts = behaviour.inspect(call, [], () => true).map(({ fact }) => fact)
  expect(facts).toEqual(isOther ? ['behaviour.other-target'] : [])
})

test.each([
  ['DE02120300000000202051', true],
  ['DE02 1203 0000 0000 2020 51', true],
  ['DE89370400440532013000', false],
])('told to pay DE89 3704 0044 0532 0130 00, paying %s is another account: %s', (iban, isOther) => {
  const behaviour = new Behaviour()
  const text = 'Pay the bonus of 2,000 EUR to Mira on DE89 3704 0044 0532 0130 00.'
  behaviour.noteTask({ kind: 'task', session: 's' as SessionId, text })
  const args = { recipient: 'Mira', iban, amount: 2000 }
  const call = {
    kind: 'call',
    session: 's' as SessionId,
    id: '1' as ActId,
    tool: 'transfer_money',
    arguments: args,
  } as const
  expect(behaviour.inspect(call, [], () => true).length > 0).toBe(isOther)
})

function session200(
  answer: (index: number) => string,
  args: (index: number) => JsonObject,
): readonly string[] {
  const behaviour = new Behaviour()
  const common = { session, id: '1' as ActId, tool: 'read_page' }
  return Array.from({ length: 200 }, (_, index) => index).flatMap((index) => {
    const found = behaviour.inspect({ ...common, kind: 'call', arguments: args(index) }, [])
    behaviour.inspect({ ...common, kind: 'result', call: '1' as ActId, text: answer(index) }, [])
    return found.map(({ fact }) => fact)
  })
}

test('waiting for an answer that changes is no loop; waiting for one that does not is asked about once', () => {
  expect(
    session200(
      (index) => `${index} % done`,
      () => ({ job: 5 }),
    ),
  ).toEqual([])
  expect(
    session200(
      () => 'pending',
      () => ({ job: 5 }),
    ),
  ).toEqual(['behaviour.loop'])
})

test('a tool that is refused eight times in a row is asked about each eighth time it is tried again', () => {
  const tried = (answer: (index: number) => string) => session200(answer, (index) => ({ path: `p${index}` }))
  expect(tried(() => '403 Forbidden')).toEqual(Array.from({ length: 24 }, () => 'behaviour.retries'))
  expect(tried((index) => (index % 8 === 7 ? 'Welcome' : 'Error: invalid credentials'))).toEqual([])
  expect(
    tried(
      (index) => `Lesson ${index}. A server says 403 Forbidden to strangers. ${'And so on. '.repeat(100)}`,
    ),
  ).toEqual([])
})
