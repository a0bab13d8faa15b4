/** From "worth a line in the ledger" to "nobody would want this to go on". */
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

/** A stretch of the act's text, in UTF-16 units. */
export type Span = readonly [start: number, end: number]

/**
 * What a detector saw in one act. `fact` is the stable name that policies refer to (`shell.reverse`,
 * `flow.untrusted-recipient`); `summary` is for a person and never carries a secret or the attacker's text at
 * length. `spans` say where in the act's text, for detectors whose findings can be cut out.
 */
export type Finding = {
  readonly detector: string
  readonly fact: string
  readonly severity: Severity
  readonly summary: string
  readonly spans?: readonly Span[]
  /** The rule that made the finding, where that was a rule already: a refusal names it in place of the table's. */
  readonly rule?: string
}

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity)
}
