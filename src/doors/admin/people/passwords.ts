import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

// scrypt with the parameters OWASP names for interactive sign-in (N = 2^17, r = 8, p = 1): about 128 MiB and a tenth of
// a second for each guess.

const COST = 2 ** 17
const BLOCK = 8
const PARALLEL = 1
const KEY_BYTES = 32
const SALT_BYTES = 16
const MEMORY_BYTES_MAX = 256 * 1024 * 1024

/** `scrypt$N$r$p$salt$hash`: what is needed to check it stands with it, so that the cost can grow later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, { N: COST, r: BLOCK, p: PARALLEL })
  return ['scrypt', COST, BLOCK, PARALLEL, salt.toString('base64url'), key.toString('base64url')].join('$')
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [kind, cost, block, parallel, salt = '', hash = ''] = stored.split('$')
  if (kind !== 'scrypt') return false
  const wanted = Buffer.from(hash, 'base64url')
  const key = await derive(password, Buffer.from(salt, 'base64url'), {
    N: Number(cost),
    r: Number(block),
    p: Number(parallel),
  })
  return key.length === wanted.length && timingSafeEqual(key, wanted)
}

type Cost = { readonly N: number; readonly r: number; readonly p: number }

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: MEMORY_BYTES_MAX }, (error, key) => {
    if (error) reject(error)
    else resolve(key)
  })
  return promise
}
