import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { GateError } from '../kernel/gate-error.ts'
import { sarif } from '../prove/sarif.ts'
import { svg } from '../prove/system/diagram.ts'
import { properties } from '../prove/system/properties.ts'
import { type VerifyReport, verifyPolicy } from '../prove/verify.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { type Screen, screenOf } from './render/screen.ts'
import { isProved, verdictPage } from './render/verdicts.ts'
import { listOption, textOption } from './store-option.ts'
import { verifyAgainst } from './verify-against.ts'
import { emitModules } from './verify-emit.ts'
import { recordVerdicts } from './verify-ledger.ts'
import { type PolicySource, policySources, shippedPolicies } from './verify-sources.ts'
import { version } from './version.ts'

export const verify: Command = {
  usage: '[--config FILE] [--policy FILE] [--json]',
  description: `Proves what a policy says about agents that work together: no protected data reaches a sink, no credential
without entitlement, approval before what cannot be undone, and more. Without an argument, every policy that
ships with Portcullis. The table that is proved is the one the gate runs.

A violation comes with the shortest run that shows it, replayed in the gate. A proof comes with a weakened system
in which the same statement breaks; a proof without one is vacuous, and counts as a failure.

Exit code 0: all proved; 1: violated, or vacuous; 2: unusable input; 3: unknown, or no system is declared.
With --against, 0: nothing is newly allowed; 1: something is; 3: unknown.`,
  options: {
    config: {
      type: 'string',
      value: 'FILE',
      summary: 'a portcullis.yaml (its agents.policy), a policy file, or a folder of them',
    },
    policy: { type: 'string', value: 'FILE', summary: 'a policy: observe, balanced, strict, or a file' },
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
    against: {
      type: 'string',
      value: 'OLD',
      summary: 'say what the policy newly allows, compared with this one',
    },
    sarif: { type: 'string', value: 'FILE', summary: 'write violations for code scanners' },
    svg: { type: 'string', value: 'DIR', summary: 'write a sequence diagram of each violation' },
    'emit-tla': {
      type: 'string',
      value: 'DIR',
      summary: 'write TLA+ modules that TLC can check; with --store also what its ledger says happened',
    },
    only: { type: 'string', value: 'NAMES', summary: 'only these properties, separated by commas' },
    'states-max': { type: 'string', value: 'N', summary: 'states a search may visit (default 2,000,000)' },
    store: { type: 'string', value: 'DIR', summary: 'also write the verdicts into the ledger of this store' },
  },
  examples: [
    ['portcullis verify', 'prove the policies that ship with Portcullis'],
    [
      'portcullis verify --policy my.yaml --svg pictures',
      'a policy of your own, with pictures of what is wrong',
    ],
    ['portcullis verify --policy new.yaml --against old.yaml', 'what a change newly allows'],
    ['portcullis verify --config policies/examples/flawed', 'see what violations look like'],
  ],
  wordsMax: 0,
  run,
}

export type Verified = { readonly source: PolicySource; readonly report: VerifyReport | undefined }

async function run(
  _positionals: readonly string[],
  options: ParsedOptions,
  console: Console,
): Promise<ExitCode> {
  const against = textOption(options, 'against')
  if (against !== undefined)
    return await verifyAgainst(against, sourcesOf(options, console.cwd), options.json === true, console)
  const only = propertiesNamed(options)
  const verifyOptions = {
    ...(options['states-max'] === undefined ? {} : { statesMax: statesMax(options) }),
    ...(only.length === 0 ? {} : { only }),
  }
  const verified = sourcesOf(options, console.cwd).map((source) => ({
    source,
    report: verifyPolicy(source.policy, verifyOptions),
  }))
  console.stdout.write(
    options.json === true ? `${JSON.stringify(json(verified))}\n` : pages(verified, screenOf(console)),
  )
  writePictures(verified, options, console.cwd)
  writeSarif(verified, options, console.cwd)
  const emitTo = textOption(options, 'emit-tla')
  const store = textOption(options, 'store')
  if (emitTo !== undefined) emitModules(resolve(console.cwd, emitTo), verified, options, console)
  if (store !== undefined) await recordVerdicts(resolve(console.cwd, store), verified, console.now())
  return exitOf(verified)
}

function sourcesOf(options: ParsedOptions, cwd: string): readonly PolicySource[] {
  const policy = textOption(options, 'policy')
  const config = textOption(options, 'config')
  if (policy !== undefined && config !== undefined)
    throw new GateError('usage', 'Give --config or --policy, not both.')
  const named = policy ?? config
  return named === undefined ? shippedPolicies(cwd) : policySources(named, cwd)
}

function propertiesNamed(options: ParsedOptions): readonly string[] {
  const named = listOption(options, 'only')
  const known = properties.map(({ name }) => name)
  const unknown = named.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new GateError('usage', `There is no property ${unknown}; there are ${known.join(', ')}.`)
  return named
}

function statesMax(options: ParsedOptions): number {
  const value = Number(options['states-max'])
  if (!Number.isInteger(value) || value <= 0)
    throw new GateError('usage', '--states-max takes a positive whole number.')
  return value
}

function exitOf(verified: readonly Verified[]): ExitCode {
  const verdicts = verified.flatMap(({ report }) => report?.verdicts ?? [])
  if (verdicts.some(({ verdict, vacuous }) => verdict === 'violated' || vacuous)) return 1
  const isKnown = verified.every(({ report }) => report?.verdicts.every(isProved) ?? false)
  return isKnown && verdicts.length > 0 ? 0 : 3
}

function json(verified: readonly Verified[]): object {
  return {
    policies: verified.map(({ source, report }) => ({
      policy: source.policy.name,
      file: source.file,
      ...(report === undefined ? { system: false } : { model: report.model, ms: Math.round(report.ms) }),
    })),
    verdicts: verified.flatMap(({ source, report }) =>
      (report?.verdicts ?? []).map((verdict) => ({ policy: source.policy.name, ...verdict })),
    ),
  }
}

function pages(verified: readonly Verified[], { columns }: Screen): string {
  return verified
    .map(({ source, report }) =>
      report === undefined
        ? `${source.file}: declares no system of agents, so there is nothing to prove.\n`
        : verdictPage(source.file, report, columns),
    )
    .join('\n')
}

function writePictures(verified: readonly Verified[], options: ParsedOptions, cwd: string): void {
  const folder = textOption(options, 'svg')
  if (folder === undefined) return
  mkdirSync(resolve(cwd, folder), { recursive: true })
  for (const { source, report } of verified)
    for (const { property, trace } of report?.verdicts ?? []) {
      if (trace === undefined) continue
      const title = `${source.policy.name}: ${property}`
      const name = `${source.policy.name}-${property}.svg`.replaceAll(/[^\w.-]/g, '_')
      writeFileSync(join(resolve(cwd, folder), name), svg(title, trace))
    }
}

function writeSarif(verified: readonly Verified[], options: ParsedOptions, cwd: string): void {
  const file = textOption(options, 'sarif')
  if (file === undefined) return
  const located = verified.flatMap(({ source, report }) =>
    report === undefined ? [] : [{ report, file: source.file, line: source.line }],
  )
  writeFileSync(resolve(cwd, file), `${JSON.stringify(sarif(located, version()), undefined, 2)}\n`)
}
