import { text as readAll } from 'node:stream/consumers'
import * as v from 'valibot'
import { role as roleSchema, roles } from '../doors/admin/api/shapes/common.ts'
import { hashPassword } from '../doors/admin/people/passwords.ts'
import { type StoredUser, UserStore } from '../doors/admin/people/user-store.ts'
import { GateError } from '../kernel/gate-error.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { storeOptions, textOption } from './store-option.ts'
import { answer, answerList, neededSubject, runVerb, type StoreWork } from './verbs.ts'

const PASSWORD_MIN = 12

export const users: Command = {
  usage: 'add|list|change|disable [NAME]',
  description: `Who may use the console, and with which role: viewer, analyst, operator or owner. The first user of a
console without a consoleToken must be an owner: from then on nobody comes in without a password. The
password is read from standard input, one line. A change ends the sessions of whom it concerns.`,
  options: {
    role: { type: 'string', value: 'ROLE', summary: `${roles.join(', ')} (default: viewer)` },
    tenant: { type: 'string', value: 'TENANT', summary: 'sees the acts of this tenant only' },
    password: { type: 'boolean', summary: 'with change: read a new password from standard input' },
    json: { type: 'boolean', summary: 'JSON on standard output' },
    ...storeOptions,
  },
  examples: [
    ['portcullis users add ann --role owner < password.txt', 'the first owner'],
    ['portcullis users list', 'who may come in'],
    ['portcullis users disable bruno', 'end what bruno may do, now'],
  ],
  wordsMax: 2,
  run: (words, options, console) =>
    runVerb(
      {
        add: { run: add, mayMakeStore: true },
        list: { run: list },
        change: { run: change },
        disable: { run: disable },
      },
      words,
      options,
      console,
    ),
}

async function add(work: StoreWork, name: string | undefined): Promise<ExitCode> {
  const { state, options, console } = work
  if (name === undefined) throw new GateError('usage', 'Say the name of the user.')
  const role = roleOf(options) ?? 'viewer'
  const tenant = textOption(options, 'tenant') ?? null
  if (role === 'owner' && tenant !== null) throw new GateError('usage', 'An owner is of all tenants.')
  const password = await hashPassword(await passwordFrom(console))
  const id = new UserStore(state).add({
    name,
    role,
    tenant,
    via: 'password',
    password,
    created: console.now(),
  })
  if (id === undefined)
    throw new GateError('usage', `There is a user ${name}. \`users change\` changes them.`)
  return answer(work, { id, name, role, tenant }, `${name} is ${role}.`)
}

async function change(work: StoreWork, name: string | undefined): Promise<ExitCode> {
  const { state, options, console } = work
  const store = new UserStore(state)
  const user = found(store, name)
  const tenant = textOption(options, 'tenant')
  const password = options.password === true ? await hashPassword(await passwordFrom(console)) : user.password
  const changed = {
    ...user,
    role: roleOf(options) ?? user.role,
    tenant: tenant ?? user.tenant,
    password,
    isDisabled: false,
  }
  refuseWithoutOwner(store, changed)
  store.change(changed)
  return answer(work, shown(changed), `${changed.name} is ${changed.role} and has to sign in again.`)
}

function disable(work: StoreWork, name: string | undefined): ExitCode {
  const store = new UserStore(work.state)
  const user = { ...found(store, name), isDisabled: true }
  refuseWithoutOwner(store, user)
  store.change(user)
  return answer(work, shown(user), `${user.name} cannot come in any more.`)
}

function list(work: StoreWork): ExitCode {
  return answerList(
    work,
    new UserStore(work.state).list().map(shown),
    ({ name, role, tenant, isDisabled }) =>
      `${name}  ${role}${tenant === null ? '' : ` of ${tenant}`}${isDisabled ? '  disabled' : ''}`,
    'There are no users yet: `portcullis users add NAME --role owner` makes the first.',
  )
}

function shown({ password: _, ...user }: StoredUser): Omit<StoredUser, 'password'> {
  return user
}

/** Somebody must be left who can change who may come in. */
function refuseWithoutOwner(store: UserStore, changed: StoredUser): void {
  const after = store.list().map((user) => (user.id === changed.id ? changed : user))
  const had = store.list().some(isOwner)
  if (had && !after.some(isOwner))
    throw new GateError('usage', `${changed.name} is the last owner: make another one first.`)
}

function isOwner({ role, isDisabled }: StoredUser): boolean {
  return role === 'owner' && !isDisabled
}

function found(store: UserStore, name: string | undefined): StoredUser {
  const wanted = neededSubject(name, 'user', 'users list')
  const user = store.named(wanted)
  if (user === undefined)
    throw new GateError('usage', `There is no user ${wanted}. \`portcullis users list\` shows them.`)
  return user
}

function roleOf(options: ParsedOptions): StoredUser['role'] | undefined {
  const given = textOption(options, 'role')
  if (given === undefined) return undefined
  const role = v.safeParse(roleSchema, given)
  if (!role.success) throw new GateError('usage', `There is no role ${given}; there are ${roles.join(', ')}.`)
  return role.output
}

async function passwordFrom({ stdin }: Console): Promise<string> {
  const password = (await readAll(stdin)).split(/\r?\n/)[0] ?? ''
  if (password.length < PASSWORD_MIN)
    throw new GateError(
      'usage',
      `A password has at least ${PASSWORD_MIN} characters; give it on standard input.`,
    )
  return password
}
