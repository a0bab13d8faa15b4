/** Ends a `switch` over a union: adding a case breaks the build, and a value from outside the type throws. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`)
}
