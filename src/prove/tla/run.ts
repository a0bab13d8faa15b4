// One model-checking run, from files to a verdict.
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Outcome, Search, type Violation } from './check.ts'
import { type Config, parseConfig } from './config.ts'
import { LimitReached, TlaFailure } from './failure.ts'
import { openLibrary } from './library.ts'
import { checkLiveness, type LivenessPlan, planLiveness, type Starved } from './liveness-check.ts'
import { Modules } from './modules.ts'
import type { Run } from './natives-tlc.ts'
import { openParser } from './parse.ts'
import type { TlaReport } from './report.ts'
import { tupleOf } from './shapes.ts'
import { openSpecification, type Specification, wanted } from './specification.ts'
import { Tracer } from './trace.ts'

export type TlaRequest = {
  readonly file: string
  readonly config: string
  readonly statesMax: number
  readonly memoryBytesMax: number
  readonly print: (text: string) => void
  readonly progress: (generated: number, distinct: number, queue: number) => void
}

const nothing = { distinct: 0, generated: 0, depth: 0 }

/** Checks one model. Every fault of the input becomes a report; only our own bugs are thrown. */
export async function runTla(request: TlaRequest): Promise<TlaReport> {
  const run: Run = {
    level: 0,
    distinct: 0,
    generated: 0,
    queue: 0,
    registers: new Map(),
    print: request.print,
    random: generator(RANDOM_SEED),
    config: undefined,
    trace: () => tupleOf([]),
  }
  let search: Search | undefined
  try {
    const { specification, config } = await open(request, run)
    const plan = planLiveness(specification)
    search = start(specification, config, request, run, plan)
    return explore(search, { specification, config, request, run, plan })
  } catch (error) {
    return failed(error, search)
  } finally {
    search?.interner.release()
  }
}

const RANDOM_SEED = 0x9e3779b9

/** A fixed sequence, so that runs of specifications that draw at random repeat. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function open(
  request: TlaRequest,
  run: Run,
): Promise<{ specification: Specification; config: Config }> {
  const folder = dirname(request.file)
  const modules = new Modules(folder, await openParser(), openLibrary(run, folder))
  const root = basename(request.file).replace(/\.tla$/, '')
  modules.find(root, undefined)
  const config = parseConfig(readFileSync(request.config, 'utf8'), basename(request.config))
  return { specification: openSpecification(root, config, modules), config }
}

function start(
  specification: Specification,
  config: Config,
  request: TlaRequest,
  run: Run,
  plan: LivenessPlan,
): Search {
  const { scope } = specification
  const named = (names: readonly string[]) => names.map((name) => ({ name, ...wanted(scope, name) }))
  let last = 0
  const search: Search = new Search(
    specification,
    {
      constraints: named(config.constraints),
      actionConstraints: named(config.actionConstraints),
      view: config.view === undefined ? undefined : wanted(scope, config.view),
      symmetry: config.symmetry.map((name) => wanted(scope, name)),
      checkDeadlock: config.checkDeadlock ?? true,
      atoms: plan.formulas.atoms,
      alias: config.alias === undefined ? undefined : wanted(scope, config.alias),
      postcondition: config.postcondition === undefined ? undefined : wanted(scope, config.postcondition),
    },
    { statesMax: request.statesMax, memoryBytesMax: request.memoryBytesMax },
    run,
    () => {
      if (search.generated - last < PROGRESS_STATES) return
      last = search.generated
      request.progress(search.generated, search.distinct, run.queue)
    },
  )
  return search
}

const PROGRESS_STATES = 250_000

function counts(search: Search | undefined) {
  return search ? { distinct: search.distinct, generated: search.generated, depth: search.depth } : nothing
}

type Job = {
  readonly specification: Specification
  readonly config: Config
  readonly request: TlaRequest
  readonly run: Run
  readonly plan: LivenessPlan
}

function explore(search: Search, job: Job): TlaReport {
  const { specification, config } = job
  const wrong = search.assumptionsHold()
  if (wrong) {
    return { verdict: 'error', ...nothing, reason: 'An assumption (ASSUME) is false.', place: wrong }
  }
  const hasBehaviour = specification.initial.length > 0
  if (hasBehaviour && !specification.next)
    throw new TlaFailure('The configuration gives an initial predicate but no next-state action.')
  if (!hasBehaviour && (config.invariants.length > 0 || config.properties.length > 0)) {
    throw new TlaFailure(
      'The configuration names properties but no behaviour: SPECIFICATION, or INIT and NEXT, is missing.',
    )
  }
  const outcome: Outcome = hasBehaviour ? search.explore() : { violation: undefined, trace: [] }
  if (outcome.violation) return violated(search, specification, outcome.violation, outcome.trace)
  if (search.postcondition() === false) {
    return {
      verdict: 'violated',
      ...counts(search),
      reason: `Postcondition ${config.postcondition} is false.`,
    }
  }
  return search.isReduced && job.plan.negations.length > 0
    ? wholeGraph(search, job)
    : temporal(search, search, job)
}

/** A view may stand for infinitely many states; a symmetry group this large is rare. */
const STATES_PER_CLASS_MAX = 1000

