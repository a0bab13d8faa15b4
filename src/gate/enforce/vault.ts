import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { GateError } from '../../kernel/gate-error.ts'
import type { StoredCredential } from '../../store/embedded/credential-store.ts'
import { canonicalJson } from '../canonical.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_ID_CHARACTERS = 12

type Sealing = Pick<StoredCredential, 'name' | 'tools' | 'destinations' | 'agents'>

/**
 * AES-256-GCM over a credential's value, bound to its name and to what it may be used with: a changed row of the
 * database opens nothing, so nobody widens a credential without the key.
 */
export class Vault {
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  /** Tells keys apart without giving one away. */
  get keyId(): string {
    return createHash('sha256')
      .update('portcullis credentials key\0')
      .update(this.#key)
      .digest('hex')
      .slice(0, KEY_ID_CHARACTERS)
  }

  seal(value: string, about: Sealing): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    cipher.setAAD(bound(about))
    const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), text])
  }

  open(credential: StoredCredential): string {
    const { sealed, name } = credential
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE_BYTES))
      decipher.setAAD(bound(credential))
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const text = sealed.subarray(NONCE_BYTES + TAG_BYTES)
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
    } catch (cause) {
      throw new GateError(
        'credentials-key',
        `The credential ${name} does not open: it was sealed with another key, or changed since.`,
        { cause },
      )
    }
  }
}

function bound({ name, tools, destinations, agents }: Sealing): Buffer {
  return Buffer.from(canonicalJson({ name, tools, destinations, agents }))
}
