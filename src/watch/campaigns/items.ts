// Do the accounts send the same questions, or each its own? Pupils, the teams of a contest and everybody who runs a public
// benchmark are set the same ones. A work queue deals each out once: nobody pays for an answer as often as he has accounts.
import { RUNS, sampledRun } from '../profiles/accounts.ts'
import { upTo } from './ascending.ts'
import type { Group, Scene } from './group.ts'

/** A run is common if so many of the other accounts that would have it among theirs do. */
const HOLDERS_SHARE = 0.25
/** Of a larger group so many accounts are looked at. */
const MEMBERS_MAX = 256
/** Uses an account, and share of its exchanges, from which a word run belongs to the wrapper and not to what is asked. */
const WRAPPER_USES = 1.8
const WRAPPER_SHARE = 0.2
/** With fewer exchanges an account a long wrapper is most of what it sent; with fewer runs left nothing can be said. */
const EXCHANGES_MIN = 4
const RUNS_MIN = 48

/**
 * Share of what the accounts send, apart from wrappers, that is common to them; undefined where too little was seen. One queue
 * has 0 to 0.2, with wrappers that are put together anew each time up to 0.35; a class or a contest has 0.4 to 0.9.
 */
export function commonItems({ members }: Group, { accounts, usesOf }: Scene): number | undefined {
  const step = Math.ceil(members.length / MEMBERS_MAX)
  const looked = members.filter((_, at) => at % step === 0)
  const exchanges =
    looked.reduce((sum, index) => sum + (accounts.exchanges[index] ?? 0), 0) / Math.max(1, looked.length)
  if (exchanges < EXCHANGES_MIN) return undefined
  const wrapperUses = Math.max(WRAPPER_USES, WRAPPER_SHARE * exchanges)
  const holders = new Map<number, number>()
  for (const index of looked)
    for (let k = index * RUNS; k < (index + 1) * RUNS; k++) {
      const run = accounts.runs[k] ?? 0
      if (run !== 0) holders.set(run, (holders.get(run) ?? 0) + 1)
    }
  // What lies below the least of an account's it may have sent and holds no more: of that run it is not asked.
  const least = Uint32Array.from(looked, (index) => accounts.runs[index * RUNS] ?? 0).sort()
  let common = 0
  let all = 0
  for (const [run, count] of holders) {
    const others = upTo(least, run) - 1
    if (others < 1 || usesOf(sampledRun(run)) >= wrapperUses) continue
    all += count
    if (count - 1 >= HOLDERS_SHARE * others) common += count
  }
  return all < RUNS_MIN ? undefined : common / all
}
