import type { Finding } from '../../finding.ts'
import { type Effect, nameWords } from './effects.ts'
import { isForCredentials, type Place, placesReached } from './inner-places.ts'
import { Readings } from './readings.ts'
import type { Value } from './values.ts'

/** Hosts of each kind that a session remembers. */
const HOSTS_MAX = 1_000

/** Tools whose answer is the work itself: a server that one started says where it listens. */
const ownWords = new Set(
  'bash sh shell zsh powershell terminal console command commands cmd process exec execute run start launch docker compose kubectl file files directory workspace notebook'.split(
    ' ',
  ),
)
const ownNames = /^(?:read|write|edit|multiedit|view|grep|glob|ls|cat|str_replace\w*|apply_patch)$/i

/** Calls to addresses that only this machine or its network can reach, and who named them. */
export class InnerWatch {
  readonly #readings: Readings
  /** Named by the task, by a trusted tool, by the work itself, or visited before. */
  readonly #own = new Set<string>()
  /** Named by results alone. */
  readonly #told = new Set<string>()
  /** Results named more than is remembered, so any could be among them. */
  #isFull = false

  constructor(readings = new Readings()) {
    this.#readings = readings
  }

  noteOwn(text: string): void {
    for (const { host, kind } of this.#readings.places(text).places)
      if (kind !== 'outer') remember(this.#own, host)
  }

  noteResult(tool: string, text: string): void {
    const isOwn = ownNames.test(tool) || nameWords(tool).some((word) => ownWords.has(word))
    const { places, isCut } = this.#readings.places(text)
    for (const { host, kind } of places) {
      if (kind !== 'inner' || this.#own.has(host)) continue
      if (isOwn) remember(this.#own, host)
      else if (this.#told.size < HOSTS_MAX) this.#told.add(host)
      else this.#isFull = true
    }
    this.#isFull ||= isCut && !isOwn
  }

  inspect(tool: string, effect: Effect, values: readonly Value[]): readonly Finding[] {
    const places = placesReached(values, effect === 'visit', effect === 'execute').filter(
      ({ kind }) => kind !== 'outer',
    )
    const metadata = places.filter(({ kind }) => kind === 'metadata')
    if (metadata.length > 0) return [this.#metadata(tool, metadata)]
    const told = places.find(({ host }) => (this.#isFull || this.#told.has(host)) && !this.#own.has(host))
    if (told !== undefined)
      return [
        {
          detector: 'flow',
          fact: 'flow.inner-destination',
          severity: 'medium',
          summary: `${tool} would go to ${told.host} inside the network, which only a result named`,
        },
      ]
    for (const { host } of places) remember(this.#own, host)
    return []
  }

  #metadata(tool: string, places: readonly Place[]): Finding {
    const keys = places.find((place) => isForCredentials(place) && !this.#own.has(place.host))
    return keys === undefined
      ? {
          detector: 'flow',
          fact: 'flow.cloud-metadata',
          severity: 'high',
          summary: `${tool} would ask the cloud's metadata service`,
        }
      : {
          detector: 'flow',
          fact: 'flow.cloud-credentials',
          severity: 'critical',
          summary: `${tool} would ask the cloud's metadata service for credentials`,
        }
  }
}

function remember(hosts: Set<string>, host: string): void {
  if (hosts.size >= HOSTS_MAX) {
    const [oldest] = hosts
    if (oldest !== undefined) hosts.delete(oldest)
  }
  hosts.add(host)
}
