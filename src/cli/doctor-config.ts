// What of a configuration only shows once it is used: whether its upstreams answer and take their keys, and whether anybody
// could ask. One request for the list of models goes to each upstream.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config, UpstreamConfig } from '../config/config.ts'
import { loadConfig } from '../config/read-config.ts'
import { anthropic } from '../doors/anthropic/anthropic.ts'
import { asRecord, listOf } from '../doors/json-fields.ts'
import { openai } from '../doors/openai/openai.ts'
import { SentHeaders } from '../doors/upstream/sent-headers.ts'
import { Upstream } from '../doors/upstream/upstream.ts'
import { isGuessableKey } from '../gate/identify/key-ring.ts'
import { GateError } from '../kernel/gate-error.ts'
import { KeyStore } from '../store/embedded/key-store.ts'
import { openState } from '../store/embedded/state.ts'
import type { Console } from './command.ts'
import type { Check } from './doctor.ts'

const ANSWER_MS = 5_000
const LIST_BYTES_MAX = 4 * 1024 * 1024
const DEFAULT_FILE = 'portcullis.yaml'

/** Nothing where there is no configuration and none was named. */
export async function configChecks(
  named: unknown,
  { cwd, env, now }: Pick<Console, 'cwd' | 'env' | 'now'>,
): Promise<readonly Check[]> {
  const file = resolve(cwd, typeof named === 'string' ? named : DEFAULT_FILE)
  if (typeof named !== 'string' && !existsSync(file)) return []
  let config: Config
  try {
    config = loadConfig(file, env)
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    const [first = '', ...others] = error.message.split('\n')
    const more = others.length === 0 ? '' : `, and ${others.length} more`
    return [{ ...needed('config'), detail: `${first}${more}`, advice: 'mend it: `portcullis up` refuses it' }]
  }
  return [
    { ...needed('config'), state: 'present', detail: file },
    ...keyChecks(config, now()),
    ...localChecks(config),
    ...(await Promise.all(config.upstreams.map(upstreamCheck))),
  ]
}

function needed(name: string): Omit<Check, 'detail'> {
  return { name, state: 'missing', isNeeded: true, advice: '' }
}

function keyChecks({ keys, identity, store }: Config, now: number): readonly Check[] {
  const check = { name: 'keys', isNeeded: false } as const
  const stored = existsSync(resolve(store, 'state.db')) ? storedKeys(store, now) : 0
  const weak = keys.filter(({ key }) => isGuessableKey(key)).map(({ account }) => account)
  if (keys.length + stored + identity.issuers.length === 0)
    return [
      {
        ...check,
        state: 'missing',
        detail: 'none',
        advice: 'nobody can ask yet: `portcullis keys create --account NAME`',
      },
    ]
  const detail = `${keys.length} in the file, ${stored} stored, ${identity.issuers.length} issuers`
  if (weak.length === 0) return [{ ...check, state: 'present', detail, advice: '' }]
  const advice = 'can be found by trying: `portcullis keys create` makes keys that cannot'
  return [{ ...check, state: 'missing', detail: `short ones, of ${weak.slice(0, 3).join(', ')}`, advice }]
}

function storedKeys(store: string, now: number): number {
  const state = openState(store)
  try {
    const isGood = (expires: number | undefined) => expires === undefined || expires > now
    return new KeyStore(state)
      .list()
      .filter(({ expires, revoked }) => revoked === undefined && isGood(expires)).length
  } finally {
    state.close()
  }
}

function localChecks({ data, upstreams }: Config): readonly Check[] {
  if (data.length === 0 || upstreams.some(({ local }) => local)) return []
  const advice = 'what has to stay local is refused: mark upstreams that may have it `local: true`'
  return [{ name: 'data', state: 'missing', isNeeded: false, detail: 'no upstream is local', advice }]
}

async function upstreamCheck(config: UpstreamConfig): Promise<Check> {
  const check = { name: config.name, isNeeded: false } as const
  const missing = (detail: string, advice: string): Check => ({ ...check, state: 'missing', detail, advice })
  const upstream = new Upstream({
    ...config,
    firstByteMs: ANSWER_MS,
    idleMs: ANSWER_MS,
    connectMs: ANSWER_MS,
    digests: {},
  })
  try {
    const { status, body } = await models(upstream)
    const said = `${config.url.href} answers ${status}`
    if (status === 401 || status === 403)
      return missing(
        said,
        config.key === undefined ? 'it wants a key: say it in `key`' : 'it does not take this key',
      )
    if (status >= 300 && status < 400)
      return missing(said, 'it sends its clients elsewhere: correct its `url`')
    if (status >= 500) return missing(said, 'it is there and does not work')
    const count = status === 200 ? countOf(body) : undefined
    const detail =
      count === undefined
        ? `${said}: no list of models, which not every server has`
        : `${said}, ${count} models`
    return { ...check, state: 'present', detail, advice: '' }
  } catch (error) {
    const { code, message } =
      error instanceof Error ? (error as NodeJS.ErrnoException) : { code: '', message: '' }
    return missing(
      `${config.url.href}: ${code ?? message}`,
      'it does not answer: is it up, and is its `url` right?',
    )
  } finally {
    upstream.destroy()
  }
}

type Listed = { readonly status: number; readonly body: string }

async function models(upstream: Upstream): Promise<Listed> {
  const door = upstream.protocol === 'anthropic' ? anthropic : openai
  const own = upstream.key === undefined ? [] : door.putKey(upstream.key)
  const version = upstream.protocol === 'anthropic' ? ['anthropic-version', '2023-06-01'] : []
  const headers = new SentHeaders([
    'accept',
    'application/json',
    'accept-encoding',
    'identity',
    ...version,
    ...own,
  ])
  const { promise, resolve: found, reject } = Promise.withResolvers<Listed>()
  const chunks: Buffer[] = []
  let status = 0
  let bytes = 0
  const asked = upstream.send(
    { method: 'GET', path: '/v1/models', headers, body: null },
    {
      onHead: (given) => {
        status = given
      },
      onData: (chunk) => {
        bytes += chunk.length
        if (bytes > LIST_BYTES_MAX) asked.abort(new Error('a list without end'))
        else chunks.push(chunk)
      },
      onEnd: () => found({ status, body: Buffer.concat(chunks).toString('utf8') }),
      onError: reject,
    },
  )
  return await promise
}

function countOf(body: string): number | undefined {
  try {
    const list = asRecord(JSON.parse(body))?.data
    return Array.isArray(list) ? listOf(list).length : undefined
  } catch {
    return undefined
  }
}
