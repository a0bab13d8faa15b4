/** Why a line, a record or the rest of an input was not taken. docs/intake.md says what each means. */
export const rejectionReasons = [
  'batch-response-missing',
  'csv-malformed',
  'duplicate-id',
  'field-missing',
  'field-out-of-range',
  'field-too-long',
  'field-type',
  'input-corrupt',
  'input-empty',
  'input-truncated',
  'json-malformed',
  'json-too-deep',
  'line-too-long',
  'line-unfinished',
  'not-an-object',
  'record-irrelevant',
  'record-too-long',
  'record-unknown',
  'ts-out-of-range',
] as const

export type RejectionReason = (typeof rejectionReasons)[number]

/** What is wrong with one record, before anybody knows where the record stood. */
export type Refusal = { readonly reason: RejectionReason; readonly field?: string }

/** Line counts from 1. */
export type Rejection = Refusal & { readonly file: string; readonly line: number }

/** A record of a known format that calls no model: counted apart, and nothing is wrong with it. */
export function isPassedOver({ reason }: Refusal): boolean {
  return reason === 'record-irrelevant'
}

export const EXAMPLES_PER_REASON_MAX = 20

/** Counts every rejection and keeps the first few of each reason, so that a hopeless input costs no memory. */
export class Rejections {
  readonly #counts = new Map<RejectionReason, number>()
  readonly #examples = new Map<RejectionReason, Rejection[]>()
  #total = 0
  #passedOver = 0

  add(rejection: Rejection): void {
    if (isPassedOver(rejection)) {
      this.#passedOver += 1
      return
    }
    this.#total += 1
    this.#counts.set(rejection.reason, (this.#counts.get(rejection.reason) ?? 0) + 1)
    const examples = this.#examples.get(rejection.reason)
    if (examples === undefined) this.#examples.set(rejection.reason, [rejection])
    else if (examples.length < EXAMPLES_PER_REASON_MAX) examples.push(rejection)
  }

  /** What `counts`, `examples` and `passedOver` said of earlier ones. */
  static recall(told: {
    readonly counts: readonly (readonly [reason: RejectionReason, count: number])[]
    readonly examples: readonly Rejection[]
    readonly passedOver: number
  }): Rejections {
    const rejections = new Rejections()
    for (const example of told.examples) rejections.add(example)
    for (const [reason, count] of told.counts) rejections.#counts.set(reason, count)
    rejections.#total = told.counts.reduce((sum, [, count]) => sum + count, 0)
    rejections.#passedOver = told.passedOver
    return rejections
  }

  get total(): number {
    return this.#total
  }

  /** Records that call no model; not among the total. */
  get passedOver(): number {
    return this.#passedOver
  }

  /** Most frequent reason first. */
  counts(): readonly (readonly [reason: RejectionReason, count: number])[] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  }

  examples(): readonly Rejection[] {
    return [...this.#examples.values()].flat()
  }
}

export function rejectionText({ file, line, reason, field }: Rejection): string {
  return `${file}:${line}: ${reason}${field === undefined ? '' : ` (${field})`}`
}
