import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How many checks of a scenario passed and failed. */
export type Score = { readonly passed: number; readonly failed: number }
export type Scores = ReadonlyMap<string, Score>

export const revisions = ['2025-11-25', '2026-07-28'] as const

const suite = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')
const TIMEOUT_MS = 300_000

/** Runs what a revision requires of a server, with what the suite reports beside it, and reads its summary. */
export async function conformanceOf(url: string, revision: string): Promise<Scores> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  try {
    const said = await run(['server', '--url', url, '--requirements', revision, '-o', folder])
    const summary = said.slice(said.indexOf('=== SUMMARY ==='))
    const lines = summary.matchAll(/^[✓✗] ([\w./-]+): (\d+) passed, (\d+) failed/gm)
    return new Map(
      [...lines].map(([, name = '', passed, failed]) => [
        name,
        { passed: Number(passed), failed: Number(failed) },
      ]),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The suite exits with 1 when a check fails; what it says is read in any case. */
function run(args: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const options = { timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1' } }
  execFile(process.execPath, [suite, ...args], options, (_, stdout, stderr) => resolve(`${stdout}${stderr}`))
  return promise
}

/** Scenarios that one passes and the other does not, or passes otherwise. */
export function differences(bare: Scores, gated: Scores): readonly string[] {
  const names = new Set([...bare.keys(), ...gated.keys()])
  return [...names]
    .filter((name) => shown(bare.get(name)) !== shown(gated.get(name)))
    .map((name) => `${name}: bare ${shown(bare.get(name))}, behind the gate ${shown(gated.get(name))}`)
}

function shown(score: Score | undefined): string {
  return score === undefined ? 'not run' : `${score.passed} passed, ${score.failed} failed`
}
