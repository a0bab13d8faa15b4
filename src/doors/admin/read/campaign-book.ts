import { listFindings, loadNamedFindings } from '../../../store/embedded/findings.ts'
import type { Campaign, Lookalike, Report } from '../../../watch/report.ts'
import { parseReport } from '../../../watch/report-schema.ts'
import type { CampaignGraph } from '../api/shapes/campaigns.ts'
import type { Change, ChangeStore } from '../state/change-store.ts'
import { communitiesOf, graphOf } from './graph.ts'
import { type Found, overlaid, type Shown } from './overlay.ts'

/** What the running gate's watch writes as its source. */
const LIVE_SOURCE = 'the gate, as it passed'
/** An older campaign with this share of its accounts in newer ones is told by those. */
const SAME_SHARE = 0.5

export type Reported = {
  readonly report: Report
  readonly savedAt: number
  readonly source: string
}

export type BookChange = { readonly raised: readonly string[]; readonly changed: readonly string[] }

/** The campaigns there are now: the latest findings of the running watch and of the last hunt, under the overlay. */
export class CampaignBook {
  readonly #store: string
  readonly #changes: ChangeStore
  #names = ''
  #reports: readonly Reported[] = []
  #list: readonly Change[] = []
  #shown: readonly Shown[] = []
  #byId = new Map<string, Shown>()
  #byAccount = new Map<string, string>()
  readonly #graphs = new Map<string, CampaignGraph>()
  readonly #communities = new Map<string, readonly number[]>()
  #version = 0

  constructor(store: string, changes: ChangeStore) {
    this.#store = store
    this.#changes = changes
  }

  /** Grows with every change of what is shown. */
  get version(): number {
    return this.#version
  }

  get shown(): readonly Shown[] {
    return this.#shown
  }

  get reports(): readonly Reported[] {
    return this.#reports
  }

  get changes(): readonly Change[] {
    return this.#list
  }

  get lookalikes(): readonly Lookalike[] {
    return this.#reports[0]?.report.lookalikes ?? []
  }

  find(id: string): Shown | undefined {
    const found = this.#byId.get(id)
    if (found !== undefined) return found
    return this.#shown.find(({ merged }) => merged.includes(id))
  }

  campaignOf(account: string): Shown | undefined {
    const id = this.#byAccount.get(account)
    return id === undefined ? undefined : this.#byId.get(id)
  }

  graph(id: string): CampaignGraph | undefined {
    const known = this.#graphs.get(id)
    if (known !== undefined) return known
    const campaign = this.find(id)?.campaign
    if (campaign === undefined) return undefined
    const made = graphOf(campaign)
    this.#graphs.set(id, made)
    return made
  }

  communities({ id, accounts, members }: Campaign): readonly number[] {
    const known = this.#communities.get(id)
    if (known !== undefined) return known
    const made = communitiesOf(accounts.length, members)
    this.#communities.set(id, made)
    return made
  }

  /** Takes up new findings and new changes. Says what is new, or nothing where all is as it was. */
  async refresh(): Promise<BookChange | undefined> {
    const isFresh = await this.#readReports()
    const changes = this.#changes.list()
    const isSame = changes.length === this.#list.length && undoneIn(changes) === undoneIn(this.#list)
    if (!isFresh && isSame) return undefined
    this.#list = changes
    return this.#show()
  }

  async #readReports(): Promise<boolean> {
    const found = await listFindings(this.#store)
    const names = found.map(({ name }) => name).join(' ')
    if (names === this.#names) return false
    const live = found.find(({ source }) => source === LIVE_SOURCE)
    const hunted = found.find(({ source }) => source !== LIVE_SOURCE)
    const wanted = [live, hunted]
      .filter((each) => each !== undefined)
      .sort((a, b) => b.savedAt - a.savedAt || (a.name < b.name ? 1 : -1))
    const reports: Reported[] = []
    for (const { name } of wanted) {
      // What a crash or an older version left unreadable must not hide the rest.
      const loaded = await loadNamedFindings(this.#store, name, parseReport).catch(() => undefined)
      if (loaded) reports.push({ report: loaded.findings, savedAt: loaded.savedAt, source: loaded.source })
    }
    this.#names = names
    this.#reports = reports
    return true
  }

  #show(): BookChange {
    const before = this.#byId
    this.#shown = overlaid(merged(this.#reports), this.#list)
    this.#byId = new Map(this.#shown.map((each) => [each.campaign.id, each]))
    this.#byAccount = new Map(
      this.#shown.flatMap(({ campaign }) =>
        campaign.accounts.map((account) => [account, campaign.id] as const),
      ),
    )
    this.#graphs.clear()
    this.#communities.clear()
    this.#version++
    const ids = [...this.#byId.keys()]
    const gone = [...before.keys()].filter((id) => !this.#byId.has(id))
    return {
      raised: ids.filter((id) => !before.has(id)),
      changed: [
        ...gone,
        ...ids.filter((id) => before.has(id) && isOther(before.get(id), this.#byId.get(id))),
      ],
    }
  }
}

function undoneIn(changes: readonly Change[]): number {
  return changes.reduce((sum, { undone }) => sum + (undone === undefined ? 0 : 1), 0)
}

function isOther(a: Shown | undefined, b: Shown | undefined): boolean {
  return (
    a?.state !== b?.state ||
    a?.campaign.accounts.length !== b?.campaign.accounts.length ||
    a?.campaign.score !== b?.campaign.score ||
    a?.merged.length !== b?.merged.length
  )
}

/** Newer reports first; of an older one only what the newer do not tell. */
function merged(reports: readonly Reported[]): readonly Found[] {
  const found: Found[] = []
  const told = new Set<string>()
  for (const { report, source, savedAt } of reports) {
    const fresh = report.campaigns.filter(({ id, accounts }) => {
      const known = accounts.filter((account) => told.has(account)).length
      return known < accounts.length * SAME_SHARE && !found.some(({ campaign }) => campaign.id === id)
    })
    for (const campaign of fresh) {
      found.push({ campaign, source, savedAt })
      for (const account of campaign.accounts) told.add(account)
    }
  }
  return found
}
