// What each signal adds: the last sweep of a hunt, decided once more without it.
import { sweepOf } from '../../src/watch/campaigns/find.ts'
import { Splits } from '../../src/watch/campaigns/refine.ts'
import { type SignalName, signals } from '../../src/watch/campaigns/signals.ts'
import type { Watch } from '../../src/watch/watch.ts'

/** The groups that would be raised without each signal, as account names. */
export function ablated({
  accounts,
  features,
}: Pick<Watch, 'accounts' | 'features'>): ReadonlyMap<SignalName, readonly (readonly string[])[]> {
  return new Map(
    signals.map(({ name }) => {
      const { raised } = sweepOf(accounts, features, new Splits(), { silenced: new Set([name]) })
      return [name, raised.map(({ group }) => group.members.map((index) => accounts.names[index] ?? ''))]
    }),
  )
}
