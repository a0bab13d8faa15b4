/** Every stable error code, sorted. docs/reference/errors.md says what each means; a test compares the two. */
export const errorCodes = [
  'config-invalid',
  'config-unreadable',
  'import-interrupted',
  'import-key-changed',
  'input-changed',
  'input-encoding',
  'input-format-unknown',
  'input-is-directory',
  'input-not-found',
  'input-rejected',
  'input-unreadable',
  'ledger-broken',
  'ledger-busy',
  'ledger-full',
  'listen-failed',
  'policy-invalid',
  'policy-not-found',
  'sketch-failed',
  'state-unusable',
  'store-locked',
  'store-unusable',
  'usage',
] as const

export type ErrorCode = (typeof errorCodes)[number]
