// What each signal adds to labelled logs: what the hunt finds with all of them, and with each of them left out.
//
//   npm run bench -- ablation [-- FOLDER...]
//
// A folder holds log.jsonl.gz and truth.json, as `portcullis demo --write` leaves them. Without one, the project's own
// `small` and `hard` are made and looked at. The benchmark's grid has a table of its own (docs/benchmark.md).
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { hunt } from '../src/watch/hunt.ts'
import { scenarios } from '../src/watch/traffic/scenarios.ts'
import { trafficOf } from '../src/watch/traffic/traffic.ts'
import { writeTraffic } from '../src/watch/traffic/write.ts'
import { ablated } from './distillation/ablation.ts'
import { scoreHunt, type Truth, truthSchema } from './score.ts'

const SEED = 7

const { positionals } = parseArgs({ allowPositionals: true })
if (positionals.length > 0)
  for (const folder of positionals) await look(basename(folder), join(folder, 'log.jsonl.gz'), folder)
else
  for (const name of ['small', 'hard'] as const) {
    const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'))
    try {
      const { log } = await writeTraffic(trafficOf(scenarios[name], SEED), folder, { compression: 'gzip' })
      await look(`own ${name}`, log, folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

async function look(name: string, log: string, folder: string): Promise<void> {
  const truth = v.parse(truthSchema, JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')))
  const { report, watch } = await hunt([log])
  tell(
    name,
    'none',
    report.campaigns.map(({ accounts }) => accounts),
    truth,
  )
  for (const [signal, groups] of ablated(watch)) tell(name, signal, groups, truth)
}

function tell(name: string, without: string, groups: readonly (readonly string[])[], truth: Truth): void {
  const { campaigns, found, attackers, attackersFlagged, benignFlagged } = scoreHunt(
    groups.map((accounts) => ({ accounts, flaggedAt: 0 })),
    truth,
  )
  const share = (100 * attackersFlagged) / Math.max(1, attackers)
  console.log(
    `${name}, without ${without.padEnd(18)}: ${found} of ${campaigns.length} campaigns, ${share.toFixed(1)} % of accounts, ${benignFlagged} benign`,
  )
}
