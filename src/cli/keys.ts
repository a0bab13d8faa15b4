import { keyScopes } from '../config/identity-section.ts'
import { digestKey, keyName } from '../gate/identify/key-ring.ts'
import { GateError } from '../kernel/gate-error.ts'
import { KeyStore, newKey, type StoredKey } from '../store/embedded/key-store.ts'
import { openSecret } from '../store/embedded/secret.ts'
import type { Command, ExitCode } from './command.ts'
import { durationOption, listOption, neededOption, storeOptions, textOption } from './store-option.ts'
import { answer, answerList, neededSubject, runVerb, type StoreWork } from './verbs.ts'

const OVERLAP_MS = 86_400_000

export const keys: Command = {
  usage: 'create|list|revoke|rotate [ID]',
  description: `Keys of the callers of the model doors. A key is shown once, when it is made; only its digest is kept. A
running gate notices within a second.

create makes one, list shows all, revoke ends one at once, rotate makes a successor and lets the old key
live on for a while (--overlap, 24 hours unless said).`,
  options: {
    account: { type: 'string', value: 'ACCOUNT', summary: 'whose key it is' },
    tenant: {
      type: 'string',
      value: 'TENANT',
      summary: 'the tenant the account belongs to (default: default)',
    },
    plan: { type: 'string', value: 'PLAN', summary: "the account's plan" },
    labels: { type: 'string', value: 'A,B', summary: 'labels that data rules refer to' },
    models: { type: 'string', value: 'GLOB,…', summary: 'models the key may ask for (default: all)' },
    scopes: {
      type: 'string',
      value: 'A,B',
      summary: `what it may be used for: ${keyScopes.join(', ')} (default: all)`,
    },
    expires: { type: 'string', value: 'TIME', summary: 'end of the key from now: 30m, 24h, 7d' },
    overlap: { type: 'string', value: 'TIME', summary: 'with rotate: how long the old key still works' },
    json: { type: 'boolean', summary: 'JSON on standard output' },
    ...storeOptions,
  },
  examples: [
    ['portcullis keys create --account acct-7 --expires 90d', 'make a key and show it once'],
    ['portcullis keys rotate k_3fQ8vZ1cM0aB --overlap 1h', 'replace a key without a gap'],
  ],
  wordsMax: 2,
  run: (words, options, console) =>
    runVerb(
      {
        create: { run: create, mayMakeStore: true },
        list: { run: list },
        revoke: { run: revoke },
        rotate: { run: rotate },
      },
      words,
      options,
      console,
    ),
}

function create(work: StoreWork): ExitCode {
  const { options, console } = work
  const models = listOption(options, 'models')
  const scopes = listOption(options, 'scopes')
  const unknown = scopes.find((scope) => !keyScopes.some((known) => known === scope))
  if (unknown !== undefined)
    throw new GateError('usage', `There is no scope ${unknown}; there are ${keyScopes.join(', ')}.`)
  const lifeMs = durationOption(options, 'expires')
  const now = console.now()
  return show(
    work,
    ...add(work, {
      tenant: textOption(options, 'tenant') ?? 'default',
      account: neededOption(options, 'account', 'whose key it is'),
      plan: textOption(options, 'plan'),
      labels: listOption(options, 'labels'),
      models: models.length === 0 ? ['*'] : models,
      scopes: scopes.length === 0 ? undefined : scopes,
      created: now,
      expires: lifeMs === undefined ? undefined : now + lifeMs,
      revoked: undefined,
    }),
  )
}

function add(
  { store, state }: StoreWork,
  owner: Omit<StoredKey, 'id' | 'digest'>,
): readonly [key: string, stored: StoredKey] {
  const key = newKey()
  const digest = digestKey(openSecret(store), key)
  const stored = { ...owner, id: keyName(digest), digest }
  new KeyStore(state).add(stored)
  return [key, stored]
}

function rotate(work: StoreWork, id: string | undefined): ExitCode {
  const { state, options, console } = work
  const keyStore = new KeyStore(state)
  const old = found(keyStore, id)
  if (old.revoked !== undefined)
    throw new GateError('usage', `${old.id} was revoked; make a new key instead.`)
  const now = console.now()
  const lifeMs = durationOption(options, 'expires')
  const { id: _, digest: __, ...owner } = old
  const made = add(work, {
    ...owner,
    created: now,
    expires: lifeMs === undefined ? undefined : now + lifeMs,
  })
  keyStore.expire(old.id, now + (durationOption(options, 'overlap') ?? OVERLAP_MS))
  return show(work, ...made)
}

function revoke(work: StoreWork, id: string | undefined): ExitCode {
  const keyStore = new KeyStore(work.state)
  const key = found(keyStore, id)
  const isNew = keyStore.revoke(key.id, work.console.now())
  const said = isNew ? `${key.id} is revoked.` : `${key.id} was revoked before.`
  return answer(work, { id: key.id, state: 'revoked', isNew }, said)
}

function list(work: StoreWork): ExitCode {
  const now = work.console.now()
  const all = new KeyStore(work.state)
    .list()
    .map(({ digest: _, ...key }) => ({ ...key, state: stateOf(key, now) }))
  return answerList(
    work,
    all,
    ({ id, account, tenant, created, state, expires }) => {
      // After a rotation two keys of an account are valid: only this tells which of them goes on.
      const end = state === 'valid' && expires !== undefined ? ` until ${day(expires)}` : ''
      return `${id}  ${state.padEnd(7)}  ${day(created)}${end}  ${account} (${tenant})`
    },
    'There are no keys in this store yet: `portcullis keys create --account NAME` makes one.',
  )
}

function stateOf({ revoked, expires }: Pick<StoredKey, 'revoked' | 'expires'>, now: number): string {
  if (revoked !== undefined) return 'revoked'
  return expires !== undefined && expires <= now ? 'expired' : 'valid'
}

function show({ options, console }: StoreWork, key: string, stored: StoredKey): ExitCode {
  const { digest: _, ...rest } = stored
  if (options.json) console.stdout.write(`${JSON.stringify({ key, ...rest })}\n`)
  else {
    console.stdout.write(`${key}\n`)
    console.stderr.write(`${stored.id} for ${stored.account}. The key is not shown again.\n`)
  }
  return 0
}

function found(keyStore: KeyStore, id: string | undefined): StoredKey {
  const named = neededSubject(id, 'key', 'keys list')
  const key = keyStore.find(named)
  if (key === undefined)
    throw new GateError('usage', `There is no key ${named}. \`portcullis keys list\` shows them.`)
  return key
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
