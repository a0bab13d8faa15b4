// What a run leaves on the machine while it lasts, and who takes it away when the run is killed: sockets and folders of the
// sandbox runtime, the relay it begins outside, and the empty files that bubblewrap makes in the work tree to mount over.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** With the names of the runtime's sockets behind it, a socket's address (108 bytes) holds no longer one. */
const FOLDER_CHARACTERS_MAX = 70
const GHOSTS = 'made'

/**
 * Waits on a pipe from the run, which ends with the run however that ends. Told that all is well, it leaves. Else it stops the
 * relays that were begun in the folder, and takes away what is listed there, as long as it is still empty, and the folder.
 */
const KEEPER = `folder=$1; shift
if read -r word && [ "$word" = well ]; then exit; fi
for relay; do grep -aqF "$folder" "/proc/$relay/cmdline" 2>/dev/null && kill "$relay" 2>/dev/null; done
if [ -f "$folder/${GHOSTS}" ]; then
  while IFS= read -r made; do
    if [ -L "$made" ]; then :
    elif [ -d "$made" ]; then rmdir "$made" 2>/dev/null
    elif [ -f "$made" ] && [ ! -s "$made" ]; then rm -f "$made"
    fi
  done < "$folder/${GHOSTS}"
fi
rm -rf "$folder"`

export type RunFolder = Disposable & {
  readonly path: string
  /** Where whoever makes files to mount over lists them, a path a line. */
  readonly ghosts: string
  /** From now on, what is there is taken away if this process is killed, and the relays stopped. */
  readonly keep: (relays: readonly number[]) => void
}

/** Everything temporary of this process goes there, for as long as it is needed. */
export function runFolder(): RunFolder {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-run-'))
  const { TMPDIR: before } = process.env
  if (path.length <= FOLDER_CHARACTERS_MAX) process.env.TMPDIR = path
  let leave = (): void => {}
  return {
    path,
    ghosts: join(path, GHOSTS),
    keep: (relays) => {
      // Of a session of its own: what ends the run's group, or its terminal, must not end it.
      const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', path, ...relays.map(String)], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
        cwd: '/',
        env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      })
      keeper.on('error', () => {})
      keeper.stdin.on('error', () => {})
      keeper.unref()
      leave = () => void keeper.stdin.end('well\n')
    },
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
      rmSync(path, { recursive: true, force: true })
      leave()
    },
  }
}
