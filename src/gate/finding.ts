/** From "worth a line in the ledger" to "nobody would want this to go on". */
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

/**
 * What a detector saw in one act. `fact` is the stable name that policies refer to (`shell.reverse`,
 * `flow.untrusted-recipient`); `summary` is for a person and never carries a secret or the attacker's text at
 * length.
 */
export type Finding = {
  readonly detector: string
  readonly fact: string
  readonly severity: Severity
  readonly summary: string
}

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity)
}
