import { setTimeout as wait } from 'node:timers/promises'
import type { CampaignSummary } from '../api/shapes/campaigns.ts'
import type { AlertTest } from '../api/shapes/settings.ts'
import { type Alert, testAlert } from './alert.ts'
import type { AlertStore, StoredRoute } from './alert-store.ts'
import { canUpdate, deliver } from './deliver.ts'

export type AlertOutcome = {
  readonly route: string
  readonly campaign: string
  readonly outcome: 'sent' | 'failed'
}

/** Waits before further tries. */
const RETRIES_MS = [1_000, 5_000, 30_000] as const
/** Growth of a campaign by less than this share is not worth a message. */
const GROWTH = 1.2

/** Tells every route of each campaign, once, and again when it has become another one. */
export class Alerter implements AsyncDisposable {
  readonly #store: AlertStore
  readonly #now: () => number
  readonly #tell: (outcome: AlertOutcome) => void
  readonly #stop = new AbortController()
  readonly #waits: readonly number[]
  #working: Promise<void> = Promise.resolve()
  /** What is to be told next; a newer state takes the place of an older one that still waits. */
  #next: readonly CampaignSummary[] | undefined

  constructor(
    store: AlertStore,
    options: {
      readonly now: () => number
      readonly tell: (outcome: AlertOutcome) => void
      readonly waitsMs?: readonly number[]
    },
  ) {
    this.#store = store
    this.#now = options.now
    this.#tell = options.tell
    this.#waits = options.waitsMs ?? RETRIES_MS
  }

  /** The campaigns as they are now. Returns at once. */
  consider(campaigns: readonly CampaignSummary[]): void {
    const isWorking = this.#next !== undefined
    this.#next = campaigns
    if (isWorking) return
    this.#working = this.#working.then(async () => {
      const now = this.#next ?? []
      this.#next = undefined
      await this.#tellAll(now)
    })
  }

  /** Resolves when all that was to be told has been, or has failed. */
  async settled(): Promise<void> {
    await this.#working
  }

  /** A real message through the route, without waiting or trying again. */
  async test(route: StoredRoute): Promise<AlertTest> {
    const began = performance.now()
    const took = () => Math.round(performance.now() - began)
    try {
      const { detail } = await deliver(route.target, route.secret, testAlert(this.#now()), undefined)
      this.#store.sent(route.id, this.#now(), undefined)
      return { isDelivered: true, detail, ms: took() }
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      this.#store.sent(route.id, this.#now(), detail)
      return { isDelivered: false, detail, ms: took() }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#working
  }

  async #tellAll(campaigns: readonly CampaignSummary[]): Promise<void> {
    const routes = this.#store.list().filter(({ isOn }) => isOn)
    await Promise.all(
      routes.map(async (route) => {
        for (const campaign of campaigns) if (!this.#stop.signal.aborted) await this.#tellOne(route, campaign)
      }),
    )
  }

  async #tellOne(route: StoredRoute, campaign: CampaignSummary): Promise<void> {
    const told = this.#store.told(route.id, campaign.id)
    const gist = gistOf(campaign)
    if (told?.gist === gist || (told === undefined && campaign.score < route.scoreMin)) return
    if (told !== undefined && !canUpdate(route.target)) return
    const revision = (told?.revision ?? 0) + 1
    const alert: Alert = { event: 'campaign', revision, at: this.#now(), campaign: briefOf(campaign) }
    for (let attempt = 0; ; attempt++) {
      try {
        const { ref } = await deliver(route.target, route.secret, alert, told?.ref)
        this.#store.setTold(route.id, campaign.id, { ref, gist, revision })
        this.#store.sent(route.id, this.#now(), undefined)
        this.#tell({ route: route.id, campaign: campaign.id, outcome: 'sent' })
        return
      } catch (error) {
        this.#store.sent(route.id, this.#now(), error instanceof Error ? error.message : String(error))
        const waitMs = this.#waits[attempt]
        if (waitMs === undefined || this.#stop.signal.aborted) break
        await wait(waitMs, undefined, { signal: this.#stop.signal }).catch(() => {})
      }
    }
    this.#tell({ route: route.id, campaign: campaign.id, outcome: 'failed' })
  }
}

/** Two campaigns with one gist are told in one message. */
function gistOf({ state, score, accounts }: CampaignSummary): string {
  const size = Math.floor(Math.log(Math.max(1, accounts)) / Math.log(GROWTH))
  return `${state} ${score.toFixed(1)} ${size}`
}

function briefOf(campaign: CampaignSummary): Alert['campaign'] {
  const { id, score, state, objective, accounts, exchanges, first, last, flaggedAt, headline } = campaign
  return { id, score, state, objective, accounts, exchanges, first, last, flaggedAt, headline }
}
