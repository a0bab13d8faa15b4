// Everything the console reads, answered in the reader's thread. Each answer is plain data in the shape of the API.
import type { KeyObject } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { ModelRelease } from '../../../config/releases-section.ts'
import type { Standings } from '../../../gate/standing-book.ts'
import { listSegments } from '../../../store/embedded/ledger/segments.ts'
import { keyId, PUBLIC_FILE, readPublicKey } from '../../../store/embedded/ledger/signing.ts'
import type { Account, AccountDetail, Act, ActDetail } from '../api/shapes/acts.ts'
import type {
  CampaignAccount,
  CampaignDetail,
  CampaignGraph,
  CampaignSummary,
} from '../api/shapes/campaigns.ts'
import type { List } from '../api/shapes/common.ts'
import type { LedgerEntry, LedgerEntryDetail } from '../api/shapes/ledger.ts'
import type { MeasurePreview } from '../api/shapes/measures.ts'
import { type AccountFilter, Accounts, type AccountUse } from './accounts.ts'
import { actStory, findingsIn, ticketIn } from './act-story.ts'
import { type ActFilter, type ActRow, Acts, compact } from './acts.ts'
import type { CampaignBook } from './campaign-book.ts'
import { titleOf } from './campaign-words.ts'
import { type CampaignFilter, Campaigns, type MemberFilter } from './campaigns.ts'
import { Entries, type EntryFilter, entryOfAct } from './entries.ts'
import type { MeasureBook, MeasureFilter } from './measures.ts'
import type { Names } from './names.ts'
import { chartOf, countsOf, notableSeqs } from './overviews.ts'
import type { Page } from './pages.ts'
import { latestCheckpoint, proofOf, readEntry } from './proofs.ts'
import { Releases } from './releases.ts'
import { type SessionFilter, Sessions } from './sessions.ts'

