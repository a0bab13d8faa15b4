import { GateError } from '../kernel/gate-error.ts'
import type { Command, Console, ParsedOptions } from './command.ts'
import { homeOf, planOf, scopeOf } from './connect.ts'
import { type ConnectionRecord, ConnectionRecords, digestOf } from './connection/connection-records.ts'
import { diffPage } from './connection/diff-page.ts'
import { isObjectText, withoutEdits } from './connection/edit-text.ts'
import { readSettings, removeFolders, removeSettings, writeSettings } from './connection/settings-file.ts'
import { screenOf } from './render/screen.ts'

export const disconnect: Command = {
  usage: 'AGENT [--user | --project | --managed] [--own] [--dry-run]',
  description: `Takes the gate out of a coding agent's hooks and puts back what was there before \`portcullis connect\`, byte for byte.

A settings file that has changed since is not touched: --own takes only the gate's entries out of it and leaves the rest as
it is now. Exit 0 when it is disconnected, 2 when it was not, or the file has changed.`,
  options: {
    user: { type: 'boolean', summary: 'only what was connected in all your projects' },
    project: { type: 'boolean', summary: 'only what was connected in this project' },
    managed: { type: 'boolean', summary: 'only what was connected for everybody on this machine' },
    own: { type: 'boolean', summary: "take only the gate's own entries out of a file that has changed" },
    'dry-run': { type: 'boolean', summary: 'show what would change, and change nothing' },
  },
  examples: [
    ['portcullis disconnect claude-code', 'put back what was there'],
    ['portcullis disconnect claude-code --own', 'keep what was changed since'],
  ],
  wordsMax: 1,
  run: async (positionals, options, console) => {
    const plan = planOf(positionals)
    const records = new ConnectionRecords(homeOf(console))
    const found = recordsOf(records, plan.agent, options, console)
    if (found.length === 0)
      throw new GateError('usage', `${plan.title} was not connected from here: there is nothing to put back.`)
    // All of it or nothing: what cannot be put back stops it before anything is.
    for (const record of found) targetOf(record, readSettings(record.file), options)
    for (const record of found) undo(record, records, options, console)
    // A folder that was made for the first file of several is empty only now.
    if (options['dry-run'] !== true)
      removeFolders(
        found
          .flatMap(({ before, folders }) => (before === null ? folders : []))
          .sort((left, right) => left.length - right.length),
      )
    return 0
  },
}

function recordsOf(
  records: ConnectionRecords,
  agent: string,
  options: ParsedOptions,
  console: Console,
): readonly ConnectionRecord[] {
  const scope = scopeOf(options)
  return records
    .list()
    .filter((record) => record.agent === agent && (scope === undefined || record.scope === scope))
    .filter(({ scope: own, file }) => own !== 'project' || file.startsWith(`${console.cwd}/`))
}

function undo(
  record: ConnectionRecord,
  records: ConnectionRecords,
  options: ParsedOptions,
  console: Console,
): void {
  const { file, folders } = record
  const now = readSettings(file)
  const isAsWritten = isUnchanged(record, now)
  const target = targetOf(record, now, options)
  const screen = screenOf(console)
  console.stdout.write(
    `${file}\n\n${diffPage(now?.toString('utf8') ?? '', target?.toString('utf8') ?? '', screen)}\n\n`,
  )
  if (options['dry-run'] === true) {
    console.stdout.write('Nothing was changed (--dry-run).\n')
    return
  }
  if (target === undefined) removeSettings(file, folders)
  else writeSettings(file, target)
  records.drop(file)
  const how = isAsWritten
    ? 'is as it was before, byte for byte'
    : "has the gate's entries taken out; the rest stays"
  console.stdout.write(`${screen.paint('green', '✓')} ${file} ${how}.\n`)
}

function isUnchanged({ digest }: ConnectionRecord, now: Buffer | undefined): boolean {
  return now !== undefined && digestOf(now) === digest
}

function targetOf(
  record: ConnectionRecord,
  now: Buffer | undefined,
  options: ParsedOptions,
): Buffer | undefined {
  return isUnchanged(record, now) ? originalOf(record) : mendedOf(record, now, options)
}

function originalOf({ before }: ConnectionRecord): Buffer | undefined {
  return before === null ? undefined : Buffer.from(before, 'base64')
}

function mendedOf(
  record: ConnectionRecord,
  now: Buffer | undefined,
  options: ParsedOptions,
): Buffer | undefined {
  const { file, edits, agent } = record
  // Somebody took the whole file away: then the entries are gone as well.
  if (now === undefined) return undefined
  if (options.own !== true)
    throw new GateError(
      'agent-settings-changed',
      `${file} has changed since it was connected, so what was there cannot be put back. \`portcullis disconnect ${agent} --own --dry-run\` shows what taking out only the gate's entries would leave.`,
    )
  // A file that is the gate's own altogether.
  if (record.before === null && edits.length === 0) return undefined
  const text = now.toString('utf8')
  if (!isObjectText(text))
    throw new GateError('agent-settings-unusable', `${file} is no JSON object now: mend it first.`)
  return Buffer.from(withoutEdits(text, edits))
}
