import { createReadStream, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { SystemModel } from '../gate/decide/system/model.ts'
import { ledgerEntries } from '../gate/export-exchanges.ts'
import { GateError } from '../kernel/gate-error.ts'
import { Conformance, type Nonconformance } from '../prove/conformance.ts'
import { PUBLIC_FILE, readPublicKey } from '../store/embedded/ledger/signing.ts'
import { verifyLedger } from '../store/embedded/ledger/verify.ts'
import type { Console, ExitCode, ParsedOptions } from './command.ts'
import { textOption } from './store-option.ts'
import { policySources } from './verify-sources.ts'

const PROBLEMS_MAX = 100

/** Checks the chain and its signatures first: whoever can rewrite the chain can rewrite a consistent story. */
export function checkStore(directory: string, options: ParsedOptions, console: Console): ExitCode {
  const { holds } = verifyLedger(directory, readPublicKey(join(directory, PUBLIC_FILE)))
  const conformance = new Conformance(knownModels(options, console.cwd))
  const problems: Nonconformance[] = []
  for (const { seq, entry } of ledgerEntries(directory)) {
    const problem = conformance.take(seq, entry)
    if (problem !== undefined && problems.length < PROBLEMS_MAX) problems.push(problem)
  }
  if (!holds) console.stderr.write('The ledger itself does not hold: see portcullis ledger verify.\n')
  return answer(conformance, problems, holds, options, console)
}

/** Lines of `ledger export`: replayed alone, without the chain that would show entries cut off at the end. */
export async function checkExport(file: string, options: ParsedOptions, console: Console): Promise<ExitCode> {
  const path = resolve(console.cwd, file)
  if (file !== '-' && !existsSync(path)) throw new GateError('usage', `There is no file ${path}.`)
  const conformance = new Conformance(knownModels(options, console.cwd))
  const problems: Nonconformance[] = []
  let line = 0
  const input = file === '-' ? console.stdin : createReadStream(path)
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    const { at, entry } = parseLine(text, line)
    const problem = conformance.take(at, entry)
    if (problem !== undefined && problems.length < PROBLEMS_MAX) problems.push(problem)
  }
  return answer(conformance, problems, true, options, console)
}

function knownModels(options: ParsedOptions, cwd: string): readonly SystemModel[] {
  const policy = textOption(options, 'policy')
  if (policy === undefined) return []
  return policySources(policy, cwd).flatMap(({ policy: { system } }) =>
    system === undefined ? [] : [SystemModel.open(system)],
  )
}

function parseLine(text: string, line: number): { at: number; entry: Readonly<Record<string, unknown>> } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new GateError('usage', `Line ${line} is no JSON.`)
  }
  if (typeof value !== 'object' || value === null) throw new GateError('usage', `Line ${line} is no entry.`)
  const fields = value as Readonly<Record<string, unknown>>
  const { entry, seq } = fields
  return {
    at: typeof seq === 'number' ? seq : line,
    entry:
      typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>) : fields,
  }
}

function answer(
  conformance: Conformance,
  problems: readonly Nonconformance[],
  holds: boolean,
  options: ParsedOptions,
  console: Console,
): ExitCode {
  const { events, sessions, models } = conformance.counts
  const conforms = problems.length === 0
  if (options.json === true)
    console.stdout.write(`${JSON.stringify({ conforms, holds, events, sessions, models, problems })}\n`)
  else {
    const head = conforms ? 'Every step follows its system' : 'NOT EVERY STEP FOLLOWS ITS SYSTEM'
    const lines = [`${head}: ${events} steps in ${sessions} sessions under ${models} systems.`]
    for (const { at, session, kind, summary } of problems)
      lines.push(`  entry ${at}, session ${session || '-'}: ${summary} [${kind}]`)
    console.stdout.write(`${lines.join('\n')}\n`)
  }
  return conforms && holds ? 0 : 1
}
