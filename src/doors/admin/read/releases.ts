import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ModelRelease } from '../../../config/releases-section.ts'
import type { Campaign } from '../../../watch/report.ts'
import type { CampaignDetail } from '../api/shapes/campaigns.ts'
import type { Names } from './names.ts'
import { sides } from './tables.ts'

type Event = CampaignDetail['timeline'][number]

/** `what` of a model in the table `seen`. */
const MODEL = 0
/** Of a large campaign so many are looked at, evenly spread. */
const ACCOUNTS_MAX = 1_000
/** A model that few of them ask for did not move the campaign. */
const SHARE_MIN = 0.03
const ACCOUNTS_MIN = 2
/** What was asked for from the gate's first day on came out before it, for all the gate knows. */
const SETTLED_MS = 86_400_000
const EVENTS_MAX = 12

/**
 * When models came out, as far as it matters to a campaign: as the configuration says, and for others the first exchange
 * with the model that was answered. A name that somebody made up is answered by nobody.
 */
export class Releases {
  readonly #names: Names
  readonly #configured: () => readonly ModelRelease[]
  readonly #models: StatementSync
  readonly #first: StatementSync
  readonly #began: StatementSync

  constructor(index: DatabaseSync, names: Names, configured: () => readonly ModelRelease[]) {
    this.#names = names
    this.#configured = configured
    this.#models = index.prepare('SELECT name FROM seen WHERE account = ? AND what = ?')
    this.#first = index.prepare(
      'SELECT ts FROM act WHERE name = ? AND side = ? AND status BETWEEN 200 AND 299 ORDER BY seq LIMIT 1',
    )
    this.#began = index.prepare('SELECT ts FROM act ORDER BY seq LIMIT 1')
  }

  ofCampaign(campaign: Campaign): readonly Event[] {
    const told = new Set(this.#configured().map(({ model }) => model))
    return [
      ...this.#configured().map(({ model, at }) => event(at, `${model} came out`)),
      ...this.#firstSeen(campaign, told),
    ]
      .filter(({ ts }) => ts >= campaign.first && ts <= campaign.last)
      .sort((a, b) => a.ts - b.ts)
      .slice(-EVENTS_MAX)
  }

  #firstSeen({ accounts }: Campaign, told: ReadonlySet<string>): Event[] {
    const began = this.#began.get()
    if (began === undefined) return []
    const step = Math.max(1, Math.ceil(accounts.length / ACCOUNTS_MAX))
    const asking = new Map<number, number>()
    let looked = 0
    for (let at = 0; at < accounts.length; at += step) {
      looked++
      const account = this.#names.find(accounts[at] ?? '')
      if (account === undefined) continue
      for (const { name } of this.#models.all(account, MODEL))
        asking.set(Number(name), (asking.get(Number(name)) ?? 0) + 1)
    }
    const least = Math.max(ACCOUNTS_MIN, looked * SHARE_MIN)
    return [...asking].flatMap(([name, count]) => {
      const model = this.#names.textOf(name)
      if (count < least || told.has(model)) return []
      const ts = Number(this.#first.get(name, sides.indexOf('model'))?.ts ?? 0)
      if (ts < Number(began.ts) + SETTLED_MS) return []
      const share = Math.round((count / looked) * 100)
      return [
        event(ts, `${model} is first answered through this gate; ${share} % of the campaign ask for it`),
      ]
    })
  }
}

function event(ts: number, summary: string): Event {
  return { ts, kind: 'model-release', summary }
}
