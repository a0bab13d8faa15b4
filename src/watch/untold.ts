// What a log never says. A campaign that only shows there cannot be found in it, and a reader should know.
import type { Accounts } from './profiles/accounts.ts'

export const untoldKinds = ['prompts', 'tokens', 'addresses', 'clients', 'cards', 'ages'] as const
export type Untold = (typeof untoldKinds)[number]

/** The kinds of fact that no exchange of any account came with. */
export function untoldOf(accounts: Accounts): readonly Untold[] {
  if (accounts.count === 0) return []
  const told: Readonly<Record<Untold, boolean>> = {
    prompts: accounts.runs.some((run) => run !== 0),
    tokens: accounts.outputTokens.some((tokens) => tokens > 0),
    addresses: accounts.addresses.some((list) => list.length > 0),
    clients: accounts.clients.some((list) => list.length > 0),
    cards: accounts.payments.some((list) => list.length > 0),
    ages: accounts.created.some((created) => created !== 0),
  }
  return untoldKinds.filter((kind) => !told[kind])
}
