import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { STORE_DEFAULT } from '../config/schema.ts'
import { GateError } from '../kernel/gate-error.ts'
import { adapters } from '../watch/intake/adapters.ts'
import { importLogs, type SourceReport } from '../watch/intake/importing.ts'
import { Pseudonyms } from '../watch/intake/pseudonyms.ts'
import { unreadable } from '../watch/intake/source.ts'
import { Tally } from '../watch/intake/tally.ts'
import type { Command, Console, ParsedOptions } from './command.ts'
import { inputOptions, logOptions, logPaths } from './log-options.ts'
import { counted, lasting, progressLine } from './progress.ts'
import { some } from './render/figures.ts'
import { notTaken } from './render/not-taken.ts'
import { storePath } from './store-option.ts'

export const importCommand: Command = {
  usage: 'LOG... [--store DIR] [--format NAME] [--map FIELD=COLUMN,...] [--json]',
  description: `Reads logs (plain, gzip or zstd; \`-\` is standard input) into a store, for \`portcullis hunt --store DIR\`.
Formats, told by content: ${adapters.map(({ name }) => name).join(', ')}.
Every line that cannot be taken is counted with its reason. Import again and only what is new is read; a killed
import goes on where it stopped and counts nothing twice. Exit 0 when done, 2 for unusable input.`,
  options: {
    store: {
      type: 'string',
      value: 'DIR',
      summary: `where to; exchanges go to DIR/import (default: what portcullis.yaml here says, or ${STORE_DEFAULT})`,
    },
    ...logOptions,
    strict: { type: 'boolean', summary: 'stop at the first line that cannot be taken' },
    pseudonymise: {
      type: 'string',
      value: 'KEYFILE',
      summary: 'replace accounts, keys, organisations, cards and addresses by keyed pseudonyms',
    },
    text: {
      type: 'boolean',
      default: true,
      summary: 'keep sketches and masked prompts only',
      isOnByDefault: true,
    },
    json: { type: 'boolean', summary: 'one JSON object on standard output' },
  },
  examples: [
    ['portcullis import logs/*.jsonl.gz --store data', 'exchange logs, or any format told by its content'],
    ['psql -c "copy …" | portcullis import - --store data --format litellm', 'from a pipe'],
    [
      'portcullis import usage.csv --store data --map account=user_id,ts=created_at,prompt=question',
      'a table',
    ],
    [
      'portcullis import results.jsonl --requests batch.jsonl --set account=a_7 --store data',
      'a batch: questions and answers are joined',
    ],
    [
      'portcullis import logs/* --store data --pseudonymise key.txt --no-text',
      'without names and without texts',
    ],
  ],
  wordsMax: Number.POSITIVE_INFINITY,
  run: async (positionals, options, console) => {
    if (positionals.length === 0)
      throw new GateError('usage', 'Name at least one log, or - for standard input.')
    // All of them before any of them: a wrong name must not show after an hour.
    const paths = await logPaths(positionals, console.cwd)
    const began = console.now()
    const progress = progressLine(console, { label: 'importing', unit: 'lines' })
    const reports = await importLogs(paths, {
      directory: storePath(options, console),
      stdin: console.stdin,
      signal: console.signal,
      ...(await settings(options, console.cwd)),
      onProgress: ({ lines, file, bytes, rejected }) =>
        progress.update(lines, `${file} · ${counted(bytes / 1e6)} MB · ${counted(rejected)} rejected`),
    })
    const seconds = (console.now() - began) / 1000
    if (options.json === true) console.stdout.write(`${JSON.stringify(summary(reports, seconds))}\n`)
    else print(reports, seconds, console)
    return 0
  },
}

async function settings(options: ParsedOptions, cwd: string) {
  return {
    ...(await inputOptions(options, cwd)),
    ...(typeof options.pseudonymise === 'string' && {
      pseudonyms: new Pseudonyms(await keyFrom(resolve(cwd, options.pseudonymise))),
    }),
    isStrict: options.strict === true,
    // The command line reads `--no-NAME` as NAME set to false.
    isTextless: options.text === false,
  }
}

async function keyFrom(path: string): Promise<Uint8Array> {
  try {
    return Buffer.from((await readFile(path, 'utf8')).trim())
  } catch (error) {
    throw unreadable(path, error)
  }
}

function totalOf(reports: readonly SourceReport[]): Tally {
  const total = new Tally()
  for (const report of reports) total.add(report)
  return total
}

function summary(reports: readonly SourceReport[], seconds: number) {
  const total = totalOf(reports)
  const { exchanges, passedOver, rejected, warnings, examples } = total.state()
  return {
    ...{ exchanges, rejected: total.rejections, passedOver, reasons: rejected, warnings, examples, seconds },
    sources: reports.map(({ examples: _, ...report }) => report),
  }
}

const OUTCOMES: Readonly<Record<SourceReport['outcome'], string>> = {
  imported: 'imported',
  continued: 'continued from the last import',
  unchanged: 'already imported, nothing new',
}

function print(reports: readonly SourceReport[], seconds: number, { stdout }: Console): void {
  for (const { file, format, outcome, exchanges } of reports)
    stdout.write(`${file}  ${format}  ${OUTCOMES[outcome]}  ${some(exchanges, 'exchange')}\n`)
  const total = totalOf(reports)
  const { passedOver, warnings, examples } = total.state()
  stdout.write(
    `\n${some(total.exchanges, 'exchange')}, ${counted(total.rejections)} rejected, in ${lasting(seconds)}\n`,
  )
  if (passedOver > 0) stdout.write(`  ${counted(passedOver)} records that call no model were passed over\n`)
  for (const [warning, count] of Object.entries(warnings))
    stdout.write(`  ${counted(count)}  ${warning} (accepted)\n`)
  stdout.write(notTaken(total.counts(), examples, total.exchanges))
}
