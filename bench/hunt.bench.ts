// What the hunt finds, what it costs and how soon: traffic is made, hunted by the real command, scored by its truth.
//
//   node bench/hunt.bench.ts [--seed N] [--only TEXT] [--prompts DIR] [--seed-size] [--detail]
//
// The project's own traffic shares its author with the detectors. A second opinion comes from real prompts and another
// author's tenants: a folder `shared` beside the checkout, which licences keep out of it (--prompts names another).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { say, skip } from './figure.ts'
import { type Score, scoreHunt, type Truth, truthSchema } from './score.ts'

const CPU_LOOK_MS = 50
const TICKS_A_SECOND = 100

const binary = fileURLToPath(new URL('../bin/portcullis.js', import.meta.url))
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    only: { type: 'string' },
    prompts: { type: 'string', default: fileURLToPath(new URL('../../shared', import.meta.url)) },
    /** The size of the reported case: 16 million exchanges. Hours on a busy machine, and 16 GB to make the traffic. */
    'seed-size': { type: 'boolean', default: false },
    /** Every campaign, and every benign kind that was accused. */
    detail: { type: 'boolean', default: false },
  },
})

const huntSchema = v.object({
  exchanges: v.number(),
  accounts: v.number(),
  seconds: v.number(),
  peakRssMiB: v.number(),
  campaigns: v.array(v.object({ accounts: v.array(v.string()), flaggedAt: v.number() })),
})
type Hunted = v.InferOutput<typeof huntSchema>

type Workload = {
  readonly name: string
  /** Arguments of the process that writes log.jsonl.gz and truth.json into the folder. */
  readonly maker: (folder: string) => readonly string[]
  readonly needs?: string
}

const tools = join(values.prompts, 'tools/make-traffic.mjs')

function own(scenario: string): Workload {
  return {
    name: `own ${scenario}`,
    maker: (folder) => [binary, 'demo', '--write', folder, '--scenario', scenario, '--seed', values.seed],
  }
}

function real(scenario: string, ...nodeFlags: readonly string[]): Workload {
  const data = join(values.prompts, 'data')
  return {
    name: `real ${scenario}`,
    needs: tools,
    maker: (folder) => [
      ...nodeFlags,
      tools,
      ...['--pools', join(data, 'prompts'), '--scenario', join(data, 'scenarios', `${scenario}.json`)],
      ...['--seed', values.seed, '--out', folder],
    ],
  }
}

const workloads: readonly Workload[] = values['seed-size']
  ? [own('demo'), real('seed', '--max-old-space-size=16000')]
  : [own('small'), own('clean'), real('small'), real('clean')]

for (const workload of workloads) {
  if (values.only !== undefined && !workload.name.includes(values.only)) continue
  if (workload.needs !== undefined && !existsSync(workload.needs)) {
    skip(`hunt, ${workload.name}`, `there is no ${workload.needs}`)
    continue
  }
  await measure(workload)
}

async function measure({ name, maker }: Workload): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'))
  try {
    await run(maker(folder))
    const log = join(folder, 'log.jsonl.gz')
    const { out, cpuSeconds } = await run([binary, 'hunt', log, '--json', '--no-save'])
    const hunted = v.parse(huntSchema, JSON.parse(out))
    const truth = v.parse(truthSchema, JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')))
    report(name, hunted, cpuSeconds, truth)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function report(name: string, hunted: Hunted, cpuSeconds: number | undefined, truth: Truth): void {
  const score = scoreHunt(hunted.campaigns, truth)
  const command = `npm run bench -- hunt${values['seed-size'] ? ' -- --seed-size' : ''}`
  const figure = (measure: string, value: string, unit = '') =>
    say({ name: `${name}: ${measure}`, figure: value, unit, command })
  console.log(`${name}, seed ${values.seed}: ${hunted.exchanges} exchanges, ${hunted.accounts} accounts`)
  figure('exchanges a second', Math.round(hunted.exchanges / hunted.seconds).toLocaleString('en'))
  if (cpuSeconds !== undefined)
    figure('exchanges a CPU second', Math.round(hunted.exchanges / cpuSeconds).toLocaleString('en'))
  figure('peak memory', hunted.peakRssMiB.toLocaleString('en'), 'MiB')
  if (score.campaigns.length === 0)
    figure('campaigns reported, none being there', `${hunted.campaigns.length}`)
  else {
    figure('campaigns found', `${score.found} of ${score.campaigns.length}`)
    figure('groups that are not one campaign', `${score.impure} of ${hunted.campaigns.length}`)
    figure('attacker accounts flagged (TPR)', percent(score.tpr))
    if (score.delayHours !== undefined)
      figure('median log time from first exchange to flag', score.delayHours.toFixed(1), 'h')
  }
  figure('benign accounts flagged (FPR)', `${percent(score.fpr)} (${score.benignFlagged})`)
  figure('worst benign kind', worstKind(score))
  if (values.detail) detail(score)
}

function worstKind({ falseByKind }: Score): string {
  const [worst] = [...falseByKind].sort((a, b) => b[1][0] / b[1][1] - a[1][0] / a[1][1])
  if (worst === undefined) return 'none'
  const [kind, [flagged, all]] = worst
  return `${kind}: ${flagged} of ${all}`
}

function detail({ campaigns, falseByKind }: Score): void {
  for (const { id, kind, accounts, recall, delayHours } of campaigns)
    console.log(
      `    ${recall >= 0.5 ? 'found ' : 'MISSED'} ${id.padEnd(10)} ${percent(recall).padStart(8)} of ${accounts}, ${delayHours?.toFixed(1) ?? '–'} h  ${kind}`,
    )
  for (const [kind, [flagged, all]] of falseByKind) console.log(`    accused ${kind}: ${flagged} of ${all}`)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.001 ? 3 : share < 0.01 ? 2 : 1)} %`
}

type Ran = { readonly out: string; readonly cpuSeconds: number | undefined }

/** Runs a Node process to its end: its standard output, and the CPU time all its threads took. */
async function run(args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    texts.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    texts.err = (texts.err + chunk).slice(-2000)
  })
  // On a busy machine the wall clock measures the others. The last look is at most so long before the end.
  let cpuSeconds: number | undefined
  const looking = setInterval(() => {
    cpuSeconds = cpuSecondsOf(child.pid) ?? cpuSeconds
  }, CPU_LOOK_MS)
  const [code] = await once(child, 'close')
  clearInterval(looking)
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${texts.err}`)
  return { out: texts.out, cpuSeconds }
}

/** From the kernel's account of the process (proc(5), fields 14 and 15); undefined where there is none. */
function cpuSecondsOf(pid: number | undefined): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
  } catch {
    return undefined
  }
}
