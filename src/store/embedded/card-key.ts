import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'agent-card.key'
const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700

/** The key this deployment signs agent cards with (ES256), made at first use. To rotate it, remove the file. */
export function openCardKey(store: string): KeyObject {
  mkdirSync(store, { recursive: true, mode: OWNER_ONLY_FOLDER })
  const path = join(store, FILE)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  try {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(path, pem, { mode: OWNER_ONLY_FILE, flag: 'wx' })
  } catch {
    // It is there already: the first to come made it.
  }
  return createPrivateKey(readFileSync(path))
}
