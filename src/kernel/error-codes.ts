/** Every stable error code, sorted. docs/reference/errors.md says what each means; a test compares the two. */
export const errorCodes = [
  'input-encoding',
  'input-format-unknown',
  'input-is-directory',
  'input-not-found',
  'input-unreadable',
  'policy-invalid',
  'policy-not-found',
  'usage',
] as const

export type ErrorCode = (typeof errorCodes)[number]
