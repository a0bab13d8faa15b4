// Which accounts share which feature (a word run of their prompts, a system prompt): the bipartite graph.
import * as v from 'valibot'
import type { SharedFeatures } from '../partitions/partition-messages.ts'
import type { Column, Columns } from '../state/columns.ts'
import type { Spill } from '../state/spill.ts'
import { Candidates } from './candidates.ts'
import { Edges, PairRows } from './edges.ts'
import { TagTable } from './tag-table.ts'

/** Distinct accounts after which a feature is followed account by account. Below it, only the names so far are kept. */
export const SHARED_MIN = 7
/** Slots of the candidate table: two generations of 32 bytes each. */
const CANDIDATES_LOG2 = 21
/** Pairs of feature and account that are kept, 24 bytes each. */
const EDGES_MAX = 2 ** 24
/** A wrapper comes again from the same account; a task or a stock phrase seldom does. */
const REPEATS_MIN = 1.3
/** A retired feature is followed again when it has been used this many times as often as when it was retired. */
const REVIVAL = 20

/** A word run is told of when so many accounts have used it so often; more than this is what sweeps are for. */
const SPREAD_ACCOUNTS_MIN = 8
const SPREAD_REPEATS_MIN = 1.6
const SPREAD_USES: readonly number[] = [20, 56, 160]
const SPREAD_USES_MIN = Math.min(...SPREAD_USES)
const SPREADING_MAX = 4096

const sizesSchema = v.pipe(
  v.array(v.pipe(v.object({ sizeLog2: v.number(), load: v.number() }), v.readonly())),
  v.readonly(),
)

export type FeatureKind = 'shingle' | 'system'

/**
 * Memory follows what is shared, not what is said: candidates are forgotten, and when the pairs kept reach EDGES_MAX
 * the features that nobody repeats (popular tasks, stock phrases) are retired: counted on, but no longer listed.
 */
export class Features {
  readonly #candidates: Candidates
  readonly #edgesMax: number
  readonly hashes: number[] = []
  readonly kind: FeatureKind[] = []
  /** Distinct accounts listed for shared feature i. */
  readonly accounts: number[] = []
  /** Exchanges that hold shared feature i, by the accounts listed. */
  readonly uses: number[] = []
  /** Word runs that many accounts began to repeat since this was last emptied. */
  readonly spreading: number[] = []
  /** Which of SPREAD_USES each feature waits for. */
  readonly #stages: number[] = []
  /** For a retired feature, uses until it is followed again; 0 for one that is followed. */
  readonly #rest: number[] = []
  readonly #shared = new TagTable()
  #edges: Edges

  constructor(
    limits: { readonly candidatesLog2?: number; readonly edgesMax?: number; readonly spill?: Spill } = {},
  ) {
    this.#edges = new Edges(limits.spill)
    this.#candidates = new Candidates(SHARED_MIN - 1, limits.candidatesLog2 ?? CANDIDATES_LOG2)
    this.#edgesMax = limits.edgesMax ?? EDGES_MAX
  }

  /** Records that `account` used the feature. Returns its index once it is shared, and -1 before. */
  add(kind: FeatureKind, hash: number, account: number): number {
    const tag = tagOf(kind, hash)
    const shared = this.#shared.find(tag)
    if (shared >= 0) {
      this.#use(shared, account)
      return shared
    }
    const known = this.#candidates.meet(tag, account)
    if (known === undefined) return -1
    const feature = this.#put(kind, hash, tag)
    for (const earlier of known) this.#use(feature, earlier)
    return feature
  }

  /** Calls `visit` for each account listed for the feature, with the exchanges in which it used it. */
  each(feature: number, visit: (account: number, uses: number) => void): void {
    this.#edges.each(feature, visit)
  }

  /** What a sweep looks at, to be kept. */
  keep(columns: Map<string, Column>): void {
    const { rows, heads } = this.#edges.keep()
    columns.set('features.hashes', Uint32Array.from(this.hashes))
    columns.set(
      'features.isSystem',
      Uint8Array.from(this.kind, (kind) => (kind === 'system' ? 1 : 0)),
    )
    columns.set('features.accounts', Uint32Array.from(this.accounts))
    columns.set('features.uses', Float64Array.from(this.uses))
    columns.set('edges.rows', rows)
    columns.set('edges.heads', heads)
  }

  /** Kept features: they can be looked at, and nothing can be added. */
  static recall(columns: Columns): Features {
    const features = new Features({ candidatesLog2: 1 })
    features.#load(columns)
    features.#edges = Edges.recall(columns.u32('edges.rows'), columns.of('edges.heads'))
    return features
  }

