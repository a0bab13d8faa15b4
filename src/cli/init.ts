import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { STORE_DEFAULT } from '../config/schema.ts'
import { digestKey, keyName } from '../gate/identify/key-ring.ts'
import { GateError } from '../kernel/gate-error.ts'
import { KeyStore, newKey } from '../store/embedded/key-store.ts'
import { openSecret } from '../store/embedded/secret.ts'
import { openState } from '../store/embedded/state.ts'
import type { Command, Console } from './command.ts'
import { firstConfig, vendors } from './first-config.ts'
import { findLocalServers, type LocalServer } from './local-servers.ts'
import { screenOf } from './render/screen.ts'
import { wrapped } from './render/visible.ts'
import { textOption } from './store-option.ts'

const OWNER_ONLY = 0o600
const PORTS = [8080, 8090, 8180, 8280] as const

export const init: Command = {
  usage: '[--config FILE] [--account ACCOUNT]',
  description:
    'Writes a first, commented configuration in observe mode: it looks for model servers on this machine and for\nvendor keys in the environment (which it refers to and never copies), chooses free ports and makes one key, shown\nonce. An existing file is never overwritten.',
  options: {
    config: { type: 'string', value: 'FILE', summary: 'where to write (default: portcullis.yaml)' },
    account: { type: 'string', value: 'ACCOUNT', summary: 'whose the first key is (default: first)' },
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
  },
  examples: [
    ['portcullis init && portcullis up', 'from nothing to a running gate'],
    ['OPENAI_API_KEY=… portcullis init', 'with a vendor behind it'],
  ],
  wordsMax: 0,
  run: async (_positionals, options, console) => {
    const file = resolve(console.cwd, textOption(options, 'config') ?? 'portcullis.yaml')
    if (existsSync(file)) throw new GateError('usage', `${file} is there already; it is not overwritten.`)
    const listen = await freePort(PORTS)
    const consolePort = await freePort(PORTS.map((port) => port + 1).filter((port) => port !== listen))
    const servers = await findLocalServers(new Set([listen, consolePort]))
    const found = vendors.filter(({ variable }) => Boolean(console.env[variable]))
    writeFileSync(file, firstConfig({ listen, console: consolePort, servers, vendors: found }), {
      mode: OWNER_ONLY,
      flag: 'wx',
    })
    const account = textOption(options, 'account') ?? 'first'
    const key = firstKey(resolve(dirname(file), STORE_DEFAULT), account, console.now())
    const result = {
      file,
      listen: `127.0.0.1:${listen}`,
      upstreams: [...servers.map(({ name }) => name), ...found.map(({ name }) => name)],
      account,
      key,
    }
    console.stdout.write(options.json ? `${JSON.stringify(result)}\n` : story(result, servers, console))
    return 0
  },
}

function story(
  result: {
    readonly file: string
    readonly listen: string
    readonly upstreams: readonly string[]
    readonly key: string
  },
  servers: readonly LocalServer[],
  console: Console,
): string {
  const behind =
    result.upstreams.length > 0
      ? `Behind it: ${result.upstreams.join(', ')}.`
      : 'Nothing to stand in front of was found: no model server on this machine and no vendor key in the environment. The file has an upstream to fill in.'
  const local = servers.map(
    ({ name, models }) => `  ${name}: ${models.slice(0, 5).join(', ') || 'no models'}`,
  )
  const { columns } = screenOf(console)
  return `${[
    `${result.file} is written.`,
    ...wrapped(`It starts in observe mode: everything is recorded, nothing is held up. ${behind}`, columns),
    ...local,
    '',
    `A first key, shown only now:\n  ${result.key}`,
    '',
    'Next:',
    `  portcullis up${console.cwd === dirname(result.file) ? '' : ` --config ${result.file}`}`,
    `  OPENAI_BASE_URL=http://${result.listen}/v1 OPENAI_API_KEY=${result.key.slice(0, 6)}… your-program`,
  ].join('\n')}\n`
}

function firstKey(store: string, account: string, now: number): string {
  const key = newKey()
  using database = openState(store)
  const digest = digestKey(openSecret(store), key)
  const owner = { tenant: 'default', account, plan: undefined, labels: [], models: ['*'] }
  const life = { created: now, expires: undefined, revoked: undefined }
  new KeyStore(database).add({ ...owner, ...life, id: keyName(digest), digest })
  return key
}

async function freePort(ports: readonly number[]): Promise<number> {
  for (const port of ports) if (await isFree(port)) return port
  return ports[0] ?? 0
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const { promise, resolve: answer } = Promise.withResolvers<boolean>()
  server.once('error', () => answer(false))
  server.listen(port, '127.0.0.1', () => server.close(() => answer(true)))
  return await promise
}
