import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { GateError } from '../../kernel/gate-error.ts'

const BYTES_MAX = 4 * 1024 * 1024
const NEW_FILE_MODE = 0o644

/** The bytes of a settings file, or nothing where there is none. A link is followed to the file it stands for. */
export function readSettings(file: string): Buffer | undefined {
  try {
    const { size } = statSync(file)
    if (!statSync(file).isFile() || size > BYTES_MAX) throw unusable(file, 'it is no settings file')
    return readFileSync(file)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    if (cause instanceof GateError) throw cause
    throw unusable(file, cause)
  }
}

/** Replaces a file as a whole or not at all, and says which folders had to be made for it. */
export function writeSettings(file: string, bytes: Buffer): readonly string[] {
  try {
    const folders = missingFolders(dirname(file))
    mkdirSync(dirname(file), { recursive: true })
    const target = existsSync(file) ? realpathSync(file) : file
    const mode = existsSync(target) ? statSync(target).mode & 0o777 : NEW_FILE_MODE
    const draft = join(dirname(target), `.portcullis-${process.pid}.draft`)
    const handle = openSync(draft, 'wx', mode)
    try {
      writeSync(handle, bytes)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(draft, target)
    return folders
  } catch (cause) {
    throw unusable(file, cause)
  }
}

/** Takes away a file that did not exist before, and the folders that were made for it if nothing else is in them. */
export function removeSettings(file: string, folders: readonly string[]): void {
  rmSync(file, { force: true })
  removeFolders(folders)
}

/** As far as nothing is in them any more; outermost first. */
export function removeFolders(folders: readonly string[]): void {
  for (const folder of [...folders].reverse())
    try {
      rmdirSync(folder)
    } catch {
      // Something else is in it, or it is gone.
    }
}

function missingFolders(folder: string): readonly string[] {
  if (existsSync(folder)) return []
  return [...missingFolders(dirname(folder)), folder]
}

function unusable(file: string, cause: unknown): GateError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const reason = typeof cause === 'string' ? cause : (code ?? 'it cannot be used')
  const advice = code === 'EACCES' || code === 'EPERM' ? ' Only an administrator can: try it with sudo.' : ''
  return new GateError('agent-settings-unusable', `${file}: ${reason}.${advice}`, { cause })
}
