import type { Baseline } from '../baselines.ts'
import type { AccountEvidence } from '../evidence.ts'

/** An address that more accounts use is a carrier's or an office's, and a client that more use is a popular one. */
const SHARED_BY_MAX = 40
const JOINS = /^(card|address|client) /

/** Union-find over rare cards, addresses and clients; an account is as suspect as its component is large. */
export const infrastructure: Baseline = {
  name: 'shared infrastructure',
  summary: 'size of the component joined by cards, addresses and clients that at most 40 accounts share',
  score: ({ accounts }) => {
    const parent = Int32Array.from(accounts, (_, index) => index)
    for (const members of rareArtefacts(accounts).values())
      for (const member of members) parent[rootOf(parent, member)] = rootOf(parent, members[0] ?? member)
    const sizes = new Float64Array(accounts.length)
    for (const index of accounts.keys()) {
      const root = rootOf(parent, index)
      sizes[root] = (sizes[root] ?? 0) + 1
    }
    return Float64Array.from(accounts, (_, index) => sizes[rootOf(parent, index)] ?? 1)
  },
}

function rareArtefacts(accounts: readonly AccountEvidence[]): Map<string, number[]> {
  const users = usersOf(accounts)
  for (const [artefact, members] of users)
    if (members.length < 2 || members.length > SHARED_BY_MAX || !JOINS.test(artefact)) users.delete(artefact)
  return users
}

export function usersOf(accounts: readonly AccountEvidence[]): Map<string, number[]> {
  const users = new Map<string, number[]>()
  for (const [index, { artefacts }] of accounts.entries())
    for (const artefact of artefacts) {
      const members = users.get(artefact)
      if (members === undefined) users.set(artefact, [index])
      else members.push(index)
    }
  return users
}

function rootOf(parent: Int32Array, start: number): number {
  let root = start
  while (parent[root] !== root) root = parent[root] ?? root
  // Paths are halved on the way, so that chains of thousands stay short.
  for (let at = start; at !== root; ) {
    const next = parent[at] ?? root
    parent[at] = root
    at = next
  }
  return root
}
