import * as v from 'valibot'

/** What may pass before the gate stops: zero means no limit. Bytes are of UTF-8 text. */
export type Budget = {
  readonly calls: number
  /** Items of lists in what tools returned. */
  readonly recordsRead: number
  /** Lines of what tools returned. */
  readonly rowsRead: number
  readonly bytesRead: number
  /** What calls, commands and messages carry. */
  readonly bytesSent: number
}

/** Per session; per agent over all its sessions in a window; per place that an agent sends to, in the same window. */
export type Budgets = {
  readonly session: Budget
  readonly agent: Budget
  readonly destination: Budget
  readonly windowMs: number
}

export type Scope = 'session' | 'agent' | 'destination'

const MIB = 1_048_576
const HOUR_MS = 3_600_000

/**
 * Far above a long working day of an agent with documents and code, far below a database: the largest theft an agent
 * is known for took 150 GB.
 */
const usual: Budgets = {
  session: {
    calls: 10_000,
    recordsRead: 50_000,
    rowsRead: 500_000,
    bytesRead: 256 * MIB,
    bytesSent: 64 * MIB,
  },
  agent: {
    calls: 50_000,
    recordsRead: 200_000,
    rowsRead: 2_000_000,
    bytesRead: 1_024 * MIB,
    bytesSent: 256 * MIB,
  },
  destination: { calls: 0, recordsRead: 0, rowsRead: 0, bytesRead: 0, bytesSent: 64 * MIB },
  windowMs: 24 * HOUR_MS,
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const units: Readonly<Record<string, number>> = { kib: 1_024, mib: MIB, gib: 1_024 * MIB }
const size = v.union(
  [
    count,
    v.pipe(
      v.string(),
      v.regex(/^\d{1,7} ?(KiB|MiB|GiB)$/i),
      v.transform((text) => Number.parseInt(text, 10) * (units[text.slice(-3).toLowerCase()] ?? 1)),
    ),
  ],
  'a number of bytes, or such as 64 MiB',
)
const budget = v.strictObject({
  calls: v.optional(count),
  recordsRead: v.optional(count),
  rowsRead: v.optional(count),
  bytesRead: v.optional(size),
  bytesSent: v.optional(size),
})

export const budgetsSchema = v.strictObject({
  session: v.optional(budget, {}),
  agent: v.optional(budget, {}),
  destination: v.optional(budget, {}),
  windowHours: v.optional(v.pipe(count, v.minValue(1), v.maxValue(720))),
})

export type WrittenBudgets = v.InferOutput<typeof budgetsSchema>

/** What was written, over what is usual. Later ones win: a policy's, then the configuration's. */
export function budgetsOf(...written: readonly (WrittenBudgets | undefined)[]): Budgets {
  let budgets = usual
  for (const each of written) {
    if (each === undefined) continue
    budgets = {
      session: filled(budgets.session, each.session),
      agent: filled(budgets.agent, each.agent),
      destination: filled(budgets.destination, each.destination),
      windowMs: each.windowHours === undefined ? budgets.windowMs : each.windowHours * HOUR_MS,
    }
  }
  return budgets
}

function filled(usually: Budget, written: WrittenBudgets['session']): Budget {
  return {
    calls: written.calls ?? usually.calls,
    recordsRead: written.recordsRead ?? usually.recordsRead,
    rowsRead: written.rowsRead ?? usually.rowsRead,
    bytesRead: written.bytesRead ?? usually.bytesRead,
    bytesSent: written.bytesSent ?? usually.bytesSent,
  }
}
