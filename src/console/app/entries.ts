import type { Overview } from '../../doors/admin/api/shapes/overview.ts'

type Entry = {
  readonly id: string
  readonly label: string
  readonly key: string
  readonly waiting?: (overview: Overview) => number
  readonly begins?: true
}

/** The first screens are what happens, then what one decides about it, then what holds it up. */
export const entries: readonly Entry[] = [
  { id: '', label: 'Overview', key: 'o' },
  { id: 'campaigns', label: 'Campaigns', key: 'c', waiting: ({ campaigns }) => campaigns.open },
  { id: 'accounts', label: 'Accounts', key: 'a' },
  { id: 'acts', label: 'Acts', key: 'x' },
  { id: 'agents', label: 'Agents', key: 'g', waiting: ({ waiting }) => waiting.approvals },
  {
    id: 'countermeasures',
    label: 'Countermeasures',
    key: 'm',
    begins: true,
    waiting: ({ waiting }) => waiting.proposals,
  },
  { id: 'policies', label: 'Policies', key: 'p' },
  { id: 'proof', label: 'Proof', key: 'v' },
  { id: 'ledger', label: 'Ledger', key: 'l', begins: true },
  { id: 'settings', label: 'Settings', key: 's' },
]
