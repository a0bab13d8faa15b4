// Accounts that act as one are one thing, and that they copy the model another: only what they ask for and get says so.
import type { SignalName } from './campaigns/signals.ts'
import type { Campaign } from './report.ts'

const speakOfContent: ReadonlySet<string> = new Set<SignalName>([
  'harvest-technique',
  'long-answers',
  'replayed-reasoning',
])

/** Whether any evidence is of what the accounts ask for or get; else it is of who they are and how they act. */
export function tellsOfCopying({ evidence }: Pick<Campaign, 'evidence'>): boolean {
  return evidence.some(({ signal }) => speakOfContent.has(signal))
}
