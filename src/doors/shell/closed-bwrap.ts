// bubblewrap with what the sandbox runtime leaves open and has no word for.
//
// - Root owns files of /proc whether it has capabilities or not. One write to /proc/sys/kernel/core_pattern, and the next crash runs a
//   program outside, as root. bubblewrap covers those folders of /proc that it may write itself, and of /proc/sys that is asked of
//   the folder, which nobody may write, and not of its files.
// - Shared memory and queues of System V (svipc(7)) are found by number, by whoever is the same user: those of databases outside too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Beside /proc/sys, what container runtimes have read-only or masked by default, where the system has it. */
const COVERED_WHERE_THERE = ['sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'asound']
const EXECUTABLE = 0o700

/** The program's path, for as long as it is needed. Its own options come last before the command: mounts cover those before them. */
export function closedBwrap(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bwrap-'))
  const path = join(folder, 'bwrap')
  writeFileSync(path, scriptWith(['--unshare-ipc', ...(process.geteuid?.() === 0 ? coveringProc() : [])]), {
    mode: EXECUTABLE,
  })
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

function coveringProc(): string[] {
  const others = COVERED_WHERE_THERE.map((name) => `--ro-bind-try /proc/${name} /proc/${name}`)
  return ['--ro-bind /proc/sys /proc/sys', ...others]
}

function scriptWith(options: readonly string[]): string {
  return `#!/bin/sh
inserted=
for word; do
  shift
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
