/** Every stable error code, sorted. docs/reference/errors.md says what each means; a test compares the two. */
export const errorCodes = ['usage'] as const

export type ErrorCode = (typeof errorCodes)[number]
