// What root has inside a sandbox although it has no capability there: files of /proc that are its own by their owner alone. One
// write to /proc/sys/kernel/core_pattern and the next crash runs a program outside, as root. bubblewrap covers those folders
// of /proc that it may write itself, and of /proc/sys that is asked of the folder, which nobody may write, and not of the files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As container runtimes have them read-only (OCI runtime specification, `readonlyPaths` and `maskedPaths` of the usual ones). */
const COVERED_WHERE_THERE = ['sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'asound']
const EXECUTABLE = 0o700

/** Of the sandbox's own mounts these must be the last, and the runtime has no word for them: so they go in before the command. */
const script = `#!/bin/sh
inserted=
for word; do
  shift
  if [ "$word" = -- ] && [ -z "$inserted" ]; then
    inserted=yes
    set -- "$@" --ro-bind /proc/sys /proc/sys ${COVERED_WHERE_THERE.map((name) => `--ro-bind-try /proc/${name} /proc/${name}`).join(' ')}
  fi
  set -- "$@" "$word"
done
exec bwrap "$@"
`

/** bubblewrap for root, as a program's path; for others the usual one will do. */
export function bwrapForRoot(): { readonly path: string | undefined } & Disposable {
  if (process.geteuid?.() !== 0 || process.platform !== 'linux')
    return { path: undefined, [Symbol.dispose]: () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bwrap-'))
  const path = join(folder, 'bwrap')
  writeFileSync(path, script, { mode: EXECUTABLE })
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A shell text that does not begin where it could write what must be covered. */
export function refusingOpenProc(command: string, exitCode: number): string {
  const said = 'portcullis: the settings of the kernel could be written in this sandbox, so nothing was run.'
  return `if [ -w /proc/sys/kernel/core_pattern ]; then echo '${said}' >&2; exit ${exitCode}; fi\n${command}`
}
