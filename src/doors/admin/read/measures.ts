import type { Standings } from '../../../gate/standing-book.ts'
import {
  type AllowedAccount,
  type MeasureStore,
  measureState,
  type Measure as Stored,
} from '../../../store/embedded/measure-store.ts'
import type { List } from '../api/shapes/common.ts'
import type { Allowed, Measure } from '../api/shapes/measures.ts'
import type { Proposal, ProposalStore } from '../state/proposal-store.ts'
import { compact } from './acts.ts'
import { type Page, sliced } from './pages.ts'

export type MeasureFilter = Page & {
  readonly state?: string | undefined
  readonly campaign?: string | undefined
  readonly account?: string | undefined
}

/** Countermeasures, proposed ones among them, newest first. */
export class MeasureBook {
  readonly #store: MeasureStore
  readonly #proposals: ProposalStore
  readonly #standings: Standings
  readonly #now: () => number

  constructor(store: MeasureStore, proposals: ProposalStore, standings: Standings, now: () => number) {
    this.#store = store
    this.#proposals = proposals
    this.#standings = standings
    this.#now = now
  }

  list({ state, campaign, account, ...page }: MeasureFilter): List<Measure> {
    const all = this.#all().filter(
      (measure) =>
        (state === undefined || measure.state === state) &&
        (campaign === undefined || measure.campaign === campaign) &&
        (account === undefined || this.#touches(measure.id, account)),
    )
    return sliced(all, page)
  }

  find(id: string): Measure | undefined {
    const found = this.#all().find((measure) => measure.id === id)
    // A proposal that was agreed to is the measure that it became: whoever looks at it sees that it is in force.
    const became = found === undefined ? this.#proposals.find(id)?.measure : undefined
    return became === undefined ? found : this.#all().find((measure) => measure.id === became)
  }

  ofCampaign(campaign: string): readonly Measure[] {
    return this.#all().filter((measure) => measure.campaign === campaign)
  }

  accountsOf(id: string): readonly string[] {
    return id.startsWith('p_') ? (this.#proposals.find(id)?.accounts ?? []) : this.#store.accountsOf(id)
  }

  ofAccount(account: string): readonly Measure[] {
    return this.#all().filter(({ id }) => this.#touches(id, account))
  }

  allowed(page: Page, globs: readonly string[]): List<Allowed> {
    const own = this.#store.allowed().map((entry: AllowedAccount) => ({ ...entry, from: 'console' as const }))
    const configured = globs.map((account) => ({
      ...{ account, reason: 'portcullis.yaml says so', author: 'portcullis.yaml', created: 0 },
      from: 'config' as const,
    }))
    return sliced([...own, ...configured], page)
  }

  /** For the overview. */
  counts(soonMs: number): { inForce: number; accounts: number; endingSoon: number; proposals: number } {
    const all = this.#all()
    const inForce = all.filter(({ state }) => state === 'in force')
    const soon = this.#now() + soonMs
    return {
      inForce: inForce.length,
      accounts: this.#standings.accounts,
      endingSoon: inForce.filter(({ expires }) => expires !== undefined && expires <= soon).length,
      proposals: all.filter(({ state }) => state === 'proposed').length,
    }
  }

  #touches(id: string, account: string): boolean {
    return id.startsWith('p_') ? this.accountsOf(id).includes(account) : this.#store.touches(id, account)
  }

  #all(): readonly Measure[] {
    const proposals = this.#proposals.list()
    const approvedBy = new Map(proposals.map(({ measure, answeredBy }) => [measure, answeredBy]))
    const applied = this.#store.list().map((stored) => this.#measureOf(stored, approvedBy.get(stored.id)))
    const waiting = proposals.filter(({ state }) => state !== 'approved').map(measureOfProposal)
    return [...waiting, ...applied].sort((a, b) => b.created - a.created)
  }

  #measureOf(stored: Stored, approvedBy: string | undefined): Measure {
    const { needsAgreement: _, agreed: __, agreedBy, recorded: ___, ...rest } = stored
    return compact({
      ...rest,
      state: measureState(stored, this.#now()),
      approvedBy: approvedBy ?? agreedBy,
    })
  }
}

function measureOfProposal(proposal: Proposal): Measure {
  const { id, standing, parameters, reason, author, campaign, created, accounts, forMs, state } = proposal
  return compact({
    ...{ id, standing, parameters, reason, author, campaign, created },
    state: state === 'refused' ? ('refused' as const) : ('proposed' as const),
    expires: forMs === undefined ? undefined : created + forMs,
    undone: state === 'refused' ? proposal.answered : undefined,
    undoneBy: state === 'refused' ? proposal.answeredBy : undefined,
    accounts: accounts.length,
  })
}
