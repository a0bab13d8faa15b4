// What the hunt finds, what it costs and how soon: traffic is made, hunted by the real command, scored by its truth.
//
//   node bench/hunt.bench.ts [--seeds N,N,…] [--only TEXT] [--prompts DIR] [--seed-size] [--kept] [--detail]
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
import { isFound, type Score, scoreHunt, truthSchema } from './score.ts'

const CPU_LOOK_MS = 50
const TICKS_A_SECOND = 100

const binary = fileURLToPath(new URL('../bin/portcullis.js', import.meta.url))
const { values } = parseArgs({
  options: {
    /** One story each; the figures are over all of them. */
    seeds: { type: 'string', default: '7,11,12' },
    only: { type: 'string' },
    prompts: { type: 'string', default: fileURLToPath(new URL('../../shared', import.meta.url)) },
    /** The size of the reported case: 16 million exchanges. Hours on a busy machine, and 16 GB to make the traffic. */
    'seed-size': { type: 'boolean', default: false },
    /** Also the cost of keeping sketches, of hunting through them, and of looking again at what was known. */
    kept: { type: 'boolean', default: false },
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
  readonly maker: (folder: string, seed: string) => readonly string[]
  readonly needs?: string
}

type Run = { readonly hunted: Hunted; readonly cpuSeconds: number | undefined; readonly score: Score }

const tools = join(values.prompts, 'tools/make-traffic.mjs')

function own(scenario: string): Workload {
  return {
    name: `own ${scenario}`,
    maker: (folder, seed) => [binary, 'demo', '--write', folder, '--scenario', scenario, '--seed', seed],
  }
}

function real(scenario: string, ...nodeFlags: readonly string[]): Workload {
  const data = join(values.prompts, 'data')
  return {
    name: `real ${scenario}`,
    needs: tools,
    maker: (folder, seed) => [
      ...nodeFlags,
      tools,
      ...['--pools', join(data, 'prompts'), '--scenario', join(data, 'scenarios', `${scenario}.json`)],
      ...['--seed', seed, '--out', folder],
    ],
  }
}

const workloads: readonly Workload[] = values['seed-size']
  ? [own('demo'), real('seed', '--max-old-space-size=16000')]
  : [own('small'), own('clean'), real('small'), real('clean')]
const seeds = values['seed-size'] ? values.seeds.split(',').slice(0, 1) : values.seeds.split(',')

for (const workload of workloads) {
  if (values.only !== undefined && !workload.name.includes(values.only)) continue
  if (workload.needs !== undefined && !existsSync(workload.needs)) {
    skip(`hunt, ${workload.name}`, `there is no ${workload.needs}`)
    continue
  }
  const runs: Run[] = []
  for (const seed of seeds) runs.push(await play(workload, seed))
  report(workload.name, runs)
}

async function play({ name, maker }: Workload, seed: string): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'))
  try {
    await run(maker(folder, seed))
    const log = join(folder, 'log.jsonl.gz')
    const { out, cpuSeconds } = await run([binary, 'hunt', log, '--json', '--no-save'])
    const found = v.parse(huntSchema, JSON.parse(out))
    const truth = v.parse(truthSchema, JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')))
    const score = scoreHunt(found.campaigns, truth)
    console.log(
      `${name}, seed ${seed}: ${found.exchanges} exchanges, ${found.accounts} accounts, ${score.found} of ${score.campaigns.length} campaigns`,
    )
    if (values.detail) detail(score)
    if (values.kept) await playKept(name, folder, log, out)
    return { hunted: found, cpuSeconds, score }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same hunt three ways with sketches that are kept, each of which has to find what the first found. */
async function playKept(name: string, folder: string, log: string, first: string): Promise<void> {
  const directory = join(folder, 'kept')
  const found = (out: string) =>
    JSON.stringify(v.parse(v.object({ campaigns: v.unknown() }), JSON.parse(out)))
  const hunt = [binary, 'hunt', log, '--json', '--no-save', '--sketches', directory]
  for (const way of [
    'keeping sketches',
    'looking again at the kept state',
    'through kept sketches',
  ] as const) {
    if (way === 'through kept sketches') await rm(join(directory, 'state'))
    const { out, cpuSeconds } = await run(hunt)
    const { exchanges, seconds, peakRssMiB } = v.parse(huntSchema, JSON.parse(out))
    const isSame = found(out) === found(first) ? 'same findings' : 'OTHER FINDINGS'
    const cpu = cpuSeconds === undefined ? '' : `${cpuSeconds.toFixed(1)} CPU s, `
    const rate = Math.round(exchanges / (cpuSeconds ?? seconds)).toLocaleString('en')
    console.log(
      `    ${name}, ${way}: ${seconds.toFixed(1)} s, ${cpu}${rate} exchanges a CPU second, ${peakRssMiB} MiB, ${isSame}`,
    )
  }
}

/** Figures over all seeds: sums of what can be summed, the worst of what cannot. */
function report(name: string, runs: readonly Run[]): void {
  const command = `npm run bench -- hunt${values['seed-size'] ? ' -- --seed-size' : ''}`
  const figure = (measure: string, value: string, unit = '') =>
    say({ name: `${name}: ${measure}`, figure: value, unit, command })
  const sum = (of: (run: Run) => number): number => runs.reduce((total, each) => total + of(each), 0)
  const exchanges = sum(({ hunted }) => hunted.exchanges)
  const rate = (seconds: number): string => Math.round(exchanges / seconds).toLocaleString('en')
  figure('exchanges a second', rate(sum(({ hunted }) => hunted.seconds)))
  if (runs.every(({ cpuSeconds }) => cpuSeconds !== undefined))
    figure('exchanges a CPU second', rate(sum(({ cpuSeconds = 0 }) => cpuSeconds)))
  figure('peak memory', Math.max(...runs.map(({ hunted }) => hunted.peakRssMiB)).toLocaleString('en'), 'MiB')
  const groups = sum(({ hunted }) => hunted.campaigns.length)
  const campaigns = runs.flatMap(({ score }) => score.campaigns)
  if (campaigns.length === 0) figure('campaigns reported, none being there', `${groups}`)
  else {
    figure('campaigns found', `${sum(({ score }) => score.found)} of ${campaigns.length}`)
    figure('groups that are not one campaign', `${sum(({ score }) => score.impure)} of ${groups}`)
    const flagged = sum(({ score }) => score.attackersFlagged)
    figure(
      'attacker accounts flagged',
      part(
        flagged,
        sum(({ score }) => score.attackers),
      ),
    )
    const delays = campaigns.filter(isFound).flatMap(({ delayHours }) => delayHours ?? [])
    const median = delays.sort((a, b) => a - b)[delays.length >> 1]
    if (median !== undefined) figure('median log time from first exchange to flag', median.toFixed(1), 'h')
  }
  const accused = sum(({ score }) => score.benignFlagged)
  figure(
    'benign accounts flagged',
    part(
      accused,
      sum(({ score }) => score.benign),
    ),
  )
  figure('worst benign kind', worstKind(runs))
}

function worstKind(runs: readonly Run[]): string {
  const [worst] = runs
    .flatMap(({ score }) => [...score.falseByKind])
    .sort((a, b) => b[1][0] / b[1][1] - a[1][0] / a[1][1])
  if (worst === undefined) return 'none'
  const [kind, [flagged, all]] = worst
  return `${kind}: ${flagged} of ${all}`
}

function detail({ campaigns, falseByKind }: Score): void {
  for (const campaign of campaigns) {
    const { id, kind, accounts, recall, delayHours } = campaign
    console.log(
      `    ${isFound(campaign) ? 'found ' : 'MISSED'} ${id.padEnd(10)} ${percent(recall).padStart(8)} of ${accounts}, ${delayHours?.toFixed(1) ?? '–'} h  ${kind}`,
    )
  }
  for (const [kind, [flagged, all]] of falseByKind) console.log(`    accused ${kind}: ${flagged} of ${all}`)
}

function part(some: number, all: number): string {
  return `${percent(some / Math.max(1, all))} (${some.toLocaleString('en')} of ${all.toLocaleString('en')})`
}

function percent(share: number): string {
  // Nearly none is not none, and nearly all is not all.
  const odd = Math.min(share, 1 - share)
  return `${(100 * share).toFixed(odd > 0 && odd < 0.001 ? 3 : odd < 0.01 ? 2 : 1)} %`
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