export type AnswerParts = {
  readonly index: DatabaseSync
  readonly names: Names
  readonly ledger: string
  readonly book: CampaignBook
  readonly measures: MeasureBook
  readonly standings: Standings
  readonly allow: () => readonly string[]
  readonly releases: () => readonly ModelRelease[]
  readonly now: () => number
  /** Changes with measures and the allow-list. */
  readonly stamp: () => string
  readonly seq: () => number
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const NOTABLE = 8
const TOP = 5
const PREVIEW_ACCOUNTS = 100
const PREVIEW_SPARED = 100
const SHARED_SHOWN = 20
const STEPS_TEXT_MAX = 500

export type Answers = ReturnType<typeof openAnswers>

type Kit = AnswerParts & {
  readonly acts: Acts
  readonly accounts: Accounts
  readonly entries: Entries
  readonly campaigns: Campaigns
  readonly key: () => KeyObject
}

export function openAnswers(parts: AnswerParts) {
  const { index, names, ledger, book, measures, standings, now } = parts
  const releases = new Releases(index, names, parts.releases)
  const acts = new Acts(index, names)
  const kit: Kit = {
    ...parts,
    acts,
    accounts: new Accounts(index, names),
    entries: new Entries(index, acts),
    campaigns: new Campaigns({ book, measures, standings, releases, now }),
    key: () => readPublicKey(join(ledger, PUBLIC_FILE)),
  }
  return {
    ...actAnswers(kit),
    ...accountAnswers(kit),
    ...sessionAnswers(kit),
    ...ledgerAnswers(kit),
    ...campaignAnswers(kit),
    ...measureAnswers(kit),
    ...overviewAnswers(kit),
  }
}

function actAnswers({ acts, ledger, book, key }: Kit) {
  const actDetail = ({ act, segment, block, endSeq, endSegment, endBlock }: ActRow): ActDetail => {
    const entry = readEntry(ledger, { seq: act.seq, segment, block }) ?? {}
    const end =
      endSeq === undefined || endSegment === undefined || endBlock === undefined
        ? undefined
        : readEntry(ledger, { seq: endSeq, segment: endSegment, block: endBlock })
    const findings = findingsIn(entry)
    const campaign = book.campaignOf(act.account)?.campaign
    return compact({
      ...act,
      story: actStory(act, findings),
      findings,
      entries: [
        { seq: act.seq, kind: String(entry.kind ?? act.side), entry },
        ...(end === undefined ? [] : [{ seq: endSeq ?? 0, kind: String(end.kind), entry: end }]),
      ],
      proof: proofOf(ledger, key(), { seq: act.seq, segment, block }),
      campaign: campaign && { id: campaign.id, score: campaign.score },
    })
  }

  return {
    acts: (filter: ActFilter): List<Act> => acts.list(filter),

    act: (id: string, tenant: string | undefined): ActDetail | undefined => {
      const row = acts.find(id, tenant)
      return row === undefined ? undefined : actDetail(row)
    },
  }
}

function accountAnswers({ accounts, book, measures, standings, campaigns, stamp, now }: Kit) {
  const accountOf = (use: AccountUse): Account =>
    compact({
      ...use,
      standing: standings.standingOf(use.account, now()).kind,
      isAllowed: standings.isAllowed(use.account),
      campaign: book.campaignOf(use.account)?.campaign.id,
    })

  /** An account that only the findings know has acted through no gate of ours. */
  const useOf = (account: string, tenant: string | undefined): AccountUse | undefined => {
    const found = accounts.find(account, tenant)
    if (found !== undefined || tenant !== undefined) return found
    const isKnown =
      book.campaignOf(account) !== undefined ||
      book.lookalikes.some((each) => each.accounts.includes(account)) ||
      measures.ofAccount(account).length > 0
    if (!isKnown) return undefined
    return { account, tenant: '', acts: 0, denied: 0, inputTokens: 0, outputTokens: 0, first: 0, last: 0 }
  }

  const inFindings = (account: string): AccountDetail['inFindings'] => {
    const campaign = book.campaignOf(account)?.campaign
    const at = campaign?.accounts.indexOf(account) ?? -1
    const members = campaign?.members
    if (members === undefined || at < 0) return undefined
    return {
      exchanges: members.exchanges[at] ?? 0,
      outputTokens: members.outputTokens[at] ?? 0,
      first: members.first[at] ?? 0,
      last: members.last[at] ?? 0,
      sharedWith: members.shared
        .filter((each) => each.accounts.includes(at))
        .slice(0, SHARED_SHOWN)
        .map(({ kind, value, accounts: users }) => ({ kind, value, accounts: users.length })),
    }
  }

  return {
    accounts: (filter: AccountFilter): List<Account> => {
      const { items, ...rest } = accounts.list(filter)
      return { ...rest, items: items.map(accountOf) }
    },

    account: (account: string, tenant: string | undefined): Omit<AccountDetail, 'keys'> | undefined => {
      const use = useOf(account, tenant)
      if (use === undefined) return undefined
      const summary = campaigns
        .summaries(stamp())
        .find(({ id }) => id === book.campaignOf(account)?.campaign.id)
      return compact({
        ...accountOf(use),
        campaigns: summary
          ? [{ id: summary.id, score: summary.score, state: summary.state, objective: summary.objective }]
          : [],
        lookalikes: book.lookalikes
          .filter((each) => each.accounts.includes(account))
          .map(({ kind, summary: text }) => ({ kind, title: titleOf(kind), summary: text })),
        measures: measures
          .ofAccount(account)
          .map(({ id, standing, state, reason, author, created, expires }) =>
            compact({ id, standing, state, reason, author, created, expires }),
          ),
        seen: {
          models: [...accounts.seen(account).models],
          addresses: [...accounts.seen(account).addresses],
          clients: [...accounts.seen(account).clients],
        },
        daily: [...accounts.daily(account, now())],
        inFindings: tenant === undefined ? inFindings(account) : undefined,
      })
    },

    tenants: () => accounts.tenants(),
  }
}

function sessionAnswers({ index, names, acts, ledger }: Kit) {
  const sessions = new Sessions(index, names)

  return {
    sessions: (filter: SessionFilter) => sessions.list(filter),

    session: (sid: string, tenant: string | undefined, page: Page) => {
      const session = sessions.find(sid, tenant)
      if (session === undefined) return undefined
      const list = acts.list({ ...page, session: sid })
      const steps = list.items.map((act) => {
        const row = acts.find(String(act.seq), tenant)
        const entry = row && readEntry(ledger, row)
        return {
          act,
          findings: findingsIn(entry ?? {}),
          ticket: ticketIn(entry ?? {}),
          bytes: typeof entry?.bytes === 'number' ? entry.bytes : undefined,
        }
      })
      return { session, steps: steps.slice(0, STEPS_TEXT_MAX), total: list.total, next: list.next }
    },
  }
}

function ledgerAnswers({ index, entries, acts, ledger, key, seq: seqOf }: Kit) {
  return {
    entries: (filter: EntryFilter): List<LedgerEntry> => entries.list(filter),

    entry: (seq: number): LedgerEntryDetail | undefined => {
      const note = entries.note(seq)
      const act = note === undefined ? acts.find(String(seq), undefined) : undefined
      const place = note ?? act
      if (place === undefined) return undefined
      const at = { seq, segment: place.segment, block: place.block }
      const entry = note?.entry ?? (act && entryOfAct(act.act))
      if (entry === undefined) return undefined
      return compact({ ...entry, entry: readEntry(ledger, at) ?? {}, proof: proofOf(ledger, key(), at) })
    },

    checkpoint: () => latestCheckpoint(ledger),

    ledger: () => {
      const segments = listSegments(ledger)
      return {
        entries: entries.kinds().reduce((sum, kind) => sum + kind.entries, 0),
        bytes: segments.reduce((sum, { path }) => sum + statSync(path).size, 0),
        segments: segments.length,
        firstSeq: segments[0]?.firstSeq ?? 0,
        lastSeq: seqOf(),
        publicKey: key().export({ type: 'spki', format: 'pem' }).toString(),
        keyId: keyId(key()),
        kinds: [...entries.kinds()],
        lastCheckpoint: checkpointTime(index),
      }
    },
  }
}

function campaignAnswers({ book, campaigns, stamp }: Kit) {
  return {
    campaigns: (filter: CampaignFilter): List<CampaignSummary> => campaigns.list(filter, stamp()),
    campaign: (id: string): CampaignDetail | undefined => campaigns.detail(id, stamp()),
    campaignAccounts: (id: string, filter: MemberFilter): List<CampaignAccount> | undefined =>
      campaigns.accounts(id, filter),
    graph: (id: string): CampaignGraph | undefined => book.graph(id),
    lookalikes: (page: Page) => campaigns.lookalikes(page),
    /** All accounts of a campaign, or of some of its communities. */
    membersOf: (id: string, communities: readonly number[] | undefined): readonly string[] | undefined => {
      const campaign = book.find(id)?.campaign
      if (campaign === undefined || communities === undefined) return campaign?.accounts
      const numbers = book.communities(campaign)
      return campaign.accounts.filter((_, at) => communities.includes(numbers[at] ?? -1))
    },
  }
}

function measureAnswers({ measures, standings, accounts, allow, now }: Kit) {
  return {
    measures: (filter: MeasureFilter) => measures.list(filter),
    measure: (id: string) => measures.find(id),
    measureAccounts: (id: string): readonly string[] => measures.accountsOf(id),
    allowed: (page: Page) => measures.allowed(page, allow()),

    preview: (
      wanted: readonly string[],
    ): Omit<MeasurePreview, 'standing' | 'effect' | 'needsSecondPerson' | 'isEnforced'> => {
      const spared = wanted.filter((account) => standings.isAllowed(account))
      const isSpared = new Set(spared)
      const touched = wanted.filter((account) => !isSpared.has(account))
      const at = now()
      const recent = accounts.recent(touched, at - DAY_MS)
      const busiest = [...touched].sort((a, b) => (recent.get(b)?.acts ?? 0) - (recent.get(a)?.acts ?? 0))
      return {
        touched: touched.length,
        spared: spared.slice(0, PREVIEW_SPARED),
        sparedTotal: spared.length,
        alreadyUnderMeasures: touched.filter((account) => standings.standingOf(account, at).kind !== 'clear')
          .length,
        lastDay: {
          exchanges: [...recent.values()].reduce((sum, use) => sum + use.acts, 0),
          activeAccounts: recent.size,
          outputTokens: [...recent.values()].reduce((sum, use) => sum + use.output, 0),
        },
        accounts: busiest.slice(0, PREVIEW_ACCOUNTS).map((account) => ({
          account,
          exchanges: recent.get(account)?.acts ?? 0,
          standing: standings.standingOf(account, at).kind,
        })),
      }
    },
  }
}

function overviewAnswers({ index, book, campaigns, measures, acts, stamp, seq, now }: Kit) {
  return {
    overview: (hours: number) => {
      const at = now()
      const from = at - hours * HOUR_MS
      const list = campaigns.summaries(stamp())
      const count = (state: CampaignSummary['state']): number =>
        list.filter((each) => each.state === state).length
      const [latest] = book.reports
      return {
        now: at,
        from,
        ...countsOf(index, from),
        chart: chartOf(index, from, at),
        campaigns: {
          open: count('open'),
          confirmed: count('confirmed'),
          watching: count('watching'),
          benign: count('benign'),
          accounts: list.reduce((sum, each) => sum + (each.state === 'benign' ? 0 : each.accounts), 0),
          top: list
            .filter(({ state }) => state !== 'benign')
            .sort((a, b) => b.score - a.score || b.accounts - a.accounts)
            .slice(0, TOP),
        },
        measures: measures.counts(DAY_MS),
        notable: notableSeqs(index, NOTABLE).flatMap((seq) => acts.find(String(seq), undefined)?.act ?? []),
        entries: seq(),
        lastCheckpoint: checkpointTime(index),
        findings: latest && {
          savedAt: latest.savedAt,
          source: latest.source,
          exchanges: latest.report.exchanges,
          accounts: latest.report.accounts,
        },
      }
    },
  }
}

function checkpointTime(index: DatabaseSync): number | undefined {
  const ts = index.prepare('SELECT ts FROM checkpoint ORDER BY seq DESC LIMIT 1').get()?.ts
  return typeof ts === 'number' ? ts : undefined
}
