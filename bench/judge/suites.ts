// Runs of agents out of other people's public suites, read from a clone of each. Nothing of them is kept here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { skip } from '../figure.ts'
import type { TraceRow } from './score.ts'
import { agentDyn } from './suites/agent-dyn.ts'
import { agentSecurityBench } from './suites/agent-security-bench.ts'
import { apiBank } from './suites/api-bank.ts'
import { functionCallSuite } from './suites/function-calls.ts'
import { injecAgentSuite } from './suites/inject-agent.ts'
import { openAgentSafety } from './suites/open-agent-safety.ts'
import { poisonedPagesSuite } from './suites/poisoned-pages.ts'
import { privacyLensSuite } from './suites/privacy-lens.ts'
import { rJudge } from './suites/r-judge.ts'
import { rasEval } from './suites/ras-eval.ts'
import type { Suite } from './suites/suite.ts'
import { sweAgent } from './suites/swe-agent.ts'
import { tauBench } from './suites/tau-bench.ts'
import { tau2Bench } from './suites/tau2-bench.ts'
import { toolAlpacaSuite } from './suites/tool-alpaca.ts'

/** One run of a suite; `half` says whether its misses may be read while rules are written. */
export type Run = TraceRow & { readonly half: 'read' | 'unread' }

/** The first that has a path of a clone reads it. */
const suites: readonly Suite[] = [
  injecAgentSuite,
  agentSecurityBench,
  tauBench,
  tau2Bench,
  privacyLensSuite,
  functionCallSuite,
  toolAlpacaSuite,
  rJudge,
  apiBank,
  rasEval,
  poisonedPagesSuite,
  agentDyn,
  sweAgent,
  openAgentSafety,
]

/** The runs of the suites that have a clone at one of these places, bare or not. */
export function runsOf(places: readonly string[]): readonly Run[] {
  return places.flatMap((place) => {
    const paths = git(place, 'ls-tree', '-r', '--name-only', '-z', 'HEAD').split('\0')
    const suite = suites.find(({ has }) => paths.some((path) => has.test(path)))
    if (suite === undefined) throw new Error(`${place}: no suite that this bench can read`)
    const files = paths.filter((path) => suite.files.test(path))
    const seen = new Set<string>()
    return suite
      .read(files, (path) => shown(place, path))
      .flatMap((entry) => {
        const text = JSON.stringify([entry.suite, entry.kind, entry.steps])
        if (seen.has(text)) return []
        seen.add(text)
        const isOdd = (createHash('sha1').update(entry.key).digest()[0] ?? 0) % 2 === 1
        return [
          {
            suite: entry.suite,
            kind: entry.kind,
            malicious_call: entry.kind === 'attack' ? entry.at : null,
            steps: [...entry.steps],
            half: isOdd && suite.isUnread !== true ? 'read' : 'unread',
          } as const,
        ]
      })
  })
}

/** A large file may be left out of a clone. */
function shown(place: string, path: string): string {
  try {
    return git(place, 'show', `HEAD:${path}`)
  } catch {
    skip(path, `${place} lists it and does not have it`)
    return ''
  }
}

function git(place: string, ...words: string[]): string {
  return execFileSync('git', ['-C', place, ...words], {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString('utf8')
}
