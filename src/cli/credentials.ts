import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { type KeySource, loadKeySource, readKey } from '../config/credentials-key.ts'
import { placeholderOf } from '../gate/enforce/broker.ts'
import { Vault } from '../gate/enforce/vault.ts'
import { GateError } from '../kernel/gate-error.ts'
import { CredentialStore, type StoredCredential } from '../store/embedded/credential-store.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { moment } from './render/figures.ts'
import { listOption, storeOptions, textOption } from './store-option.ts'
import { answer, answerList, neededSubject, runVerb, type StoreWork } from './verbs.ts'

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/
/** A shorter value would be found in ordinary text and cut out of it. */
const VALUE_CHARACTERS_MIN = 8
const VALUE_CHARACTERS_MAX = 65_536

export const credentials: Command = {
  usage: 'add|list|rotate|remove [NAME]',
  description: `Credentials that agents use and never see. An agent holds the placeholder that add prints; the gate puts
the real value in when an allowed act leaves, for the tools, places and agents named, and takes it out
of every answer.

add and rotate read the value from standard input. Values are sealed with AES-256-GCM; the key is what
agents.credentials in the configuration names (file, value or command), or --key-file. A running gate
notices within a second.`,
  options: {
    tools: { type: 'string', value: 'GLOB,…', summary: 'with add: tools it may be used with (default: all)' },
    destinations: { type: 'string', value: 'GLOB,…', summary: 'with add: hosts it may go to; needed' },
    agents: { type: 'string', value: 'GLOB,…', summary: 'with add: agents that may use it (default: all)' },
    'key-file': { type: 'string', value: 'FILE', summary: 'the key, 32 bytes in base64 or hexadecimal' },
    json: { type: 'boolean', summary: 'JSON on standard output' },
    ...storeOptions,
  },
  examples: [
    [
      'portcullis credentials add github --destinations api.github.com --tools "create_*" < token.txt',
      'keep a token and print its placeholder',
    ],
    ['portcullis credentials rotate github < new-token.txt', 'another value under the same placeholder'],
  ],
  wordsMax: 2,
  run: (words, options, console) =>
    runVerb(
      {
        add: { run: add, mayMakeStore: true },
        list: { run: list },
        rotate: { run: rotate },
        remove: { run: remove },
      },
      words,
      options,
      console,
    ),
}

async function add({ state, options, console }: StoreWork, name: string | undefined): Promise<ExitCode> {
  if (name === undefined || !NAME.test(name))
    throw new GateError('usage', 'A name is lower-case letters, digits, dashes and underscores.')
  const destinations = listOption(options, 'destinations')
  if (destinations.length === 0)
    throw new GateError('usage', '--destinations is needed: the hosts it may go to, or "*" for any.')
  const vault = vaultOf(options, console)
  const scope = { name, tools: orAll(options, 'tools'), destinations, agents: orAll(options, 'agents') }
  const sealed = vault.seal(await valueFrom(console), scope)
  const made: StoredCredential = {
    ...{ ...scope, sealed, keyId: vault.keyId, created: console.now(), rotated: undefined },
  }
  if (!new CredentialStore(state).add(made))
    throw new GateError('usage', `There is a credential ${name}; rotate it or remove it.`)
  if (options.json) console.stdout.write(`${JSON.stringify(described(made))}\n`)
  else {
    console.stdout.write(`${placeholderOf(name)}\n`)
    console.stderr.write(`Give the agent this placeholder; it goes to ${destinations.join(', ')} only.\n`)
  }
  return 0
}

async function rotate(work: StoreWork, name: string | undefined): Promise<ExitCode> {
  const { state, options, console } = work
  const store = new CredentialStore(state)
  const old = found(store, name)
  const vault = vaultOf(options, console)
  const rotated = console.now()
  store.reseal(old.name, vault.seal(await valueFrom(console), old), vault.keyId, rotated)
  return answer(work, described({ ...old, rotated }), `${old.name} has a new value; its placeholder stays.`)
}

function list(work: StoreWork): ExitCode {
  return answerList(
    work,
    new CredentialStore(work.state).list().map(described),
    ({ name, placeholder, tools, destinations, agents, created, rotated }) => {
      const age = rotated === undefined ? `since ${moment(created)}` : `rotated ${moment(rotated)}`
      return `${name}  ${placeholder}\n  tools ${tools.join(', ')}; to ${destinations.join(', ')}; agents ${agents.join(', ')}; ${age}`
    },
    'There are no credentials yet: `portcullis credentials add NAME --destinations HOST` keeps one.',
  )
}

function remove(work: StoreWork, subject: string | undefined): ExitCode {
  const store = new CredentialStore(work.state)
  const { name } = found(store, subject)
  store.remove(name)
  return answer(work, { name, isRemoved: true }, `${name} is removed. Revoke it where it was issued, too.`)
}

function described({ sealed: _, ...rest }: StoredCredential) {
  return { ...rest, placeholder: placeholderOf(rest.name) }
}

function found(store: CredentialStore, name: string | undefined): StoredCredential {
  const wanted = neededSubject(name, 'credential', 'credentials list')
  const credential = store.find(wanted)
  if (credential === undefined)
    throw new GateError(
      'usage',
      `There is no credential ${wanted}. \`portcullis credentials list\` shows them.`,
    )
  return credential
}

async function valueFrom(console: Console): Promise<string> {
  const value = (await readAll(console.stdin)).replace(/\r?\n$/, '')
  if (value.length < VALUE_CHARACTERS_MIN || value.length > VALUE_CHARACTERS_MAX)
    throw new GateError(
      'usage',
      `The value on standard input must be ${VALUE_CHARACTERS_MIN} characters or more.`,
    )
  return value
}

export function vaultOf(options: ParsedOptions, console: Console): Vault {
  const source = sourceOf(options, console)
  if (source === undefined)
    throw new GateError(
      'credentials-key',
      'Say where the key is: agents.credentials in the configuration, or --key-file.',
    )
  return new Vault(readKey(source))
}

function sourceOf(options: ParsedOptions, console: Console): KeySource | undefined {
  const file = textOption(options, 'key-file')
  if (file !== undefined) return { kind: 'file', path: resolve(console.cwd, file) }
  const config = resolve(console.cwd, textOption(options, 'config') ?? 'portcullis.yaml')
  return existsSync(config) ? loadKeySource(config, console.env) : undefined
}

function orAll(options: ParsedOptions, name: string): readonly string[] {
  const written = listOption(options, name)
  return written.length === 0 ? ['*'] : written
}
