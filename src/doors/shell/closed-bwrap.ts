// bubblewrap with what the sandbox runtime leaves open and has no word for.
//
// - Root owns files of /proc whether it has capabilities or not. One write to /proc/sys/kernel/core_pattern, and the next crash runs a
//   program outside, as root. bubblewrap covers those folders of /proc that it may write itself, and of /proc/sys that is asked of
//   the folder, which nobody may write, and not of its files.
// - Keyrings of the kernel (keyrings(7)) are those of the login that began it all.
// - Shared memory and queues of System V (svipc(7)) are found by number, by whoever is the same user: those of databases outside too.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyringFilter } from './keyring-filter.ts'
import type { RunFolder } from './run-folder.ts'

/** Beside /proc/sys, what container runtimes have read-only or masked by default, where the system has it. */
const COVERED_WHERE_THERE = ['sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'asound']
const EXECUTABLE = 0o700

/** The program's path, in the folder. Its own options come last before the command: mounts cover those before them. */
export function closedBwrap({ path: folder, ghosts }: RunFolder): string {
  const path = join(folder, 'bwrap')
  const filter = keyringFilter()
  const filterFile = join(folder, 'keyrings')
  if (filter !== undefined) writeFileSync(filterFile, filter)
  const options = [
    '--unshare-ipc',
    ...(process.geteuid?.() === 0 ? coveringProc() : []),
    ...(filter === undefined ? [] : [`--add-seccomp-fd ${FILTER_FD}`]),
  ]
  const opening = filter === undefined ? '' : `exec ${FILTER_FD}<${quoted(filterFile)}\n`
  writeFileSync(path, `#!/bin/sh\n${opening}${scriptWith(options, quoted(ghosts))}`, { mode: EXECUTABLE })
  return path
}

/** A shell of the standard knows no descriptors of two digits. */
const FILTER_FD = 9

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`
}

function coveringProc(): string[] {
  const others = COVERED_WHERE_THERE.map((name) => `--ro-bind-try /proc/${name} /proc/${name}`)
  return ['--ro-bind /proc/sys /proc/sys', ...others]
}

/** Lists what bubblewrap will have to make to mount over it. Where memory runs out before anybody looks, the kernel ends this first. */
function scriptWith(options: readonly string[], ghosts: string): string {
  return `{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null
inserted= one= two=
for word; do
  shift
  if [ "$two" = --ro-bind ] && [ -z "$inserted" ] && [ ! -e "$word" ] && [ ! -L "$word" ]; then
    printf '%s\\n' "$word" >> ${ghosts}
  fi
  two=$one one=$word
  if [ "$word" = -- ] && [ -z "$inserted" ]; then
    inserted=yes
    set -- "$@" ${options.join(' ')}
  fi
  set -- "$@" "$word"
done
exec bwrap "$@"
`
}

/** A shell text that does not begin where it could write the kernel's settings. */
export function refusingOpenProc(command: string, exitCode: number): string {
  const said = 'portcullis: the settings of the kernel could be written in this sandbox, so nothing was run.'
  return `if [ -w /proc/sys/kernel/core_pattern ]; then echo '${said}' >&2; exit ${exitCode}; fi\n${command}`
}
