/** Where something stands in a module: lines and columns count from 1, as TLC prints them. */
export type Place = {
  readonly module: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** The specification, its configuration or its evaluation is at fault: shown to the author, never a crash of ours. */
export class TlaFailure extends Error {
  place: Place | undefined

  constructor(message: string, place?: Place) {
    super(message)
    this.name = 'TlaFailure'
    this.place = place
  }
}

/** A limit the caller set (states, memory) was reached: the answer is unknown, not wrong. */
export class LimitReached extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'LimitReached'
  }
}

export function describePlace(place: Place): string {
  return `${place.module}.tla:${place.line}:${place.column}`
}
