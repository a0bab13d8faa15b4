import { createHash } from 'node:crypto'
import { openSecret } from '../store/embedded/secret.ts'

/**
 * What the hashes of a store's watch are keyed with: made from the deployment's own secret, so that a template made to
 * collide elsewhere does not collide here.
 */
export function watchSeed(store: string): number {
  return createHash('sha256')
    .update(`watch\0${openSecret(store)}`)
    .digest()
    .readUInt32LE(0)
}
