import type { Report } from '../../watch/report.ts'
import type { Untold } from '../../watch/untold.ts'

const words: Readonly<Record<Untold, string>> = {
  prompts: 'prompts',
  tokens: 'output tokens',
  addresses: 'addresses',
  clients: 'clients',
  cards: 'payment fingerprints',
  ages: 'creation times of accounts',
}

/** What the log could not show, a sentence or two each: neither a finding nor its absence says anything about that. */
export function blindSpots({ commonAddresses, untold = [], campaigns }: Report): readonly string[] {
  return [
    ...(untold.length > 0 ? [withoutFacts(untold, campaigns.length > 0)] : []),
    ...(commonAddresses === undefined ? [] : [withoutAddresses(commonAddresses)]),
  ]
}

function withoutFacts(untold: readonly Untold[], isFound: boolean): string {
  const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(untold.map((kind) => words[kind]))
  const rest = isFound ? 'Campaigns that show only there are not among these' : 'This is no all-clear'
  return `The log has no ${list}, so nothing could be found by ${untold.length === 1 ? 'that' : 'those'}. ${rest}; docs/intake.md says which fields tell most.`
}

function withoutAddresses(addresses: number): string {
  const which = addresses === 1 ? 'one address' : `the same ${addresses} addresses`
  return `Most accounts came from ${which}, as from behind a proxy: addresses told nothing here. Log the client's own address (X-Forwarded-For, from a proxy you trust) and campaigns are found sooner.`
}
