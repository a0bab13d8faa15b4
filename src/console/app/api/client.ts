import { signal } from '@preact/signals'

/** A request that was not done, in words for a person. */
export class ApiFailure extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** True once the API said that nobody is signed in. */
export const isSignedOut = signal(false)

const BASE = '/api'
let csrf: string | undefined

/** Proof that a change comes from this page; the server hands it out with who one is. */
export function useCsrf(token: string | undefined): void {
  csrf = token
}

export function apiUrl(path: string): string {
  return `${BASE}/${path}`
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask('GET', path, undefined, signal)) as T
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return (await ask('POST', path, body)) as T
}

export async function remove<T>(path: string): Promise<T> {
  return (await ask('DELETE', path, undefined)) as T
}

async function ask(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(apiUrl(path), {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' || csrf === undefined ? {} : { 'x-portcullis-csrf': csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiFailure(
      0,
      'unreachable',
      'The gate does not answer. It may have stopped, or the network is gone.',
    )
  }
  if (response.status === 204) return undefined
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer
  if (response.status === 401 && path !== 'session') isSignedOut.value = true
  throw failureOf(response.status, answer)
}

function failureOf(status: number, answer: unknown): ApiFailure {
  const [code, detail, title] = [field(answer, 'code'), field(answer, 'detail'), field(answer, 'title')]
  const fields = field(answer, 'fields')
  const which = Array.isArray(fields)
    ? fields.map((one: unknown) => `${String(field(one, 'field'))}: ${String(field(one, 'problem'))}`)
    : []
  const said = [detail, title].find((text) => typeof text === 'string' && text !== '')
  const message = typeof said === 'string' ? said : `The gate answered ${status}.`
  return new ApiFailure(
    status,
    typeof code === 'string' ? code : `http-${status}`,
    which.length > 0 ? `${message} ${which.join('; ')}` : message,
  )
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