/** Under SYMMETRY and VIEW a state stands for others, and a cycle of such states proves nothing: liveness is checked
 * on the whole graph, while the counts stay those of the reduced one. */
function wholeGraph(search: Search, job: Job): TlaReport {
  const { specification, config, request, run, plan } = job
  search.interner.release()
  const statesMax = Math.min(request.statesMax, STATES_PER_CLASS_MAX * search.distinct)
  const unreduced = { ...config, symmetry: [], view: undefined }
  const whole = start(specification, unreduced, { ...request, statesMax }, run, plan)
  try {
    const outcome = whole.explore()
    if (outcome.violation) return violated(whole, specification, outcome.violation, outcome.trace)
    return temporal(search, whole, job)
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    const reason = `the state graph without SYMMETRY and VIEW has ${error.message}`
    return unsure(
      search,
      plan.negations.map(({ name }) => ({ name, reason })),
    )
  } finally {
    whole.interner.release()
  }
}

function temporal(search: Search, graph: Search, { specification, plan }: Job): TlaReport {
  const { starved, beyond } = checkLiveness(plan, graph)
  if (starved) return unfair(search, graph, specification, starved)
  return beyond.length > 0 ? unsure(search, beyond) : { verdict: 'ok', ...counts(search) }
}

function unsure(
  search: Search,
  beyond: readonly { readonly name: string; readonly reason: string }[],
): TlaReport {
  const why = new Set(beyond.map(({ name, reason }) => `${name}: ${reason}`))
  return {
    verdict: 'unknown',
    ...counts(search),
    reason: `No violation found, but not everything was checked. ${[...why].join('; ')}`,
    unchecked: [...new Set(beyond.map(({ name }) => name))],
  }
}

function violated(
  search: Search,
  specification: Specification,
  violation: Violation,
  states: Outcome['trace'],
): TlaReport {
  const trace = new Tracer(specification, search).describe(states)
  if (violation.kind === 'deadlock')
    return { verdict: 'deadlock', ...counts(search), reason: 'Deadlock reached.', trace }
  const what = { invariant: 'Invariant', initial: 'Property', step: 'Action property' }[violation.kind]
  return {
    verdict: 'violated',
    ...counts(search),
    reason: `${what} ${violation.name} is violated.`,
    place: violation.place,
    trace,
  }
}

function unfair(search: Search, graph: Search, specification: Specification, outcome: Starved): TlaReport {
  const { states, loop } = outcome.lasso
  const values = states.map((state) => graph.state(state))
  return {
    verdict: 'violated',
    ...counts(search),
    reason: `Temporal property ${outcome.name} is violated.`,
    place: outcome.test.expr.place,
    trace: new Tracer(specification, graph).describe(values),
    loop,
  }
}

function failed(error: unknown, search: Search | undefined): TlaReport {
  if (error instanceof LimitReached) {
    return {
      verdict: 'unknown',
      ...counts(search),
      reason: `The search stopped at its limit: ${error.message}.`,
    }
  }
  if (error instanceof TlaFailure) {
    const trace = search && (error as { trace?: Outcome['trace'] }).trace
    return {
      verdict: 'error',
      ...counts(search),
      reason: error.message,
      ...(error.place ? { place: error.place } : {}),
      ...(trace && trace.length > 0 ? { trace: search.plainTrace(trace) } : {}),
    }
  }
  if (error instanceof RangeError) {
    return {
      verdict: 'error',
      ...counts(search),
      reason: `The specification nests or recurses too deeply: ${error.message}.`,
    }
  }
  throw error
}
