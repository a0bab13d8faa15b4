// From what the watch raised to the report people and machines read.
import { type Crowd, crowdsOf } from './campaigns/crowds.ts'
import type { Sweep } from './campaigns/find.ts'
import { topOf } from './campaigns/group.ts'
import type { Scored } from './campaigns/score.ts'
import { templatesOf } from './campaigns/templates.ts'
import { membersOf } from './members.ts'
import { DAYS } from './profiles/accounts.ts'
import type { Campaign, Considered, Lookalike, Objective, Report, Shared } from './report.ts'
import { objectives } from './sketches/objective.ts'
import { techniques } from './sketches/technique.ts'
import { DAY_MS } from './time.ts'
import { untoldOf } from './untold.ts'
import type { Raised, Watch } from './watch.ts'

const LOOKALIKES_MAX = 200
const CONSIDERED_MAX = 500
/** A benign explanation must fit this well for a group to be named as what it is. */
const LOOKALIKE_FIT_MIN = 0.5

export function reportOf(watch: Watch, rejected: number): Report {
  return reportOn(watch.sweep(watch.until ?? 0, true), watch, rejected)
}

/** The report of a watch that goes on: looking leaves it as it was. */
export function interimReportOf(watch: Watch): Report {
  return reportOn(watch.look(watch.until ?? 0), watch, 0)
}

function reportOn(
  { sweep, raised }: { readonly sweep: Sweep; readonly raised: readonly Raised[] },
  watch: Watch,
  rejected: number,
): Report {
  const { size } = sweep.scene.infrastructure.everybodys
  const untold = untoldOf(watch.accounts)
  return {
    exchanges: watch.exchanges,
    accounts: watch.accounts.count,
    rejected,
    from: watch.from,
    until: watch.until,
    campaigns: raised.map((campaign) => campaignOf(campaign, watch)),
    lookalikes: lookalikesOf(sweep, raised, watch),
    ...(size > 0 && { commonAddresses: size }),
    ...(untold.length > 0 && { untold }),
    considered: [...raised, ...sweep.cleared].slice(0, CONSIDERED_MAX).map(consideredOf),
  }
}

function consideredOf(scored: Raised | Scored): Considered {
  return {
    ...('id' in scored && { campaign: scored.id }),
    accounts: scored.group.members.length,
    readings: scored.readings,
    fits: scored.explanations.filter(({ fit }) => fit > 0).map(({ kind, fit }) => ({ kind, fit })),
  }
}

function campaignOf({ id, score, flaggedAt, group, evidence, explanations }: Raised, watch: Watch): Campaign {
  const { accounts } = watch
  const { members } = group
  const nameOf = (index: number): string => accounts.names[index] ?? ''
  const sorted = [...members].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const first = members.reduce(
    (least, index) => Math.min(least, accounts.first[index] ?? least),
    Number.POSITIVE_INFINITY,
  )
  const last = members.reduce((most, index) => Math.max(most, accounts.last[index] ?? most), 0)
  return {
    id,
    score,
    accounts: sorted.map((index) => accounts.names[index] ?? ''),
    exchanges: members.reduce((sum, index) => sum + (accounts.exchanges[index] ?? 0), 0),
    first,
    last,
    flaggedAt,
    objective: objectiveOf(watch, members),
    evidence,
    templates: group.family ? templatesOf(group.family, members, watch) : [],
    explanations,
    daily: dailyOf(watch, members, first, last),
    shared: sharedOf(watch, members),
    members: membersOf(watch, sorted),
  }
}

/** What was looked at and explained, then crowds that nobody proposed; none that is mostly in an earlier one. */
function lookalikesOf(
  { cleared, scene }: Sweep,
  raised: readonly Raised[],
  { accounts }: Watch,
): Lookalike[] {
  const accused = new Set(raised.flatMap(({ group }) => group.members))
  const explained = cleared.flatMap(({ group, explanations: [best] }): Crowd[] =>
    best && best.fit >= LOOKALIKE_FIT_MIN
      ? [{ kind: best.kind, members: group.members, summary: best.summary }]
      : [],
  )
  const named = new Set<number>()
  const lookalikes: Lookalike[] = []
  for (const { kind, members, summary } of [...explained, ...crowdsOf(scene, accused)]) {
    const fresh = members.filter((index) => !named.has(index))
    if (fresh.length * 2 <= members.length || lookalikes.length >= LOOKALIKES_MAX) continue
    for (const index of members) named.add(index)
    lookalikes.push({
      kind,
      accounts: members.map((index) => accounts.names[index] ?? '').sort(),
      exchanges: members.reduce((sum, index) => sum + (accounts.exchanges[index] ?? 0), 0),
      summary,
    })
  }
  return lookalikes
}

