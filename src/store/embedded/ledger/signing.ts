import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Says that the chain's head after `seq` entries was `head`. Whoever keeps one elsewhere can prove a later cut. */
export type Checkpoint = {
  readonly seq: number
  readonly head: string
  readonly ts: number
  /** First 16 hexadecimal digits of the public key's SHA-256. */
  readonly key: string
  /** Ed25519, base64. */
  readonly signature: string
}

const PRIVATE_FILE = 'signing.key'
export const PUBLIC_FILE = 'signing.pub'
const OWNER_ONLY = 0o600

/** The ledger's signing key, made at first use and readable by its owner only. */
export function openSigningKey(directory: string): KeyObject {
  const path = join(directory, PRIVATE_FILE)
  if (existsSync(path)) return createPrivateKey(readFileSync(path))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: OWNER_ONLY, flag: 'wx' })
  writeFileSync(join(directory, PUBLIC_FILE), publicKey.export({ type: 'spki', format: 'pem' }))
  return privateKey
}

export function readPublicKey(path: string): KeyObject {
  return createPublicKey(readFileSync(path))
}

export function keyId(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)
}

export function signCheckpoint(
  key: KeyObject,
  id: string,
  { seq, head, ts }: { readonly seq: number; readonly head: Buffer; readonly ts: number },
): Checkpoint {
  const hex = head.toString('hex')
  return { seq, head: hex, ts, key: id, signature: sign(null, signed(seq, hex, ts), key).toString('base64') }
}

export function checkpointHolds(checkpoint: Checkpoint, key: KeyObject): boolean {
  const { seq, head, ts, signature } = checkpoint
  return verify(null, signed(seq, head, ts), key, Buffer.from(signature, 'base64'))
}

export function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { seq, head, ts, key, signature } = value as Record<string, unknown>
    if (typeof seq !== 'number' || typeof head !== 'string' || typeof ts !== 'number') return undefined
    if (typeof key !== 'string' || typeof signature !== 'string') return undefined
    return { seq, head, ts, key, signature }
  } catch {
    return undefined
  }
}

function signed(seq: number, head: string, ts: number): Buffer {
  return Buffer.from(`portcullis-ledger-checkpoint-v1\n${seq}\n${head}\n${ts}\n`)
}
