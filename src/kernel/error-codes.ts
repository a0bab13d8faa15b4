/** Every stable error code, sorted. docs/reference/errors.md says what each means; a test compares the two. */
export const errorCodes = [
  'config-invalid',
  'config-unreadable',
  'input-encoding',
  'input-format-unknown',
  'input-is-directory',
  'input-not-found',
  'input-unreadable',
  'ledger-broken',
  'ledger-busy',
  'ledger-full',
  'listen-failed',
  'policy-invalid',
  'policy-not-found',
  'sketch-failed',
  'state-unusable',
  'usage',
] as const

export type ErrorCode = (typeof errorCodes)[number]
