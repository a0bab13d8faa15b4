// What is asked for by a path alone: lists and models, and the answers that a vendor keeps.
import { type Endpoint, isKept } from '../gate/exchange-act.ts'
import { type ExchangeFields, modelAsked } from './model-door.ts'
import type { RelayResult } from './upstream/relay-request.ts'

const nothing: ExchangeFields = {
  model: '',
  isStream: false,
  system: undefined,
  prompt: undefined,
  maxTokens: undefined,
  temperature: undefined,
  n: undefined,
  opening: undefined,
  // Whether it has to be data is said in the kept answer itself.
  isProse: true,
  reasoningSignatures: [],
  references: [],
}

/** Nothing where the body says what is asked for. */
export function pathFields(endpoint: Endpoint, url: string): ExchangeFields | undefined {
  if (endpoint === 'models') return { ...nothing, model: modelAsked(url) }
  return isKept(endpoint) ? nothing : undefined
}

const KEPT = /^\/v1\/responses\/([\w-]{1,256})(\/cancel|\/input_items)?$/
const keptBy: Readonly<Record<string, Endpoint>> = {
  'GET ': 'responses.read',
  'GET /input_items': 'responses.items',
  'POST /cancel': 'responses.cancel',
  'DELETE ': 'responses.delete',
}

/** What is done with a kept answer; the id is the vendor's and nothing but letters, digits and dashes. */
export function keptEndpoint(method: string, path: string): Endpoint | undefined {
  const [, id, part = ''] = path.startsWith('/v1/responses/') ? (KEPT.exec(path) ?? []) : []
  return id === undefined ? undefined : keptBy[`${method} ${part}`]
}

const OWN_ID = /"id"\s*:\s*"([^"\\]+)"/

/** The id under which a response is kept: it says that before it repeats anything of the request. */
export function responseId({ status, answer }: Pick<RelayResult, 'status' | 'answer'>): string | undefined {
  return status === 200 && answer !== undefined
    ? OWN_ID.exec(answer.head().toString('latin1'))?.[1]
    : undefined
}

/** The id of the kept answer that is asked for. */
export function keptId(endpoint: Endpoint, url: string): string | undefined {
  return isKept(endpoint) ? KEPT.exec(url.replace(/\?.*/s, ''))?.[1] : undefined
}
