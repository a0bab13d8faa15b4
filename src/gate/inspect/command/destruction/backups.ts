import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'destruction'

/** Copies that are kept for the day something is lost. */
export function backupLoss({ name, args, input }: Invocation): readonly Finding[] {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  return rule === undefined ? unconcerned : rule(args, input ?? '')
}

const lost = (summary: string, severity: Finding['severity'] = 'high'): readonly Finding[] => [
  finding(NAME, 'destroy.service', severity, summary),
]
const has = (args: readonly string[], ...words: string[]) => args.some((arg) => words.includes(arg))

/** A rule of retention says what stays: that is how backups are kept up. */
const keeps = (args: readonly string[]) => args.some((arg) => arg.startsWith('--keep'))
/** More than the last one or two: what is thrown away is what nobody meant to keep. */
const rotates = (args: readonly string[]) =>
  args.some(
    (arg, index) =>
      /^--keep-(hourly|daily|weekly|monthly|yearly|within\S*)/.test(arg) &&
      !/^0|=0/.test(args[index + 1] ?? arg),
  )

const rules: Readonly<Record<string, (args: readonly string[], input: string) => readonly Finding[]>> = {
  restic: (args) =>
    (has(args, 'forget', 'prune') && ((has(args, '--prune') && !rotates(args)) || !keeps(args))) ||
    args.some((arg) => /^--(?:remove-all|unsafe-allow-remove-all)$/.test(arg)) ||
    (has(args, 'key') && has(args, 'remove'))
      ? lost('deletes backups', 'medium')
      : [],
  borg: (args) =>
    args[0] === 'delete'
      ? lost('deletes backups')
      : has(args, 'compact', 'recreate') ||
          (args[0] === 'prune' &&
            (!keeps(args) ||
              (!rotates(args) &&
                args.some(
                  (arg, at) => /^--keep-last(?:=[01]|$)/.test(arg) && /^[01]$|=/.test(args[at + 1] ?? arg),
                ))))
        ? lost('deletes old backups', 'medium')
        : [],
  azcopy: (args) =>
    args[0] === 'remove' || args[0] === 'rm' || args.some((arg) => /^--delete-destination(=true)?$/.test(arg))
      ? lost('deletes stored objects', 'medium')
      : [],
  'rdiff-backup': (args) =>
    args.some(
      (arg, index) => /^--(?:remove-)?older-than/.test(arg) && /^0|=0/.test(args[index + 1] ?? arg),
    ) ||
    (args.some((arg) => /^--remove-older-than/.test(arg)) && has(args, '--force')) ||
    (args[0] === '--force' && args[1] === 'remove')
      ? lost('deletes backups', 'medium')
      : [],
  tarsnap: (args) =>
    has(args, '--nuke') || (has(args, '-d') && args.some((arg) => /^-f/.test(arg)))
      ? lost('deletes backups', 'medium')
      : [],
  bconsole: (_, input) =>
    /^\s*(?:delete|purge|prune|truncate)\b/im.test(input) ? lost('deletes backups', 'medium') : [],
  burp: (args) => (has(args, '-a') && has(args, 'delete') ? lost('deletes backups', 'medium') : []),
  bup: (args) =>
    has(args, 'rm') || (has(args, 'gc') && has(args, '--unsafe')) ? lost('deletes backups', 'medium') : [],
  snapper: (args) => (has(args, 'delete', 'rm') ? lost('deletes snapshots', 'medium') : []),
  timeshift: (args) => (has(args, '--delete-all', '--delete') ? lost('deletes snapshots', 'medium') : []),
  barman: (args) => (has(args, 'delete') ? lost('deletes backups', 'medium') : []),
  // A rule of retention, and whatever has no word of confirmation, only says what would go.
  'wal-g': (args) =>
    has(args, 'delete') && has(args, '--confirm') && !has(args, 'retain')
      ? lost('deletes backups', 'medium')
      : [],
  'wal-e': (args) =>
    has(args, 'delete') && has(args, '--confirm') && !has(args, 'retain')
      ? lost('deletes backups', 'medium')
      : [],
  pgbackrest: (args) => (has(args, 'stanza-delete') ? lost('deletes backups', 'medium') : []),
  duplicity: (args) =>
    /^(remove-|cleanup)/.test(args[0] ?? '') && has(args, '--force') ? lost('deletes backups', 'medium') : [],
  wmic: (args) =>
    args.some((arg) => /^shadowcopy$/i.test(arg)) && args.some((arg) => /^delete$/i.test(arg))
      ? lost('deletes shadow copies', 'critical')
      : [],
  vssadmin: (args) => (has(args, 'delete', 'Delete') ? lost('deletes shadow copies', 'critical') : []),
  wbadmin: (args) => (has(args, 'delete') ? lost('deletes backups', 'critical') : []),
  tmutil: (args) =>
    has(args, 'delete', 'deletelocalsnapshots')
      ? lost('deletes backups')
      : args[0] === 'disable'
        ? lost('switches backups off', 'medium')
        : [],
  // It asks back, unless told not to.
  velero: (args) =>
    has(args, 'delete') ? lost('deletes cluster backups', has(args, '--confirm') ? 'medium' : 'low') : [],
}

export const backupNames: readonly string[] = Object.keys(rules)
