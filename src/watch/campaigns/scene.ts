import { type Family, familiesOf } from '../links/families.ts'
import type { Features } from '../links/features.ts'
import { Sharing } from '../links/infrastructure.ts'
import { type Accounts, LOG_UNIT } from '../profiles/accounts.ts'
import { ageDays, type Rhythm, rhythmOf } from '../profiles/rhythm.ts'
import { techniques } from '../sketches/technique.ts'
import { type Asked, meanOutputLog, type Population, type Scene, settingsOf } from './group.ts'
import { tuningOf } from './tuning.ts'

/** An account this young at its first exchange counts as new: the reported campaigns used theirs within weeks. */
export const NEW_DAYS = 45
/**
 * And as new altogether up to this age. A log of a fortnight cannot tell that its first exchange of an account is the first
 * there was, and people come by the month as well: weeks say little.
 */
const FRESH_DAYS = 7
/** Share of its exchanges in which an account uses a family's wording for it to be the account's own. */
export const WORDING_SHARE_MIN = 0.1

/** One look at everything the watch knows, taken at a sweep. */
export function sceneOf(
  accounts: Accounts,
  features: Features,
  { silenced = new Set(), verdicts = [] }: Asked = {},
  sharing = new Sharing(),
): Scene {
  const rhythms: Rhythm[] = []
  for (let index = 0; index < accounts.count; index++) rhythms.push(rhythmOf(accounts, index))
  const families = familiesOf(features, accounts)
  const infrastructure = sharing.of(accounts)
  return {
    accounts,
    infrastructure,
    rhythms,
    population: populationOf(accounts, infrastructure.everybodys),
    families,
    usesOf: usesOf(features),
    wording: wordingOf(accounts, families),
    silenced,
    tuning: tuningOf(verdicts),
    dismissed: verdicts
      .filter(({ verdict }) => verdict === 'benign')
      .map((verdict) => new Set(verdict.accounts.flatMap((name) => accounts.find(name) ?? []))),
  }
}

export function usesOf(features: Features): Scene['usesOf'] {
  return (run) => {
    const feature = features.find('shingle', run)
    return feature < 0 ? 0 : (features.uses[feature] ?? 0) / Math.max(1, features.accounts[feature] ?? 0)
  }
}

function wordingOf(accounts: Accounts, families: readonly Family[]): Int32Array {
  const wording = new Int32Array(accounts.count)
  const most = new Uint32Array(accounts.count)
  for (const [at, { members }] of families.entries())
    for (const [index, uses] of members) {
      if (uses < WORDING_SHARE_MIN * (accounts.exchanges[index] ?? 0) || uses <= (most[index] ?? 0)) continue
      most[index] = uses
      wording[index] = at + 1
    }
  return wording
}

function populationOf(accounts: Accounts, everybodys: ReadonlySet<number>): Population {
  const clients = new Map<number, number>()
  const settings = new Map<string, number>()
  const outputs = new Float64Array(accounts.count)
  const asking = new Float64Array(techniques.length)
  let newness = 0
  for (let index = 0; index < accounts.count; index++) {
    newness += newnessOf(accounts, index)
    for (const client of accounts.clients[index] ?? []) clients.set(client, (clients.get(client) ?? 0) + 1)
    const setting = settingsOf(accounts, index)
    settings.set(setting, (settings.get(setting) ?? 0) + 1)
    outputs[index] = meanOutputLog(accounts, index)
    const exchanges = Math.max(1, accounts.exchanges[index] ?? 1)
    for (let k = 0; k < techniques.length; k++)
      asking[k] = (asking[k] ?? 0) + (accounts.techniques[index * techniques.length + k] ?? 0) / exchanges
  }
  outputs.sort()
  return {
    accounts: accounts.count,
    newness: newness / Math.max(1, accounts.count),
    clients,
    everybodys,
    settings,
    techniques: [...asking].map((sum) => sum / Math.max(1, accounts.count)),
    outputs: outputs.map((sum) => sum / LOG_UNIT),
  }
}

/** 1 for an account made within days before its first exchange, less with every week, 0 beyond NEW_DAYS. */
export function newnessOf(accounts: Accounts, index: number): number {
  const age = ageDays(accounts, index)
  return age === undefined ? 0 : Math.min(1, Math.max(0, (NEW_DAYS - age) / (NEW_DAYS - FRESH_DAYS)))
}

export function isNew(accounts: Accounts, index: number): boolean {
  const age = ageDays(accounts, index)
  return age !== undefined && age < NEW_DAYS
}
