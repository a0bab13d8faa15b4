import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadConfig } from '../config/read-config.ts'
import { ledgerEntries, ledgerExchanges } from '../gate/export-exchanges.ts'
import { GateError } from '../kernel/gate-error.ts'
import { PUBLIC_FILE, parseCheckpoint, readPublicKey } from '../store/embedded/ledger/signing.ts'
import { type Verification, verifyLedger } from '../store/embedded/ledger/verify.ts'
import { PromptReads } from '../store/embedded/prompt-reads.ts'
import { PromptStore } from '../store/embedded/prompt-store.ts'
import { openState } from '../store/embedded/state.ts'
import type { Command, Console, ExitCode, ParsedOptions } from './command.ts'
import { checkExport, checkStore } from './ledger-check.ts'
import { some } from './render/figures.ts'
import { authorOption, neededOption, storeOptions, storePath, textOption } from './store-option.ts'
import { verbNamed } from './verbs.ts'

export const ledger: Command = {
  usage: 'verify|check|export|checkpoint|prompt [FILE|ID]',
  description: `The record of every decision and outcome.

verify reads all of it and checks every hash, link and signature; exit 1 when something does not hold.
checkpoint prints the last signed one: kept elsewhere and given back with --checkpoint, it proves that
nothing before it was cut off or rewritten, even by somebody who has the signing key. check replays what
declared agents did against the system that the ledger names, with the code of the gate; exit 1 at the
first entry of a session that does not follow. export writes JSON lines: --format entry as they were
written, --format exchange as an exchange log that \`hunt\` reads (without prompts: the ledger has
none). prompt shows what an exchange asked, where the configuration keeps prompts; who read it and why
goes into the ledger.`,
  options: {
    format: { type: 'string', value: 'FORMAT', summary: 'with export: entry or exchange (default: entry)' },
    key: { type: 'string', value: 'FILE', summary: 'with verify: the public key, kept elsewhere' },
    checkpoint: {
      type: 'string',
      value: 'FILE',
      summary: 'with verify: a checkpoint that must be in the ledger',
    },
    policy: {
      type: 'string',
      value: 'FILE',
      summary: 'with check: a policy whose system the ledger refers to without carrying it',
    },
    reason: { type: 'string', value: 'TEXT', summary: 'with prompt: why it is read' },
    author: {
      type: 'string',
      value: 'NAME',
      summary: 'with prompt: who reads (default: the user of this machine)',
    },
    json: { type: 'boolean', summary: 'with verify and check: one JSON object' },
    ...storeOptions,
  },
  examples: [
    ['portcullis ledger verify', 'check the whole ledger'],
    ['portcullis ledger check', 'replay what declared agents did'],
    ['portcullis ledger checkpoint > yesterday.json', 'keep what today can be checked against tomorrow'],
    ['portcullis ledger export --format exchange | portcullis hunt -', 'look for campaigns in it'],
  ],
  wordsMax: 2,
  run: async ([action, subject], options, console) => {
    const verbs = {
      verify: () => verify(ledgerOf(options, console), options, console),
      check: () =>
        subject === undefined
          ? checkStore(ledgerOf(options, console), options, console)
          : checkExport(subject, options, console),
      export: () => exportLines(ledgerOf(options, console), options, console),
      checkpoint: () => checkpoint(ledgerOf(options, console), console),
      prompt: () => prompt(subject, options, console),
    }
    return await verbNamed<() => ExitCode | Promise<ExitCode>>(verbs, action)()
  },
}

function ledgerOf(options: ParsedOptions, console: Console): string {
  const directory = join(storePath(options, console), 'ledger')
  if (!existsSync(join(directory, PUBLIC_FILE)))
    throw new GateError('usage', `There is no ledger in ${directory}; --store or --config names another.`)
  return directory
}

function verify(directory: string, options: ParsedOptions, console: Console): ExitCode {
  const keyFile = textOption(options, 'key')
  const key = readPublicKey(keyFile ? resolve(console.cwd, keyFile) : join(directory, PUBLIC_FILE))
  const file = textOption(options, 'checkpoint')
  const anchor =
    file === undefined ? undefined : parseCheckpoint(readFileSync(resolve(console.cwd, file), 'utf8'))
  if (file !== undefined && anchor === undefined) throw new GateError('usage', `${file} is no checkpoint.`)
  const verification = verifyLedger(directory, key, anchor)
  console.stdout.write(options.json ? `${JSON.stringify(verification)}\n` : summary(verification))
  return verification.holds ? 0 : 1
}

function prompt(id: string | undefined, options: ParsedOptions, console: Console): ExitCode {
  if (id === undefined) throw new GateError('usage', 'Say which exchange, by its decision id.')
  const reason = neededOption(options, 'reason', 'why it is read')
  const file = resolve(console.cwd, textOption(options, 'config') ?? 'portcullis.yaml')
  const { store, prompts } = loadConfig(file, console.env)
  if (prompts.key === undefined) throw new GateError('usage', `${file} keeps no prompts.`)
  using kept = PromptStore.open(store, { key: prompts.key, days: prompts.days })
  const found = kept.find(id, console.now())
  if (found === undefined) {
    console.stderr.write(`No prompt of ${id} is kept.\n`)
    return 3
  }
  using database = openState(store)
  // Noted first: nobody reads without a trace.
  new PromptReads(database).note({ exchange: id, author: authorOption(options), reason, ts: console.now() })
  const { system, prompt: text } = found
  console.stdout.write(
    options.json
      ? `${JSON.stringify(found)}\n`
      : `${system === undefined ? '' : `System: ${system}\n\n`}${text ?? ''}\n`,
  )
  return 0
}

function summary(verification: Verification): string {
  const { holds, records, blocks, segments, checkpoints, unsignedRecords, firstSeq, open, problems } =
    verification
  const lines = [
    `${holds ? 'The ledger holds' : 'THE LEDGER DOES NOT HOLD'}: ${some(records, 'entry', 'entries')} in ${some(blocks, 'block')} of ${some(segments, 'segment')}.`,
    `${some(checkpoints, 'signed checkpoint')}; ${unsignedRecords === 0 ? 'nothing stands after the last one.' : `after the last one, ${some(unsignedRecords, 'entry', 'entries')} chained and not yet signed.`}`,
  ]
  if (firstSeq > 1) lines.push(`Entries before ${firstSeq} were retired.`)
  if (open > 0)
    lines.push(`Open: ${some(open, 'exchange')}, under way or waiting for the next start to close them.`)
  for (const { kind, segment, offset, summary: text } of problems)
    lines.push(`  ${segment}:${offset} ${text} [${kind}]`)
  return `${lines.join('\n')}\n`
}

function checkpoint(directory: string, console: Console): ExitCode {
  const { lastCheckpoint } = verifyLedger(directory, readPublicKey(join(directory, PUBLIC_FILE)))
  if (lastCheckpoint === undefined) {
    console.stderr.write('There is no checkpoint yet.\n')
    return 3
  }
  console.stdout.write(`${JSON.stringify(lastCheckpoint)}\n`)
  return 0
}

async function exportLines(directory: string, options: ParsedOptions, console: Console): Promise<ExitCode> {
  const format = textOption(options, 'format') ?? 'entry'
  if (format !== 'entry' && format !== 'exchange')
    throw new GateError('usage', '--format wants entry or exchange.')
  for (const line of format === 'exchange' ? ledgerExchanges(directory) : ledgerEntries(directory)) {
    if (console.signal.aborted) return 3
    if (!console.stdout.write(`${JSON.stringify(line)}\n`)) await once(console.stdout, 'drain')
  }
  return 0
}