  /** Beside what a sweep looks at, what is needed to be shown more. */
  keepRest(columns: Map<string, Column>): unknown {
    columns.set('features.rest', Float64Array.from(this.#rest))
    columns.set('features.stages', Uint8Array.from(this.#stages))
    columns.set('features.spreading', Uint32Array.from(this.spreading))
    const { columns: generations, sizes } = this.#candidates.keep()
    for (const [at, rows] of generations.entries()) columns.set(`candidates.${at}`, rows)
    return sizes satisfies v.InferOutput<typeof sizesSchema>
  }

  /** Kept features to which more are added. */
  static resume(columns: Columns, rest: unknown): Features {
    const features = new Features()
    features.#load(columns)
    features.#edges = Edges.resume(columns.u32('edges.rows'), columns.of('edges.heads'))
    for (const uses of columns.of('features.rest')) features.#rest.push(uses)
    for (const stage of columns.of('features.stages')) features.#stages.push(stage)
    for (const feature of columns.of('features.spreading')) features.spreading.push(feature)
    const sizes = v.parse(sizesSchema, rest)
    features.#candidates.resume(sizes.map((size, at) => ({ size, rows: columns.u32(`candidates.${at}`) })))
    return features
  }

  #load(columns: Columns): void {
    for (const hash of columns.of('features.hashes')) this.hashes.push(hash)
    for (const isSystem of columns.of('features.isSystem'))
      this.kind.push(isSystem === 1 ? 'system' : 'shingle')
    for (const count of columns.of('features.accounts')) this.accounts.push(count)
    for (const count of columns.of('features.uses')) this.uses.push(count)
    for (const [feature, hash] of this.hashes.entries())
      this.#shared.put(tagOf(this.kind[feature] ?? 'shingle', hash), feature)
  }

  get edgeCount(): number {
    return this.#edges.count
  }

  /** The index of a feature that is shared, or -1. */
  find(kind: FeatureKind, hash: number): number {
    return this.#shared.find(tagOf(kind, hash))
  }

  /**
   * Takes over what partitions list, in place of what they listed before. A feature is listed by one partition only and
   * keeps its index; new ones get theirs by hash, whichever partition lists them.
   */
  take(shares: readonly SharedFeatures[]): void {
    const listed = shares.flatMap((share) => Array.from(share.hashes, (hash, row) => ({ share, row, hash })))
    const kindOf = ({ share, row }: { share: SharedFeatures; row: number }) => share.isSystem[row] ?? 0
    listed.sort((a, b) => kindOf(a) - kindOf(b) || a.hash - b.hash)
    this.accounts.fill(0)
    this.uses.fill(0)
    const rows = new PairRows(shares.reduce((sum, { pairs }) => sum + pairs.length / 2, 0))
    for (const { share, row, hash } of listed) {
      const kind = share.isSystem[row] === 1 ? 'system' : 'shingle'
      const known = this.find(kind, hash)
      const feature = known >= 0 ? known : this.#put(kind, hash, tagOf(kind, hash))
      const pairs = share.pairs.subarray(share.ends[row - 1] ?? 0, share.ends[row])
      this.accounts[feature] = pairs.length / 2
      this.uses[feature] = share.uses[row] ?? 0
      rows.add(feature, pairs)
    }
    this.#edges = rows.edges(this.hashes.length)
  }

  #put(kind: FeatureKind, hash: number, tag: number): number {
    const feature = this.hashes.length
    this.#shared.put(tag, feature)
    this.hashes.push(hash)
    this.kind.push(kind)
    this.accounts.push(0)
    this.uses.push(0)
    this.#rest.push(0)
    this.#stages.push(kind === 'shingle' ? 0 : SPREAD_USES.length)
    return feature
  }

  #use(feature: number, account: number): void {
    // Met for every word run of every exchange: of lists that are seldom in the cache it reads no more than it must.
    const before = this.uses[feature] ?? 0
    const rest = before === 0 ? (this.#rest[feature] ?? 0) : 0
    if (rest > 0) {
      this.#rest[feature] = rest - 1
      return
    }
    const isFull = this.#edges.count >= this.#edgesMax
    if (isFull) this.#retire()
    const uses = (isFull ? (this.uses[feature] ?? 0) : before) + 1
    this.uses[feature] = uses
    if (this.#edges.add(feature, account)) this.accounts[feature] = (this.accounts[feature] ?? 0) + 1
    if (uses < SPREAD_USES_MIN) return
    const stage = this.#stages[feature] ?? 0
    if (uses >= (SPREAD_USES[stage] ?? Number.POSITIVE_INFINITY)) this.#tell(feature, uses)
  }

  #tell(feature: number, uses: number): void {
    const accounts = this.accounts[feature] ?? 0
    if (accounts < SPREAD_ACCOUNTS_MIN || uses < SPREAD_REPEATS_MIN * accounts) return
    this.#stages[feature] = (this.#stages[feature] ?? 0) + 1
    if (this.spreading.length < SPREADING_MAX) this.spreading.push(feature)
  }

  /** Retires what is not repeated and, if that is not half, what is used least. */
  #retire(): void {
    const followed = this.hashes
      .map((_, feature) => feature)
      .filter((feature) => (this.accounts[feature] ?? 0) > 0)
    const kept = new Set<number>()
    let edges = 0
    followed.sort((a, b) => this.#repeats(b) - this.#repeats(a) || (this.uses[b] ?? 0) - (this.uses[a] ?? 0))
    for (const feature of followed) {
      if (this.#repeats(feature) < REPEATS_MIN || edges + (this.accounts[feature] ?? 0) > this.#edgesMax / 2)
        break
      kept.add(feature)
      edges += this.accounts[feature] ?? 0
    }
    for (const feature of followed) {
      if (kept.has(feature)) continue
      this.#rest[feature] = REVIVAL * (this.uses[feature] ?? 0)
      this.uses[feature] = 0
      this.accounts[feature] = 0
    }
    this.#edges = this.#edges.only((feature) => kept.has(feature))
  }

  #repeats(feature: number): number {
    return (this.uses[feature] ?? 0) / Math.max(1, this.accounts[feature] ?? 0)
  }
}

/** The same hash as a word run and as a system prompt is two features. */
function tagOf(kind: FeatureKind, hash: number): number {
  return (kind === 'system' ? hash ^ 0x3c6ef372 : hash) >>> 0
}
