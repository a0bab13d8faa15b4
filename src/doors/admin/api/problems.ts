import type { Problem } from './shapes/common.ts'

/** What the API says no with. The code is stable; the address of each is its line in docs/admin-api.md. */
export const problems = {
  'sign-in-needed': [401, 'Sign in first'],
  'sign-in-wrong': [401, 'Name or secret is wrong'],
  'role-too-low': [403, 'Your role does not allow this'],
  'all-tenants-only': [403, 'This is for users of all tenants'],
  'other-host': [403, 'Ask by the address of this machine'],
  'cross-site': [403, 'The request does not come from the console'],
  'second-person-needed': [403, 'Somebody else has to approve this'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'Not with this method'],
  'state-conflict': [409, 'It is no longer in the state this needs'],
  'body-too-large': [413, 'The request is too large'],
  'media-type': [415, 'Send application/json'],
  'fields-wrong': [422, 'Some fields do not fit'],
  'too-many-tries': [429, 'Too many tries'],
  'not-available': [501, 'This deployment cannot do that'],
  'gate-failed': [500, 'The gate failed'],
  'ledger-full': [503, 'The ledger cannot be written'],
} as const

export type ProblemCode = keyof typeof problems

/** Thrown by handlers, sent as application/problem+json (RFC 9457). */
export class ApiProblem extends Error {
  readonly code: ProblemCode
  readonly more: Partial<Pick<Problem, 'fields' | 'retryAfterSeconds'>>

  constructor(
    code: ProblemCode,
    detail: string,
    more: Partial<Pick<Problem, 'fields' | 'retryAfterSeconds'>> = {},
  ) {
    super(detail)
    this.name = 'ApiProblem'
    this.code = code
    this.more = more
  }

  get status(): number {
    return problems[this.code][0]
  }

  body(): Problem {
    const [status, title] = problems[this.code]
    return {
      type: `https://portcullis.dev/problems/${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...this.more,
    }
  }
}

export function notFound(what: string): ApiProblem {
  return new ApiProblem('not-found', `There is no ${what}.`)
}
