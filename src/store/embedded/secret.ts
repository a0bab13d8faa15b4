import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'secret.key'
const BYTES = 32
const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700

/** This deployment's own secret, made at first use: digests of keys are useless without it. */
export function openSecret(store: string): string {
  mkdirSync(store, { recursive: true, mode: OWNER_ONLY_FOLDER })
  const path = join(store, FILE)
  try {
    writeFileSync(path, randomBytes(BYTES).toString('base64url'), { mode: OWNER_ONLY_FILE, flag: 'wx' })
  } catch {
    // It is there already: the first to come made it.
  }
  return readFileSync(path, 'utf8').trim()
}
