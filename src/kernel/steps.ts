/** Work that may be put down between two steps. Whoever cannot wait takes all of them at once. */
export type Steps<Result> = Generator<undefined, Result, undefined>

export function drained<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