/** Of exchanges that ask for something a copy is trained on, from which that is what the group is after. */
const TECHNIQUE_SHARE_MIN = 0.25

const objectiveOfTechnique: Readonly<Partial<Record<(typeof techniques)[number], Objective>>> = {
  reasoning: 'reasoning',
  grading: 'grading',
  tools: 'tools',
}

/** What a copy could be trained on, where they ask for that; else what the group asks for more than everybody does. */
function objectiveOf({ accounts }: Watch, members: readonly number[]): Objective {
  const exchanges = members.reduce((sum, index) => sum + (accounts.exchanges[index] ?? 0), 0)
  let most = TECHNIQUE_SHARE_MIN * exchanges
  let asked: Objective | undefined
  for (const [at, technique] of techniques.entries()) {
    const objective = objectiveOfTechnique[technique]
    if (objective === undefined) continue
    const times = members.reduce(
      (sum, index) => sum + (accounts.techniques[index * techniques.length + at] ?? 0),
      0,
    )
    if (times >= most) [most, asked] = [times, objective]
  }
  return asked ?? purposeOf(accounts, members)
}

function purposeOf(accounts: Watch['accounts'], members: readonly number[]): Objective {
  const shares = (indices: Iterable<number>): number[] => {
    const counts = new Array<number>(objectives.length).fill(1)
    for (const index of indices)
      for (let k = 0; k < objectives.length; k++)
        counts[k] = (counts[k] ?? 0) + (accounts.objectives[index * objectives.length + k] ?? 0)
    const total = counts.reduce((sum, count) => sum + count, 0)
    return counts.map((count) => count / total)
  }
  const own = shares(members)
  let best = 0
  // Only a purpose behind a fifth of the exchanges names the campaign.
  for (let k = 1; k < objectives.length; k++)
    if ((own[k] ?? 0) > Math.max(0.2, best === 0 ? 0 : (own[best] ?? 0))) best = k
  return objectives[best] ?? 'other'
}

function dailyOf({ accounts }: Watch, members: readonly number[], first: number, last: number): number[] {
  const from = Math.floor(first / DAY_MS)
  const days = Math.min(DAYS, Math.floor(last / DAY_MS) - from + 1)
  return Array.from({ length: Math.max(0, days) }, (_, day) =>
    members.reduce(
      (sum, index) => sum + (accounts.dayCells[accounts.daysAt(index) + ((from + day) % DAYS)] ?? 0),
      0,
    ),
  )
}

function sharedOf({ accounts, names }: Watch, members: readonly number[]): Shared[] {
  const many = (kind: string, values: (index: number) => readonly number[] | undefined): Shared => {
    const counts = new Map<number, number>()
    for (const index of members)
      for (const value of values(index) ?? []) counts.set(value, (counts.get(value) ?? 0) + 1)
    const shared = [...counts.values()].filter((count) => count >= 2)
    const most = Math.max(0, ...shared)
    return {
      kind,
      value: shared.length === 0 ? 'none shared' : `${shared.length} shared by up to ${most} accounts each`,
      accounts: members.filter((index) =>
        (values(index) ?? []).some((value) => (counts.get(value) ?? 0) >= 2),
      ).length,
    }
  }
  const client = topOf(members, (index) => accounts.clients[index]?.[0] ?? 0)
  const model = topOf(members, (index) => accounts.models[index]?.[0] ?? 0)
  return [
    many('payment fingerprints', (index) => accounts.payments[index]),
    many('addresses', (index) => accounts.addresses[index]),
    {
      kind: 'client',
      value: (names.client.list[client.value ?? 0] ?? '').replace('\n', ' · '),
      accounts: client.count,
    },
    { kind: 'first model', value: names.model.list[model.value ?? 0] ?? '', accounts: model.count },
  ]
}
