// Measures every signal on benign traffic and writes src/watch/campaigns/calibration.ts.
//
//   node bench/calibrate.ts
//
// Benign only, made by the project itself: no campaign is looked at, so the rates cannot be fitted to one.
import { writeFileSync } from 'node:fs'
import { explanationsOf } from '../src/watch/campaigns/explanations.ts'
import type { Group, Proposal, Scene } from '../src/watch/campaigns/group.ts'
import { refine, undivided } from '../src/watch/campaigns/refine.ts'
import { FIT_MIN } from '../src/watch/campaigns/score.ts'
import { signals } from '../src/watch/campaigns/signals.ts'
import { Observer } from '../src/watch/observe.ts'
import { scenarios } from '../src/watch/traffic/scenarios.ts'
import { trafficOf } from '../src/watch/traffic/traffic.ts'
import { Watch } from '../src/watch/watch.ts'

const SEEDS = Array.from({ length: 24 }, (_, index) => 101 + index)
/** Groups are taken from every sixth sweep: early ones show what chance does to young groups. */
const EVERY = 6

/** Strengths are counted in hundredths. */
const counts: Record<string, number[]> = Object.fromEntries(
  signals.map(({ name }) => [name, new Array<number>(101).fill(0)]),
)
let groups = 0
for (const seed of SEEDS) {
  let sweeps = 0
  const watch = new Watch({
    seed,
    // Nothing is scored here: the rates that scoring needs are what is being measured.
    without: signals.map(({ name }) => name),
    onSweep: ({ scene, proposals }) => {
      if (sweeps++ % EVERY !== 0) return
      for (const group of proposals.flatMap((proposal) => groupsOf(proposal, scene))) {
        // Groups that an explanation covers are answered by it, and would make the signals look common.
        if ((explanationsOf(group, scene)[0]?.fit ?? 0) >= FIT_MIN) continue
        groups++
        for (const { name, read } of signals) {
          const reading = read(group, scene)
          const histogram = counts[name]
          if (!histogram || reading === undefined) continue
          const hundredth = Math.floor(reading.strength * 100)
          histogram[hundredth] = (histogram[hundredth] ?? 0) + 1
        }
      }
    },
  })
  const observer = new Observer(watch)
  for (const exchange of trafficOf(scenarios.clean, seed)) observer.observe(exchange)
  sweeps = 0
  watch.sweep(watch.until ?? 0)
  process.stderr.write(`seed ${seed}: ${watch.exchanges} exchanges, ${groups} groups so far\n`)
}

/** What a sweep looks at: parts, and wholes that look like one queue. */
function groupsOf(proposal: Proposal, scene: Scene): Group[] {
  const parts = refine(proposal, scene)
  const whole = parts.length < 2 ? undefined : undivided(proposal, scene)
  return whole === undefined ? parts : [...parts, whole]
}

const target = new URL('../src/watch/campaigns/calibration.ts', import.meta.url)
writeFileSync(
  target,
  `// Written by bench/calibrate.ts from benign traffic only; not edited by hand.
import type { SignalName } from './signals.ts'

type Calibration = {
  readonly groups: number
  readonly counts: Readonly<Record<SignalName, readonly number[]>>
}

/** How many benign groups showed each signal with a strength of 0.00, 0.01 … 1.00. */
// biome-ignore format: a table of measurements
export const calibration: Calibration = ${JSON.stringify({ groups, counts })}
`,
)
